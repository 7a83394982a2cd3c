"""The API document is in order, by a judge that is not ours, and what the program answers is what the document says.

The judges are two npm packages that `./dev setup` installs at the versions pinned in scripts/api_checks: a linter, and a
proxy that holds every request and answer against the document.
"""
import json
import os
import re
import socket
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

from contract_receptionist import ReceptionistCases
from contract_voices import VoiceCases
from frontdesk import Frontdesk, call, main, wait_for

CACHE = os.environ.get("FRONTDESK_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "frontdesk")
TOOLS = os.path.join(CACHE, "api-checks", "node_modules", ".bin")
START_SECONDS = 60
QUIET = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true", "NO_COLOR": "1"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """Prism between us and the program: answers 500 with what is wrong if either side breaks the document."""

    def __init__(self, document, upstream):
        self.address = f"127.0.0.1:{free_port()}"
        host, port = self.address.split(":")
        self.process = subprocess.Popen(
            [os.path.join(TOOLS, "prism"), "proxy", document, upstream, "--errors", "--host", host, "--port", port],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=QUIET)
        self.lines = []
        self.ready = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if not self.ready.wait(START_SECONDS):
            self.close()
            raise AssertionError("the proxy did not start:\n" + "".join(self.lines))

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if "listening" in line:
                self.ready.set()

    def ask(self, method, path, body=None, headers=None):
        """Status, headers and body of the answer."""
        # The proxy wants to see some proof of who asks; the program has no accounts here and asks for none.
        request = urllib.request.Request(f"http://{self.address}{path}", method=method,
                                         headers={"Authorization": "Bearer anything", **(headers or {})})
        if isinstance(body, bytes):
            request.data = body
        elif body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, problem.headers, problem.read()

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.reader.join(timeout=20)
        self.process.stdout.close()


class ApiContractTest(ReceptionistCases, VoiceCases, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.access(os.path.join(TOOLS, "prism"), os.X_OK):
            raise AssertionError("the checks of the API document are not installed: run ./dev setup")
        cls.server = Frontdesk()
        cls.addClassCleanup(cls.server.stop)
        call(cls.server.sip, "--say", "What time do you open?", "--no-transcripts")
        cls.call = cls.server.newest_call()["id"]
        cls.text = cls.server.fetch("/api/openapi.json")
        cls.document = json.loads(cls.text)
        folder = tempfile.TemporaryDirectory(prefix="frontdesk-openapi-")
        cls.addClassCleanup(folder.cleanup)
        cls.path = os.path.join(folder.name, "openapi.json")
        cls.write(cls.document, cls.path)
        cls.proxy = Proxy(cls.path, f"http://{cls.server.http}")
        cls.addClassCleanup(cls.proxy.close)
        cls.seen = set()

    @staticmethod
    def write(document, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)

    def expect(self, status, method, path, body=None, headers=None):
        got, fields, content = self.proxy.ask(method, path, body, headers)
        self.assertNotIn("sl-violations", fields, f"{method} {path}: {fields.get('sl-violations')}")
        self.assertEqual(got, status, f"{method} {path}: {content[:800]!r}")
        self.seen.add((method, self.pattern(path)))
        return content

    def pattern(self, path):
        bare = path.split("?")[0]
        fits = [each for each in self.document["paths"]
                if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(each)), bare)]
        return min(fits, key=lambda each: each.count("{"))

    def test_1_the_linter_finds_nothing(self):
        done = subprocess.run([os.path.join(TOOLS, "redocly"), "lint", self.path, "--format", "json"],
                              capture_output=True, text=True, timeout=120, env=QUIET)
        report = json.loads(done.stdout[done.stdout.index("{"):])
        problems = [f"{each['ruleId']}: {each['message']}" for each in report["problems"]]
        self.assertEqual(problems, [])
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_1_the_linter_would_find_something(self):
        broken = json.loads(self.text)
        del broken["paths"]["/api/calls/{id}"]["get"]["parameters"]
        path = self.path + ".broken.json"
        self.write(broken, path)
        done = subprocess.run([os.path.join(TOOLS, "redocly"), "lint", path], capture_output=True, timeout=120, env=QUIET)
        self.assertNotEqual(done.returncode, 0)

    def test_1_the_document_is_the_same_each_time(self):
        with Frontdesk() as other:
            self.assertEqual(other.fetch("/api/openapi.json"), self.text)

    def test_2_calls(self):
        page = json.loads(self.expect(200, "GET", "/api/calls/logs?limit=1&min_duration=0.5&status=answered"))
        self.assertEqual(len(page["calls"]), 1)
        self.expect(200, "GET", "/api/calls/logs?from=2026-01-01T00:00:00Z&caller=sip")
        self.expect(200, "GET", f"/api/calls/{self.call}")
        self.expect(200, "GET", f"/api/calls/{self.call}/transcript")
        self.assertTrue(json.loads(self.expect(200, "GET", f"/api/calls/{self.call}/decisions"))["decisions"])
        self.assertEqual(self.expect(200, "GET", f"/api/calls/{self.call}/recording")[:4], b"RIFF")
        self.expect(206, "GET", f"/api/calls/{self.call}/recording", headers={"Range": "bytes=0-99"})
        for below in ("", "/transcript", "/decisions", "/recording"):
            self.expect(404, "GET", f"/api/calls/call_none{below}")
        for order in ("pause", "resume"):
            self.expect(409, "POST", f"/api/calls/{self.call}/recording/{order}")
        self.expect(200, "GET", "/api/messages?limit=5")
        self.expect(400, "GET", "/api/calls/logs?cursor=nonsense")

    def test_2_control(self):
        for order in ("hangup", "takeover", "giveback", "hold", "unhold"):
            self.expect(409, "POST", f"/api/calls/{self.call}/{order}")
            self.expect(404, "POST", f"/api/calls/call_none/{order}")
        self.expect(409, "POST", f"/api/calls/{self.call}/say", {"text": "One moment."})
        self.expect(409, "POST", f"/api/calls/{self.call}/whisper", {"text": "Offer Tuesday."})
        self.expect(422, "POST", f"/api/calls/{self.call}/transfer", {"to": "+447700900999"})

    def test_2_live(self):
        self.assertEqual(json.loads(self.expect(200, "GET", "/api/calls/live")), {"calls": []})
        self.assertTrue(json.loads(self.expect(200, "POST", "/api/live/tickets"))["ticket"].startswith("wst_"))

    def test_2_retention(self):
        path, kept = "/api/privacy/retention", {"transcripts_days": 30, "messages_days": 0, "calls_days": 365}
        self.assertEqual(json.loads(self.expect(200, "GET", path))["calls_days"], 0)
        self.expect(412, "PUT", path, kept, {"If-Match": '"another"'})
        self.expect(422, "PUT", path, {**kept, "calls_days": 40000}, self.tag(path))
        self.assertEqual(json.loads(self.expect(200, "PUT", path, kept, self.tag(path))), kept)
        self.assertEqual(json.loads(self.expect(200, "GET", path)), kept)

    def test_2_privacy(self):
        caller = {"number": "+443335550177"}
        self.assertEqual(json.loads(self.expect(200, "POST", "/api/privacy/export", caller))["calls"], [])
        self.assertEqual(json.loads(self.expect(200, "POST", "/api/privacy/erase", caller))["calls"], 0)

    def test_2_signing_in(self):
        """While nobody has an account: what is answered to whoever has none."""
        me = json.loads(self.expect(200, "GET", "/api/me"))
        self.assertEqual((me["role"], me["signed_up"]), ("owner", False))
        someone, password = {"email": "a@b.example"}, "violet spoon window 4"
        self.expect(401, "POST", "/api/auth/login", {**someone, "password": password})
        code = {"challenge": "x", "code": "123456"}
        self.expect(401, "POST", "/api/auth/login/second-factor", code)
        self.expect(401, "POST", "/api/auth/refresh", {"refresh_token": "x"})
        self.expect(403, "POST", "/api/auth/register", {**someone, "password": password, "name": "Ann"})
        self.expect(401, "POST", "/api/auth/verify-email", {"token": "x"})
        self.expect(204, "POST", "/api/auth/verify-email/again", someone)
        self.expect(204, "POST", "/api/auth/forgot-password", someone)
        self.expect(401, "POST", "/api/auth/reset-password", {"token": "x", "password": password})
        self.expect(200, "GET", "/api/me/sessions")
        self.expect(404, "DELETE", "/api/me/sessions/x")
        self.expect(204, "DELETE", "/api/me/sessions")
        self.expect(404, "PATCH", "/api/me", {"name": "Ann"})
        self.expect(422, "PATCH", "/api/me", {"name": ""})
        change = {"old_password": password, "new_password": password}
        self.expect(404, "POST", "/api/me/password", change)
        self.expect(404, "POST", "/api/me/second-factor")
        self.expect(404, "POST", "/api/me/second-factor/confirm", {"code": "123456"})
        self.expect(404, "POST", "/api/me/second-factor/remove", {"password": password})
        self.expect(404, "POST", "/api/me/second-factor/recovery-codes", {"password": password})
        self.expect(204, "POST", "/api/auth/logout")

    def test_2_people(self):
        """While nobody has an account: this machine's user invites nobody, but reads and stores."""
        self.assertEqual(json.loads(self.expect(200, "GET", "/api/team"))["members"], [])
        self.expect(404, "PATCH", "/api/team/user_none", {"role": "viewer"})
        self.expect(404, "DELETE", "/api/team/user_none")
        self.expect(404, "POST", "/api/team/leave")
        self.expect(200, "GET", "/api/team/invitations")
        self.expect(409, "POST", "/api/team/invitations", {"email": "a@b.example", "role": "viewer"})
        self.expect(404, "DELETE", "/api/team/invitations/none")
        self.expect(401, "POST", "/api/team/invitations/accept", {"token": "x"})
        self.expect(200, "GET", "/api/tokens")
        self.expect(409, "POST", "/api/tokens", {"name": "wallboard", "scopes": ["calls.read"]})
        self.expect(422, "POST", "/api/tokens", {"name": "wallboard", "scopes": ["everything"]})
        self.expect(404, "DELETE", "/api/tokens/token_none")
        self.expect(200, "GET", "/api/permissions")

    def test_2_keys_and_audit(self):
        order = {"service": "openai", "name": "main", "key": "sk-0123456789-WXYZ"}
        key = json.loads(self.expect(201, "POST", "/api/keys", order))
        self.assertEqual(key["last_four"], "WXYZ")
        self.expect(409, "POST", "/api/keys", order)
        path = f"/api/keys/{key['id']}"
        self.expect(200, "GET", "/api/keys")
        self.expect(200, "GET", path)
        self.expect(200, "PUT", path, {"key": "sk-9876543210-ABCD"}, self.tag(path))
        self.expect(200, "POST", path + "/put-back", headers=self.tag(path))
        self.expect(200, "DELETE", path + "/previous", headers=self.tag(path))
        self.expect(409, "POST", path + "/put-back", headers=self.tag(path))
        self.expect(200, "GET", "/api/keys/master")
        self.expect(204, "DELETE", path)
        self.expect(404, "GET", path)
        name = {"name": "Hillside"}
        self.expect(200, "GET", "/api/organisation")
        self.expect(200, "PATCH", "/api/organisation", name, self.tag("/api/organisation"))
        networks = "/api/settings/networks"
        self.expect(200, "GET", networks)
        self.expect(409, "PUT", networks, {"networks": [{"network": "192.0.2.0/24"}]}, self.tag(networks))
        self.expect(200, "PUT", networks, {"networks": []}, self.tag(networks))
        page = json.loads(self.expect(200, "GET", "/api/audit?limit=1&action=keys."))
        self.assertEqual([each["action"] for each in page["records"]], ["keys.deleted"])
        self.expect(200, "GET", f"/api/audit?limit=1&action=keys.&cursor={page['next_cursor']}")
        self.assertTrue(json.loads(self.expect(200, "GET", "/api/audit/verify"))["whole"])

    def test_2_inbound(self):
        asked = {"from": "+443335550100", "to": "03335550001"}
        answer = json.loads(self.expect(200, "POST", "/api/calls/inbound", asked))
        self.assertEqual((answer["action"], answer["caller"]), ("accept", "+443335550100"))
        self.assertTrue(answer["route"].startswith("sip:"), answer)
        self.expect(404, "POST", "/api/calls/inbound", {**asked, "line": "no such line"})

    def test_2_lines(self):
        account = {"domain": "sip.example.com", "port": 5060, "username": "u", "password": "p", "transport": "UDP",
                   "inboundNumber": "03333357324"}
        self.expect(200, "GET", "/api/sip/config")
        self.expect(200, "GET", "/api/sip/providers?existingNumber=02079460000")
        self.expect(404, "GET", "/api/sip/providers?line=none")
        self.assertTrue(json.loads(self.expect(200, "POST", "/api/sip/validate", account))["ok"])
        wrong = json.loads(self.expect(200, "POST", "/api/sip/validate", {**account, "domain": "sip.example.com:5065"}))
        self.assertFalse(wrong["ok"])
        self.expect(404, "POST", "/api/sip/test-connection", {"line": "none"})
        self.expect(422, "POST", "/api/sip/test-connection", {"domain": "sip.example.com"})
        self.expect(200, "POST", "/api/sip/test-connection", {**account, "domain": "127.0.0.1", "port": free_port()})

    def test_2_saved_lines(self):
        form = {"providerName": "Example", "domain": "127.0.0.1", "port": 5065, "username": "u", "transport": "UDP",
                "password": "p", "inboundNumber": "03333357324", "registers": False}
        line = json.loads(self.expect(201, "POST", "/api/sip/config", form))
        path = "/api/sip/config/" + line["id"]
        self.expect(200, "GET", path)
        self.expect(412, "PUT", path, form, {"If-Match": '"another"'})
        self.expect(200, "PUT", path, form, {"If-Match": "*"})
        self.expect(204, "DELETE", path)
        self.expect(404, "GET", path)
        self.expect(404, "DELETE", path)
        self.expect(422, "POST", "/api/sip/config", {**form, "direction": "outbound"})

    def test_2_analytics(self):
        today = json.loads(self.expect(200, "GET", "/api/analytics/dashboard?compare=true"))
        self.assertGreaterEqual(today["totals"]["answered"], 1)
        self.assertIsNotNone(today["reply"]["gap"]["p50_ms"])
        self.assertEqual(today["before"]["calls"], 0)
        month = json.loads(self.expect(200, "GET", "/api/analytics/calls"))
        self.assertEqual(len(month["days"]), 30)
        self.expect(200, "GET", "/api/analytics/calls?from=2026-01-01&to=2026-10-01")
        self.expect(200, "GET", "/api/analytics/voice-quality")
        self.expect(400, "GET", "/api/analytics/calls?from=2020-01-01")

    def test_2_webhooks(self):
        new = {"url": f"http://127.0.0.1:{free_port()}/", "events": ["*"]}
        hook = json.loads(self.expect(201, "POST", "/api/webhooks", new, {"Idempotency-Key": "contract"}))
        self.assertEqual(json.loads(self.expect(201, "POST", "/api/webhooks", new, {"Idempotency-Key": "contract"})), hook)
        self.expect(422, "POST", "/api/webhooks", {"url": "http://user@host/", "events": ["nonsense"]})
        listed = json.loads(self.expect(200, "GET", "/api/webhooks"))["webhooks"]
        self.assertEqual([each["id"] for each in listed], [hook["id"]])
        self.assertNotIn("secret", listed[0])
        path = f"/api/webhooks/{hook['id']}"
        self.expect(200, "GET", path)
        self.expect(412, "PUT", path, new, {"If-Match": '"99"'})
        self.expect(200, "PUT", path, {**new, "description": "ours"}, self.tag(path))
        self.expect(200, "POST", path + "/secret")
        test = json.loads(self.expect(202, "POST", path + "/test"))
        page = json.loads(self.expect(200, "GET", path + "/deliveries?limit=1"))
        self.assertEqual(page["deliveries"][0]["id"], test["id"])
        self.expect(200, "GET", path + "/deliveries?state=dead")
        self.expect(400, "GET", path + "/deliveries?cursor=nonsense")
        def given_up():
            return json.loads(self.expect(200, "GET", path + "/deliveries?state=dead"))["deliveries"]
        self.assertEqual(wait_for(given_up, 20, "a dead letter")[0]["id"], test["id"])
        self.expect(202, "POST", f"{path}/deliveries/{test['id']}/resend")
        self.expect(404, "POST", f"{path}/deliveries/whd_none/resend")
        self.expect(204, "DELETE", path)
        self.expect(404, "GET", path)

    def test_2_upkeep(self):
        jobs = json.loads(self.expect(200, "GET", "/api/jobs?limit=5"))["jobs"]
        self.expect(409, "POST", f"/api/jobs/{jobs[0]['id']}/retry")
        self.expect(404, "POST", "/api/jobs/job_none/retry")
        self.expect(200, "GET", "/api/jobs?state=dead")
        self.expect(200, "GET", "/api/alerts?state=open&limit=5")
        self.expect(404, "POST", "/api/alerts/alert_none/acknowledge")
        usage = json.loads(self.expect(200, "GET", "/api/usage"))
        self.assertEqual(usage["totals"][0]["kind"], "call_seconds")
        self.expect(400, "GET", "/api/usage?from=2020-01-01")

    def test_2_health(self):
        self.expect(200, "GET", "/api/health")
        self.expect(200, "GET", "/api/health/live")

    def test_3_nothing_was_left_out(self):
        declared = {(method.upper(), path) for path, methods in self.document["paths"].items() for method in methods}
        self.assertEqual(declared - self.seen, set())

    def test_4_the_proxy_would_find_something(self):
        lying = json.loads(self.text)
        lying["components"]["schemas"]["Health"]["properties"]["uptime_ms"]["type"] = "string"
        path = self.path + ".lying.json"
        self.write(lying, path)
        proxy = Proxy(path, f"http://{self.server.http}")
        try:
            status, _, content = proxy.ask("GET", "/api/health")
            self.assertEqual(status, 500)
            self.assertIn(b"uptime_ms", content)
        finally:
            proxy.close()


if __name__ == "__main__":
    main()
