"""SIGHUP takes a changed configuration while calls go on; a mistake in it changes nothing."""
import os
import signal
import tempfile
import unittest

import frontdesk
from frontdesk import Frontdesk, wait_for
from telephone import Telephone, audioop

SAMPLE = os.path.join(frontdesk.ROOT, "examples", "hillside-dental.toml")
LINE = '[trunk]\nname = "{0}"\ndomain = "127.0.0.3"\nport = 5999\ntransport = "udp"\nregister = false\nusername = "u"\n'


class Company:
    def __init__(self, folder):
        self.path = os.path.join(folder, "frontdesk.toml")
        self.business = os.path.join(folder, "business.toml")
        self.write("Mill Lane Dental", "")

    def write(self, name, sections):
        with open(SAMPLE, encoding="utf-8") as file:
            text = file.read().replace("Hello, Hillside Dental,", f"Hello, {name},")
        with open(self.business, "w", encoding="utf-8") as file:
            file.write(text)
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(f'business = "business.toml"\n[recording]\npolicy = "off"\n{sections}')


def greeting(server, number):
    def look():
        call = server.get("/api/calls/logs")["calls"][number]
        turns = server.get("/api/calls/" + call["id"])["turns"]
        return turns and turns[0]["text"]
    return wait_for(look, 15, "a greeting in the call log")


def speaks(caller):
    return len(caller.heard) > 8000 and audioop.rms(bytes(caller.heard[-8000:]), 2) > 100


class Reload(unittest.TestCase):
    def test_calls_keep_what_they_were_answered_with(self):
        with tempfile.TemporaryDirectory(prefix="frontdesk-reload-") as folder, Telephone() as old, Telephone() as new:
            company = Company(folder)
            with Frontdesk("--config", company.path) as server:
                lines = lambda: [(line["name"], line["state"]) for line in server.get("/api/health")["lines"]]
                listed = lambda: [line["name"] for line in server.get("/api/sip/config")["lines"]]
                self.assertEqual(lines(), [])
                old.call(server.sip)
                self.assertTrue(old.up.wait(10))

                company.write("Bridge Street Dental", LINE.format("second line"))
                server.process.send_signal(signal.SIGHUP)
                wait_for(lambda: lines() == [("second line", "peered")], 30, "the new line")
                self.assertEqual(listed(), ["second line"])
                self.assertFalse(old.over.is_set(), "the call goes on")
                new.call(server.sip)
                wait_for(lambda: speaks(new), 15, "the greeting")
                self.assertIn("Bridge Street", greeting(server, 0))
                self.assertIn("Mill Lane", greeting(server, 1))

                company.write("Never Heard Dental", LINE.format("third line").replace("5999", "99999"))
                server.process.send_signal(signal.SIGHUP)
                wait_for(lambda: "not reloaded" in self.log(server), 15, "what is wrong with the file")
                self.assertEqual(lines(), [("second line", "peered")])
                company.write("Canal Side Dental", "")
                server.process.send_signal(signal.SIGHUP)
                wait_for(lambda: lines() == [], 30, "the line to be gone")
                old.hang_up()
                new.hang_up()
                self.assertTrue(old.over.wait(5) and new.over.wait(5))

    @staticmethod
    def log(server):
        os.set_blocking(server.process.stderr.fileno(), False)
        server.seen = getattr(server, "seen", "") + (server.process.stderr.read() or "")
        return server.seen


if __name__ == "__main__":
    frontdesk.main()
