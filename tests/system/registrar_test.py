"""A real registrar, Kamailio, on UDP, TCP and TLS: the program registers with odd credentials, takes a call that
comes through it, says what is wrong, and comes back when the registrar does."""
import contextlib
import json
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import frontdesk
from frontdesk import PROGRAM, ROOT, Frontdesk, wait_for
from kamailio import Kamailio

USER = "__23725.2testaccou__"
AUTH_USER = "23725*auth"
LOST_SECONDS = 40  # until silence is noticed: the keep-alive and a whole transaction
BACK_SECONDS = 30  # until it is registered again once the registrar is back
PASSWORD = 'a:b "c" \\ d%20e'

TRUNK = """
business = "{root}/examples/hillside-dental.toml"
[server]
direct_callers = []
[trunk]
name = "kamailio"
domain = "{domain}"
port = {port}
transport = "{transport}"
username = "{user}"
auth_username = "{auth_user}"
password = '{password}'
keep_alive_seconds = 5
{more}
"""


def trunk_config(registrar, transport, password=PASSWORD, domain="localhost", ca=True):
    """A configuration file with a trunk at the registrar; gone when it is closed."""
    config = tempfile.NamedTemporaryFile("w", suffix=".toml")
    tls = transport == "tls"
    config.write(TRUNK.format(
        root=ROOT, port=registrar.tls_port if tls else registrar.port, transport=transport, user=USER,
        auth_user=AUTH_USER, password=password, domain=domain,
        more=f'ca_file = "{registrar.ca_file}"' if tls and ca else ""))
    config.flush()
    return config


class Registered(Frontdesk):
    """`frontdesk serve` with a trunk at the registrar."""

    def __init__(self, registrar, transport, **options):
        self.config = trunk_config(registrar, transport, **options)
        super().__init__("--config", self.config.name)

    def trunk(self):
        return self.get("/api/health")["trunk"]

    def await_state(self, state, seconds=20):
        wait_for(lambda: (self.trunk() or {}).get("state") == state, seconds, f"state {state}, last {self.trunk()}")
        return self.trunk()["detail"]


class Registrar(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.registrar = Kamailio(AUTH_USER, PASSWORD)

    @classmethod
    def tearDownClass(cls):
        cls.registrar.__exit__()

    def call_through_registrar(self, server):
        done = subprocess.run(
            [PROGRAM, "call", f"sip:{USER}@127.0.0.1:{self.registrar.port}", "--json", "--no-transcripts",
             "--voice", "flite:kal", "--say", "What time do you open tomorrow?"],
            capture_output=True, text=True, timeout=100, cwd=ROOT)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:] + self.registrar.log_text())
        record = server.newest_call()
        self.assertEqual(record["trunk"], "kamailio")
        self.assertIn(record["end_class"], ("completed", "caller_hung_up"))
        self.assertGreaterEqual(len(record["turns"]), 2)

    def test_registers_and_takes_a_call(self):
        for transport in ("udp", "tcp", "tls"):
            with self.subTest(transport=transport), Registered(self.registrar, transport) as server:
                server.await_state("registered")
                self.check_doctor(server, transport)
                if transport == "tcp":
                    self.check_page(server)
                self.call_through_registrar(server)

    def doctor(self, config, *more):
        done = subprocess.run([PROGRAM, "doctor", "sip", "--config", config, *more],
                              capture_output=True, text=True, timeout=60, cwd=ROOT)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        self.assertNotRegex(done.stdout, r'response="?[0-9a-f]{32}')
        return done

    def check_doctor(self, server, transport):
        """It finds nothing wrong, and the registrar's bindings are what they were."""
        before = self.registrar.bindings(USER)
        since = server.trunk()["changed_at"]
        self.assertEqual(len(before), 1)
        done = self.doctor(server.config.name, "--json", "--ladder")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(lines[-1]["type"], "result")
        steps = {line["step"]: line for line in lines if line["type"] == "step"}
        self.assertEqual(steps["accepted"]["facts"]["registered_devices"], "1")
        self.assertEqual(steps["challenge"]["facts"]["realm"], "frontdesk.test")
        self.assertEqual(steps["tls"]["state"] == "skipped", transport != "tls")
        self.assertEqual([s for s in steps.values() if s["state"] not in ("ok", "skipped", "warn")], [])
        sent = [line["text"] for line in lines if line["type"] == "message" and line["direction"] == "sent"]
        self.assertEqual([text for text in sent if "Contact" in text], [])
        after = self.registrar.bindings(USER)
        self.assertEqual(set(after), set(before))
        self.assertLessEqual(list(after.values())[0], list(before.values())[0], "it was not even refreshed")
        self.assertEqual((server.trunk()["state"], server.trunk()["changed_at"]), ("registered", since))

    def check_page(self, server):
        """The same over the API, as lines of JSON and as events."""
        before = self.registrar.bindings(USER)
        for accept, begins in (("application/x-ndjson", b'{"type":"step"'), ("text/event-stream", b"event: step")):
            request = urllib.request.Request(
                f"http://{server.http}/api/sip/test-connection", b'{"line": "kamailio"}',
                {"Content-Type": "application/json", "Accept": accept})
            with urllib.request.urlopen(request, timeout=40) as answer:
                body = answer.read()
            self.assertTrue(body.startswith(begins), body)
            self.assertIn(b'{"type":"result","ok":true', body)
            self.assertNotIn(PASSWORD.encode(), body)
        self.assertEqual(set(self.registrar.bindings(USER)), set(before))
        shown = server.fetch("/api/sip/config").decode() + server.fetch("/api/health").decode()
        self.assertIn('"hasPassword":true', shown)
        self.assertNotIn("d%20e", shown)

    def test_the_doctor_says_what_is_wrong(self):
        for fault, options in {"wrong_credentials": {"transport": "udp", "password": "wrong"},
                               "certificate_wrong_name": {"transport": "tls", "domain": "127.0.0.1"},
                               "certificate_unknown_authority": {"transport": "tls", "ca": False},
                               "name_not_found": {"transport": "udp", "domain": "no-such-host"}}.items():
            with self.subTest(fault=fault), trunk_config(self.registrar, **options) as config:
                done = self.doctor(config.name, "--json")
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(f'"fault":"{fault}"', done.stdout)
                shown = self.doctor(config.name)
                self.assertEqual(shown.returncode, 1)
                self.assertIn("-> ", shown.stdout)

    def test_a_wrong_password_is_said_in_words(self):
        with Registered(self.registrar, "udp", password="wrong") as server:
            self.assertIn("password", server.await_state("failed"))

    def test_an_authority_nobody_named_is_said_in_words(self):
        with Registered(self.registrar, "tls", ca=False) as server:
            self.assertIn("ca_file", server.await_state("failed"))

    def test_a_certificate_for_another_name_is_said_in_words(self):
        with Registered(self.registrar, "tls", domain="127.0.0.1") as server:
            self.assertIn("not for 127.0.0.1", server.await_state("failed"))

    def test_comes_back_when_the_registrar_does(self):
        with contextlib.ExitStack() as stack:
            servers = {transport: stack.enter_context(Registered(self.registrar, transport))
                       for transport in ("udp", "tcp", "tls")}
            for server in servers.values():
                server.await_state("registered")
            self.registrar.stop()
            self.all_reach(servers, "failed", LOST_SECONDS)
            self.registrar.start()
            self.all_reach(servers, "registered", BACK_SECONDS)

    def all_reach(self, servers, state, seconds):
        begun = time.monotonic()
        for transport, server in servers.items():
            server.await_state(state, begun + seconds - time.monotonic())
            print(f"{transport}: {state} after {time.monotonic() - begun:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    frontdesk.main()
