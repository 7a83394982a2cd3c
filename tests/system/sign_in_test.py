"""Signing up by the printed link, signing in with tokens and cookies, and what is refused: in a program that runs."""
import base64
import hashlib
import hmac
import http.client
import json
import re
import struct
import threading
import time
import unittest

from frontdesk import READY_SECONDS, Frontdesk, main

PASSWORD = "violet spoon window 4"
OWN_PAGE = {"X-Requested-With": "frontdesk"}


class SignUp(Frontdesk):
    """Keeps the link that the first start prints."""

    def _await_ready(self):
        self.link = None
        too_late = threading.Timer(READY_SECONDS, self.process.kill)
        too_late.start()
        try:
            for line in self.process.stdout:
                link = re.search(r"http://\S+/welcome#token=(\S+)", line)
                if link:
                    self.link = link.group(1)
                if line.startswith("ready"):
                    self.sip, self.http = re.match(r"ready sip=(\S+) http=(\S+)", line).groups()
                    return
        finally:
            too_late.cancel()
        raise AssertionError("no ready line: " + self.process.stderr.read())


def ask(server, method, path, body=None, token=None, headers=None):
    """Status, JSON of the answer, headers."""
    connection = http.client.HTTPConnection(server.http, timeout=20)
    fields = dict(headers or {})
    if token:
        fields["Authorization"] = f"Bearer {token}"
    if body is not None:
        fields["Content-Type"] = "application/json"
    connection.request(method, path, json.dumps(body) if body is not None else None, fields)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if content else None, answer.headers


def cookies_of(headers):
    return dict(each.split(";")[0].split("=", 1) for each in headers.get_all("Set-Cookie") or [])


def one_time_code(secret, moment):
    """RFC 6238 with SHA-1, 30 s and six digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(moment) // 30), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place:place + 4])[0] & 0x7fffffff) % 1_000_000:06d}"


def forged(token, header=None, changes=None, key=b"x" * 32):
    """The token with another header or claims, signed by somebody who has not the key."""
    def piece(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    parts = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]
    text = piece({**parts[0], **(header or {})}) + "." + piece({**parts[1], **(changes or {})})
    mac = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return text + "." + ("" if header == {"alg": "none"} else base64.urlsafe_b64encode(mac).rstrip(b"=").decode())


class SignIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = SignUp()
        cls.addClassCleanup(cls.server.stop)
        status, answer, _ = ask(cls.server, "GET", "/api/me")
        assert status == 200 and answer["role"] == "owner" and not answer["signed_up"], answer
        account = {"email": "zoe@hillside.example", "password": PASSWORD, "name": "Zoe"}
        status, answer, _ = ask(cls.server, "POST", "/api/auth/register", {**account, "token": "x" * 43})
        assert status in (401, 403), answer
        status, answer, _ = ask(cls.server, "POST", "/api/auth/register", {**account, "token": cls.server.link})
        assert status == 200 and not answer["verify_email"], answer

    def login(self, **more):
        status, answer, headers = ask(self.server, "POST", "/api/auth/login",
                                      {"email": "zoe@hillside.example", "password": PASSWORD, **more})
        self.assertEqual(status, 200, answer)
        return answer, cookies_of(headers), headers

    def me(self, token=None, **headers):
        return ask(self.server, "GET", "/api/me", token=token, headers=headers)[0]

    def test_this_machine_is_the_owner_no_more(self):
        self.assertEqual(self.me(), 401)
        self.assertEqual(ask(self.server, "GET", "/api/calls/logs")[0], 401)
        link_again = {"email": "eve@evil.example", "password": PASSWORD, "name": "Eve", "token": self.server.link}
        self.assertIn(ask(self.server, "POST", "/api/auth/register", link_again)[0], (401, 403))

    def test_tokens_for_programs(self):
        tokens, cookies, headers = self.login()
        self.assertEqual(cookies, {})
        self.assertEqual(headers["Cache-Control"], "no-store")
        status, me, _ = ask(self.server, "GET", "/api/me", token=tokens["access_token"])
        self.assertEqual((status, me["email"], me["role"], me["signed_up"]), (200, "zoe@hillside.example", "owner", True))
        self.assertEqual(ask(self.server, "POST", "/api/auth/logout", token=tokens["access_token"])[0], 204)
        self.assertEqual(self.me(tokens["access_token"]), 401)

    def test_cookies_for_pages(self):
        answer, cookies, headers = self.login(cookies=True)
        self.assertIsNone(answer["access_token"])
        for each in headers.get_all("Set-Cookie"):
            self.assertIn("HttpOnly", each)
            self.assertIn("SameSite=Strict", each)
            path = "/api/auth/refresh" if each.startswith("refresh=") else "/"
            self.assertIn(f"; Path={path};", each)
        session = {"Cookie": "session=" + cookies["session"]}
        self.assertEqual(self.me(**session), 200)
        self.assertEqual(ask(self.server, "POST", "/api/auth/logout", headers=session)[0], 403, "not from our page")
        foreign = {**session, **OWN_PAGE, "Origin": "https://evil.example"}
        self.assertEqual(ask(self.server, "POST", "/api/auth/logout", headers=foreign)[0], 403)
        refresh = {"Cookie": "refresh=" + cookies["refresh"]}
        self.assertEqual(ask(self.server, "POST", "/api/auth/refresh", {}, headers=refresh)[0], 403)
        status, _, headers = ask(self.server, "POST", "/api/auth/refresh", {}, headers={**refresh, **OWN_PAGE})
        self.assertEqual(status, 200)
        session = {"Cookie": "session=" + cookies_of(headers)["session"]}
        status, _, headers = ask(self.server, "POST", "/api/auth/logout", headers={**session, **OWN_PAGE})
        self.assertEqual((status, cookies_of(headers)["session"]), (204, ""))
        self.assertEqual(self.me(**session), 401)

    def test_a_refresh_token_that_comes_twice_ends_the_session(self):
        first = self.login()[0]
        status, second, _ = ask(self.server, "POST", "/api/auth/refresh", {"refresh_token": first["refresh_token"]})
        self.assertEqual(status, 200)
        self.assertEqual(self.me(second["access_token"]), 200)
        self.assertEqual(ask(self.server, "POST", "/api/auth/refresh", {"refresh_token": first["refresh_token"]})[0], 401)
        self.assertEqual(self.me(second["access_token"]), 401, "the thief's or the owner's: nobody can tell")

    def test_sessions_are_listed_and_ended(self):
        here, there = self.login()[0], self.login()[0]
        sessions = ask(self.server, "GET", "/api/me/sessions", token=here["access_token"])[1]["sessions"]
        self.assertEqual(sum(each["current"] for each in sessions), 1)
        self.assertEqual(ask(self.server, "DELETE", "/api/me/sessions", token=here["access_token"])[0], 204)
        self.assertEqual((self.me(here["access_token"]), self.me(there["access_token"])), (200, 401))
        self.assertEqual(ask(self.server, "DELETE", "/api/me/sessions/x", token=here["access_token"])[0], 404)

    def test_one_is_called_as_one_wants(self):
        token = self.login()[0]["access_token"]
        status, me, _ = ask(self.server, "PATCH", "/api/me", {"name": "Zoë H."}, token=token)
        self.assertEqual((status, me["name"]), (200, "Zoë H."))
        self.assertEqual(ask(self.server, "GET", "/api/me", token=token)[1]["name"], "Zoë H.")
        self.assertIn(ask(self.server, "PATCH", "/api/me", {"name": "  "}, token=token)[0], (400, 422))

    def test_forged_tokens_are_refused(self):
        token = self.login()[0]["access_token"]
        self.assertEqual(self.me(token), 200)
        for name, other in {"alg none": forged(token, {"alg": "none"}), "another key": forged(token),
                            "another audience": forged(token, changes={"aud": "elsewhere"}),
                            "a longer life": forged(token, changes={"exp": int(time.time()) + 10_000_000}),
                            "no signature": token.rsplit(".", 1)[0] + ".", "nothing": "x"}.items():
            self.assertEqual(self.me(other), 401, name)

    def test_z1_wrong_passwords_lock_the_door_for_a_while(self):
        wrong = {"email": "nobody@hillside.example", "password": "wrong wrong wrong 1"}
        statuses = []
        while 429 not in statuses and len(statuses) < 12:  # a slow machine may take longer than the first delays
            status, _, headers = ask(self.server, "POST", "/api/auth/login", wrong)
            statuses.append(status)
        self.assertEqual(statuses[:5], [401] * 5)
        self.assertEqual(statuses[-1], 429, statuses)
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)

    def test_z2_a_second_factor(self):
        token = self.login()[0]["access_token"]
        status, setup, _ = ask(self.server, "POST", "/api/me/second-factor", token=token)
        self.assertEqual(status, 200)
        self.assertIn(setup["secret"], setup["uri"])
        code = one_time_code(setup["secret"], time.time())
        confirm = {"code": code}
        status, recovery, _ = ask(self.server, "POST", "/api/me/second-factor/confirm", confirm, token=token)
        self.assertEqual((status, len(recovery["codes"])), (200, 10))
        answer = self.login()[0]
        self.assertTrue(answer["second_factor"])
        self.assertIsNone(answer["access_token"])
        again = {"challenge": answer["challenge"], "code": code}
        self.assertEqual(ask(self.server, "POST", "/api/auth/login/second-factor", again)[0], 401, "was used")
        by_recovery = {"challenge": answer["challenge"], "code": recovery["codes"][0]}
        status, tokens, _ = ask(self.server, "POST", "/api/auth/login/second-factor", by_recovery)
        self.assertEqual(status, 200, tokens)
        me = ask(self.server, "GET", "/api/me", token=tokens["access_token"])[1]
        self.assertEqual((me["second_factor"], me["recovery_codes_left"]), (True, 9))
        status, _, _ = ask(self.server, "POST", "/api/me/second-factor/remove", {"password": PASSWORD},
                           token=tokens["access_token"])
        self.assertEqual(status, 204)


if __name__ == "__main__":
    main()
