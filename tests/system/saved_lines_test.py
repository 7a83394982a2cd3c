"""Telephone lines that are saved over the API: registered at once at a real registrar, changed, kept over a restart,
deleted; the password nowhere to be read."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from frontdesk import PROGRAM, ROOT, Frontdesk, main, wait_for
from kamailio import Kamailio

USER, AUTH_USER, PASSWORD = "__23725.2testaccou__", "23725*auth", 'a:b "c" \\ d%20e'
SECONDS = 20


class SavedLines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.registrar = Kamailio(AUTH_USER, PASSWORD)
        cls.addClassCleanup(cls.registrar.__exit__)

    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="frontdesk-lines-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)

    def form(self, **changes):
        return {"providerName": "CFSMS Switchboard", "domain": "localhost", "port": self.registrar.port, "username": USER,
                "authUsername": AUTH_USER, "password": PASSWORD, "transport": "TCP", "inboundNumber": "03333357324",
                "allowedNumbers": ["*"], "direction": "inbound", **changes}

    @staticmethod
    def ask(server, method, path, body=None, **headers):
        request = urllib.request.Request(f"http://{server.http}{path}", method=method, headers=headers)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                content = answer.read()
                return answer.status, json.loads(content) if content else None, answer.headers
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, json.loads(problem.read()), problem.headers

    def await_state(self, server, line, state):
        def look():
            status = self.ask(server, "GET", f"/api/sip/config/{line}")[1]["status"]
            return status and status["state"] == state and status
        return wait_for(look, SECONDS, state)

    def await_bindings(self, count):
        wait_for(lambda: len(self.registrar.bindings(USER)) == count, SECONDS, f"{count} bindings at the registrar")

    def call(self):
        done = subprocess.run(
            [PROGRAM, "call", f"sip:{USER}@127.0.0.1:{self.registrar.port}", "--json", "--no-transcripts",
             "--voice", "flite:kal", "--say", "What time do you open tomorrow?"],
            capture_output=True, text=True, timeout=100, cwd=ROOT)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])

    def test_a_line_from_its_making_to_its_end(self):
        with Frontdesk(data=self.data) as server:
            status, line, headers = self.ask(server, "POST", "/api/sip/config", self.form())
            self.assertEqual(status, 201, line)
            path = headers["Location"]
            self.assertEqual((line["source"], line["hasPassword"], line["inboundNumber"]), ("api", True, "+443333357324"))
            self.await_state(server, line["id"], "registered")
            self.await_bindings(1)
            self.call()
            self.assertEqual(server.newest_call()["trunk"], line["name"])
        self.await_bindings(0)
        with Frontdesk(data=self.data) as server:
            self.await_state(server, line["id"], "registered")
            status, shown, headers = self.ask(server, "GET", path)
            wrong = self.form(password="wrong")
            self.assertEqual(self.ask(server, "PUT", path, wrong)[0], 428)
            self.assertEqual(self.ask(server, "PUT", path, wrong, **{"If-Match": '"old"'})[0], 412)
            status, _, headers = self.ask(server, "PUT", path, wrong, **{"If-Match": headers["ETag"]})
            self.assertEqual(status, 200)
            self.assertIn("password", self.await_state(server, line["id"], "failed")["detail"])
            status, _, headers = self.ask(server, "PUT", path, self.form(), **{"If-Match": headers["ETag"]})
            self.await_state(server, line["id"], "registered")
            kept = {key: value for key, value in self.form(allowedNumbers=["0333*"]).items() if key != "password"}
            status, changed, headers = self.ask(server, "PUT", path, kept, **{"If-Match": headers["ETag"]})
            self.assertEqual((status, changed["allowedNumbers"]), (200, ["+44333*"]))
            self.await_state(server, line["id"], "registered")
            self.assertEqual(self.ask(server, "DELETE", path)[0], 204)
            self.await_bindings(0)
            self.assertEqual(self.ask(server, "GET", path)[0], 404)
            self.assertEqual(self.ask(server, "GET", "/api/sip/config")[1]["lines"], [])
        self.check_no_password()

    def check_no_password(self):
        for folder, _, files in os.walk(self.data):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(PASSWORD.encode(), file.read(), name)

    def test_what_cannot_be_used_is_refused(self):
        with Frontdesk(data=self.data) as server:
            status, problem, _ = self.ask(server, "POST", "/api/sip/config",
                                          self.form(domain="sip://localhost:5065/", port="x", allowedNumbers=["?"]))
            self.assertEqual(status, 422)
            self.assertLessEqual({"/domain", "/port", "/allowedNumbers/0"}, {each["pointer"] for each in problem["errors"]})
            self.assertNotIn(PASSWORD, json.dumps(problem))
            self.assertEqual(self.ask(server, "GET", "/api/sip/config")[1]["lines"], [])

    def trial(self, server, body):
        """The findings' steps by name."""
        request = urllib.request.Request(f"http://{server.http}/api/sip/test-connection", method="POST",
                                         data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
        self.assertNotIn(json.dumps(PASSWORD)[1:-1], text)
        return text

    def test_a_line_is_tried_by_its_id_and_the_network_inside_is_not_probed(self):
        config = os.path.join(self.data, "proxied.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write('[business]\nname = "Proxied"\n[server]\nhost_names = ["desk.example.org"]\n')
        with Frontdesk("--config", config, data=self.data) as server:
            line = self.ask(server, "POST", "/api/sip/config", self.form())[1]
            self.await_state(server, line["id"], "registered")
            self.assertIn('"ok":true', self.trial(server, {"line": line["id"]}).replace(" ", ""))
            self.await_bindings(1)  # the trial left the registration alone
            self.assertFalse(self.ask(server, "GET", "/api/sip/config")[1]["insideTargets"])
            refused = self.trial(server, self.form())
            self.assertIn("address_not_allowed", refused)
            self.assertNotIn("401", refused)

    def test_two_lines_of_one_name_are_told_apart(self):
        with Frontdesk(data=self.data) as server:
            names = [self.ask(server, "POST", "/api/sip/config", self.form(registers=False))[1]["name"] for _ in range(2)]
            self.assertEqual(names, ["CFSMS Switchboard", "CFSMS Switchboard 2"])


if __name__ == "__main__":
    main()
