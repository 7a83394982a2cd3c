"""Every endpoint of a running program's API document against everybody who must be refused. Endpoints come from the
document, so that a later one is tried without anybody thinking of it. People who are not in the program by its own
doors (another organisation, a viewer) are put into its database."""
import binascii
import hashlib
import http.client
import json
import os
import re
import time
import unittest

from frontdesk import main, rows_of
from sign_in_test import OWN_PAGE, PASSWORD, SignUp, ask, cookies_of, forged

VIEWERS_MAY = re.compile(r"^(calls|messages|lines|voices|receptionist|analytics|settings)\.read$")
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
STREAMS = ("text/event-stream", "application/x-ndjson")


def api_token(mark):
    """As the program makes them: 43 digits and the CRC-32 of what is before."""
    body = "fd_" + mark * 43
    number, end = binascii.crc32(body.encode()), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        end = DIGITS[rest] + end
    return body + end


class Authorisation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = SignUp()
        cls.addClassCleanup(cls.server.stop)
        account = {"email": "zoe@hillside.example", "password": PASSWORD, "name": "Zoe", "token": cls.server.link}
        status, answer, _ = ask(cls.server, "POST", "/api/auth/register", account)
        assert status == 200, answer
        cls.owner = cls.login("zoe@hillside.example")
        cls.me = ask(cls.server, "GET", "/api/me", token=cls.owner)[1]
        cls.database = rows_of(cls.server.data)
        cls.addClassCleanup(cls.database.close)
        cls.insert("organisations", id="org_other", name="Other", created_at=0)
        cls.join("eve@other.example", "org_other", "owner")
        cls.join("val@hillside.example", cls.me["organisation"], "viewer")
        cls.insert("calls", id="call_planted", organisation=cls.me["organisation"], status="completed", started_at=1)
        cls.insert("messages", id="msg_planted", organisation=cls.me["organisation"], call="call_planted", status="new")
        _, _, headers = ask(cls.server, "GET", "/api/receptionist/config", token=cls.owner)
        status, answer, _ = ask(cls.server, "PUT", "/api/receptionist/draft", {"greeting": "Planted."}, cls.owner,
                                {"If-Match": headers["ETag"]})
        assert status == 200, answer
        document = ask(cls.server, "GET", "/api/openapi.json")[1]
        cls.routes = [(method.upper(), path, operation) for path, methods in document["paths"].items()
                      for method, operation in methods.items()]
        cls.closed = [each for each in cls.routes if each[2].get("security") != []]

    @classmethod
    def insert(cls, table, **values):
        """What is not told is empty."""
        for name, is_text, needed in cls.database.columns(table):
            if needed:
                values.setdefault(name, "" if is_text else 0)
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        cls.database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))

    @classmethod
    def join(cls, email, organisation, role):
        """With the owner's password."""
        digest, = cls.database.execute("SELECT password_hash FROM users WHERE id = ?", [cls.me["id"]])[0]
        user = "user_" + email.split("@")[0]
        cls.insert("users", id=user, email=email, password_hash=digest, name=user, email_verified_at=1)
        cls.insert("memberships", organisation=organisation, user_id=user, role=role)

    @classmethod
    def login(cls, email, **more):
        status, answer, headers = ask(cls.server, "POST", "/api/auth/login",
                                      {"email": email, "password": PASSWORD, **more})
        assert status == 200, answer
        return cookies_of(headers)["session"] if more else answer["access_token"]

    def answer(self, method, path, token=None, **headers):
        """Status and text; of a stream the status alone."""
        for _ in range(30):
            connection = http.client.HTTPConnection(self.server.http, timeout=20)
            if token is not None:
                headers["Authorization"] = f"Bearer {token}"
            connection.request(method, path, headers={"If-Match": "*", **headers})
            answer = connection.getresponse()
            kind = answer.headers.get_content_type()
            text = "" if kind in STREAMS else answer.read().decode(errors="replace")
            connection.close()
            if answer.status != 429:
                return answer.status, text
            time.sleep(0.5)  # this test asks more often than anybody may
        raise AssertionError("asked too often for 15 s")

    def refused(self, token, wanted=(401,), **headers):
        for method, path, _ in self.closed:
            status, text = self.answer(method, re.sub(r"\{\w+\}", "call_planted", path), token, **headers)
            self.assertIn(status, wanted, f"{method} {path}: {text[:200]}")

    def session_of(self, token):
        sessions = ask(self.server, "GET", "/api/me/sessions", token=token)[1]["sessions"]
        return next(each["id"] for each in sessions if each["current"])

    def test_there_is_something_to_refuse(self):
        self.assertGreater(len(self.closed), 30)
        for method, path, _ in self.closed:
            if method == "GET" and "{" not in path:
                self.assertNotIn(self.answer(method, path, self.owner)[0], (401, 403, 404), path)

    def test_nobody(self):
        self.refused(None)
        self.refused("")
        self.refused(None, Cookie="session=")

    def test_forged(self):
        self.refused(forged(self.owner, {"alg": "none"}))
        self.refused(forged(self.owner, changes={"aud": "elsewhere"}))
        self.refused(forged(self.owner, changes={"org": "org_other"}))
        self.refused(self.owner.rsplit(".", 1)[0] + ".")

    def test_signed_out(self):
        token = self.login("zoe@hillside.example")
        self.assertEqual(ask(self.server, "POST", "/api/auth/logout", token=token)[0], 204)
        self.refused(token)

    def test_expired(self):
        token = self.login("zoe@hillside.example")
        self.database.execute("UPDATE sessions SET expires_at = 1 WHERE id = ?", [self.session_of(token)])
        self.refused(token)

    def test_no_member_any_more(self):
        self.join("gone@hillside.example", self.me["organisation"], "admin")
        token = self.login("gone@hillside.example")
        self.assertEqual(self.answer("GET", "/api/calls/logs", token)[0], 200)
        self.database.execute("DELETE FROM memberships WHERE user_id = 'user_gone'")
        self.refused(token)

    def test_api_tokens(self):
        scopes = " ".join({each[2]["x-permission"] for each in self.closed if "x-permission" in each[2]})
        for mark, more, wanted in (("e", {"expires_at": 1}, (401,)), ("r", {"revoked_at": 1}, (401,)),
                                   ("s", {"scopes": "calls.none"}, (403,))):
            text = api_token(mark)
            self.insert("api_tokens", **{"id": "token_" + mark, "organisation": self.me["organisation"],
                                         "user_id": self.me["id"], "scopes": scopes,
                                         "digest": hashlib.sha256(text.encode()).hexdigest(), **more})
            self.refused(text, wanted)
        good = api_token("g")
        self.insert("api_tokens", id="token_g", organisation=self.me["organisation"], user_id=self.me["id"],
                    scopes="calls.read", digest=hashlib.sha256(good.encode()).hexdigest())
        self.assertEqual(self.answer("GET", "/api/calls/logs", good)[0], 200, "the tokens above were well made")

    def test_a_viewer(self):
        token = self.login("val@hillside.example")
        tried = 0
        for method, path, operation in self.closed:
            permission = operation.get("x-permission")
            if permission is None or VIEWERS_MAY.match(permission):
                continue
            status, text = self.answer(method, re.sub(r"\{\w+\}", "call_planted", path), token)
            self.assertEqual(status, 403, f"{method} {path} ({permission}): {text[:200]}")
            tried += 1
        self.assertGreater(tried, 5)
        self.assertEqual(self.answer("GET", "/api/calls/logs", token)[0], 200)

    def test_another_sites_page(self):
        session = "session=" + self.login("zoe@hillside.example", cookies=True)
        for method, path, _ in self.closed:
            if method != "GET":
                status, _ = self.answer(method, re.sub(r"\{\w+\}", "x", path), Cookie=session)
                self.assertEqual(status, 403, f"{method} {path}")
        self.assertEqual(self.answer("GET", "/api/me", Cookie=session, **OWN_PAGE)[0], 200)

    def ids_seen(self, token):
        """Of all that needs no id, and the texts it was found in."""
        texts = {path: self.answer(method, path, token)[1] for method, path, _ in self.closed
                 if method == "GET" and "{" not in path}
        return set(re.findall(r'"id":"([^"]+)"', "".join(texts.values()))), texts

    def test_another_organisation(self):
        eve = self.login("eve@other.example")
        own, _ = self.ids_seen(self.owner)
        planted = {"call_planted", "msg_planted", self.me["id"], self.session_of(self.owner)}
        self.assertLessEqual(planted, own)
        foreign, texts = self.ids_seen(eve)
        for path, text in texts.items():
            for each in planted:
                self.assertNotIn(each, text, path)
        for method, path, _ in self.closed:
            if "{" not in path:
                continue
            for each in sorted(own - foreign):
                status, text = self.answer(method, re.sub(r"\{\w+\}", each, path), eve)
                if method == "GET":
                    self.assertEqual(status, 404, f"{path} {each}: {text[:200]}")
                self.assertGreaterEqual(status, 400, f"{method} {path} {each}: {text[:200]}")
        self.assertLessEqual(planted, self.ids_seen(self.owner)[0], "nothing was deleted by a stranger")


if __name__ == "__main__":
    main()
