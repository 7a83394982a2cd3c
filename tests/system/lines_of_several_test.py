"""Saved lines of two machines that share a database and a Redis: registered by one of them, changed and deleted at
either, taken over from one that dies."""
import unittest

import saved_lines_test
from cluster_test import Redis
from frontdesk import Frontdesk, main, wait_for
from kamailio import Kamailio
from postgres import Postgres
from saved_lines_test import AUTH_USER, PASSWORD, USER

AT_ONCE = 5
LEASE_AND_LOOK = 45


class LinesOfSeveral(unittest.TestCase):
    def setUp(self):
        self.registrar = Kamailio(AUTH_USER, PASSWORD)
        self.addCleanup(self.registrar.__exit__)
        self.database, self.redis = Postgres(), Redis()
        self.addCleanup(self.database.close)
        self.addCleanup(self.redis.close)
        self.shared = {"REDIS_URL": "unix://" + self.redis.path, "DATABASE_URL": self.database.url,
                       "FRONTDESK_MASTER_KEY": "5a" * 32}
        self.one = Frontdesk(environment=self.shared)
        self.addCleanup(self.one.stop)
        self.two = Frontdesk(environment=self.shared)
        self.addCleanup(self.two.stop)

    form = saved_lines_test.SavedLines.form
    ask = staticmethod(saved_lines_test.SavedLines.ask)

    def bindings(self):
        return self.registrar.bindings(USER)

    def state(self, server, line):
        shown = [each for each in server.get("/api/sip/config")["lines"] if each["id"] == line]
        return shown[0]["status"] if shown else None

    def holders(self):
        """By what each says: the one that does not register the line says that another machine does."""
        out = []
        for server in (self.one, self.two):
            status = self.state(server, self.line)
            if status and status["state"] == "registered" and "Another machine" not in status["detail"]:
                out.append(server)
        return out

    def test_one_registers_what_either_saves(self):
        status, line, headers = self.ask(self.one, "POST", "/api/sip/config", self.form())
        self.assertEqual(status, 201, line)
        self.line, path = line["id"], headers["Location"]
        wait_for(lambda: self.state(self.two, self.line), AT_ONCE, "the line at the other machine")
        wait_for(lambda: len(self.holders()) == 1, AT_ONCE, "one machine that registers")
        self.assertEqual(len(self.bindings()), 1)

        holder = self.holders()[0]
        other = self.two if holder is self.one else self.one
        _, _, headers = self.ask(other, "GET", path)
        # Changed at the one that does not register it; the other has to follow.
        status, _, headers = self.ask(other, "PUT", path, self.form(password="wrong"), **{"If-Match": headers["ETag"]})
        self.assertEqual(status, 200)
        wait_for(lambda: self.state(holder, self.line)["state"] == "failed", 2 * AT_ONCE, "the wrong password refused")
        wait_for(lambda: self.database.query("SELECT status FROM sip_configurations").strip() == "failed", AT_ONCE,
                 "the state in the database")
        status, _, _ = self.ask(other, "PUT", path, self.form(), **{"If-Match": headers["ETag"]})
        self.assertEqual(status, 200)
        wait_for(lambda: self.state(holder, self.line)["state"] == "registered", 2 * AT_ONCE, "registered again")
        self.assertEqual(len(self.bindings()), 1)
        wait_for(lambda: self.state(other, self.line)["state"] == "registered", LEASE_AND_LOOK, "the state elsewhere")

        holder.process.kill()
        wait_for(lambda: "Another machine" not in self.state(other, self.line)["detail"] and
                 self.state(other, self.line)["state"] == "registered", LEASE_AND_LOOK, "the line taken over")
        self.assertEqual(self.ask(other, "DELETE", path)[0], 204)
        self.assertIsNone(self.state(other, self.line))

    def test_what_was_saved_during_an_outage_is_found_afterwards(self):
        self.redis.kill()
        status, line, _ = self.ask(self.one, "POST", "/api/sip/config", self.form(registers=False))
        self.assertEqual(status, 201, line)
        wait_for(lambda: self.state(self.two, line["id"]), LEASE_AND_LOOK, "the line at the other machine")
        self.redis.start()


if __name__ == "__main__":
    main()
