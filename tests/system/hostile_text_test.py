"""Every text that the API takes, by its own document, is given what breaks programs: nothing fails inside, nothing gets
into a header, and what is taken is given back as it was sent. Bodies that are no JSON are refused, whatever is wrong."""
import http.client
import json
import os
import re
import sys
import tempfile
import unittest
import urllib.parse

from frontdesk import ROOT, main
from hostile_text import TEXTS
from sign_in_test import PASSWORD, SignUp, ask

SAMPLE = os.path.join(ROOT, "examples", "hillside-dental.toml")
# They hash a password, speak, or learn at every try: they get a few texts only.
SLOW = re.compile(r"^/api/(auth|me/password|me/second-factor|team/leave|receptionist/test|voice/|knowledge/documents)")
SKIPPED = ("/api/auth/logout", "/api/team/leave")
SHARE = 4  # each endpoint gets every fourth text, the next one those after; all of them get all with --all-texts
if "--all-texts" in sys.argv:
    sys.argv.remove("--all-texts")
    SHARE = 1
ONE_LINE = re.compile(r"[\x00-\x20\x7f]+")
NO_JSON = (b"", b"{", b"}", b"[1,]", b'{"a":1,}', b'{"a"}', b"{a:1}", b"{'a':1}", b'{"a":01}', b'{"a":+1}', b'{"a":.5}',
           b'{"a":1.}', b'{"a":0x1}', b'{"a":NaN}', b'{"a":Infinity}', b'{"a":"\x01"}', b'{"a":"\\x"}', b'{"a":"\\u12"}',
           b'{"a":"\\ud800"}', b'{"a":"\xff"}', b'{"a":"\xc0\xaf"}', b'{"a":"\xed\xa0\x80"}', b'{"a":1}{"b":2}',
           b'{"a":1} x', b"\xef\xbb\xbf{}x", b"\xff\xfe{\x00}\x00", b'{"a":1,"a":2}', b"[" * 100_000, b'{"a":' * 50_000,
           b'{"a":tru}', b"nul", b"/**/{}", b'{"a":1//\n}', b"\x00", b'{"a":"\t"}', b'{"a":1e}', b'{"a":-}')


class HostileText(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="frontdesk-hostile-")
        cls.addClassCleanup(folder.cleanup)
        path = os.path.join(folder.name, "company.toml")
        with open(SAMPLE, encoding="utf-8") as sample, open(path, "w", encoding="utf-8") as file:
            file.write(sample.read() + "\n[server]\nrequests_per_second = 100000\n")
        cls.server = SignUp("--config", path)
        cls.addClassCleanup(cls.server.stop)
        account = {"email": "zoe@hillside.example", "password": PASSWORD, "name": "Zoe", "token": cls.server.link}
        status, answer, _ = ask(cls.server, "POST", "/api/auth/register", account)
        assert status == 200, answer
        account = {"email": account["email"], "password": PASSWORD}
        cls.token = ask(cls.server, "POST", "/api/auth/login", account)[1]["access_token"]
        cls.document = ask(cls.server, "GET", "/api/openapi.json")[1]
        cls.operations = [(method.upper(), path, operation) for path, methods in cls.document["paths"].items()
                          for method, operation in methods.items() if path not in SKIPPED]
        cls.connection = None
        cls.tried = 0

    def setUp(self):
        self.__class__.connection = http.client.HTTPConnection(self.server.http, timeout=60)
        self.addCleanup(self.connection.close)

    def ask(self, method, path, body=None):
        """Status and text, after what must hold for every answer."""
        headers = {"Authorization": f"Bearer {self.token}", "If-Match": "*"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        self.__class__.tried += 1
        where = f"{method} {path[:200]} {(body or b'')[:300]!r}: {answer.status} {text[:300]!r}"
        self.assertLess(answer.status, 500, where)
        self.assertIsNone(answer.headers["X-Injected"], where)
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff", where)
        self.assertNotEqual(answer.headers.get_content_type(), "text/html", where)
        return answer.status, text

    def resolved(self, schema):
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def sample(self, schema, text, free_only):
        """A value of the schema with `text` as its texts: those that may be anything, or all."""
        schema = self.resolved(schema)
        for several in ("oneOf", "anyOf"):
            if several in schema:
                return self.sample(schema[several][0], text, free_only)
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            return {name: self.sample(each, text, free_only) for name, each in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.sample(schema["items"], text, free_only)]
        if kind == "string":
            if not free_only or not {"enum", "format", "pattern"} & schema.keys():
                return text
            return (schema.get("examples") or schema.get("enum") or [schema.get("default", "x")])[0]
        if kind in ("integer", "number"):
            return schema.get("minimum", 1)
        return kind == "boolean"

    def given_back(self, sent, got, where):
        """Texts of the same name are the same text; NUL is U+FFFD, because not every database has it."""
        for name, value in sent.items():
            if isinstance(value, str) and isinstance(got.get(name), str) and name not in ("token", "key"):
                kept = [value, value.replace("\0", "\ufffd")]
                if name == "name":  # a name has one line
                    got[name], kept = ONE_LINE.sub(" ", got[name]).strip(), [ONE_LINE.sub(" ", value).strip()]
                self.assertIn(got[name], kept, f"{where}: {name}")

    def texts(self, path):
        return TEXTS[len(path) % SHARE::SHARE * 8 if SLOW.match(path) else SHARE]

    def test_bodies(self):
        taken = 0
        for method, path, operation in self.operations:
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            for text in self.texts(path):
                for free_only in (True, False):
                    body = self.sample(content["schema"], text, free_only)
                    status, answer = self.ask(method, re.sub(r"\{\w+\}", "none", path), json.dumps(body).encode())
                    if status in (200, 201) and answer.startswith(b"{"):
                        taken += 1
                        self.given_back(body, json.loads(answer), f"{method} {path}")
        self.assertGreater(taken, 50, "hardly anything was taken: are the samples still right?")

    def test_what_is_kept_comes_back_as_it_was_sent(self):
        kept = 0
        for number, text in enumerate(TEXTS):
            for path, body in (("/api/knowledge/documents", {"title": "T " + text, "text": "About: " + text}),
                               ("/api/webhooks", {"url": "https://crm.example/", "events": ["*"], "description": text})):
                if SLOW.match(path) and number % SHARE:
                    continue
                status, answer = self.ask("POST", path, json.dumps(body).encode())
                if status == 422:
                    continue
                self.assertEqual(status, 201, f"{path} {body}: {answer[:300]!r}")
                address = f"{path}/{json.loads(answer)['id']}"
                self.given_back(body, json.loads(self.ask("GET", address)[1]), address)
                self.assertEqual(self.ask("DELETE", address)[0], 204)
                kept += 1
        self.assertGreater(kept, len(TEXTS), "most of it is plain text that somebody may write")

    def test_paths(self):
        for method, path, _ in self.operations:
            if "{" in path:
                for text in self.texts(path):
                    status, answer = self.ask(method, re.sub(r"\{\w+\}", urllib.parse.quote(text[:2000], safe=""), path),
                                              b"{}" if method in ("PUT", "PATCH") else None)
                    self.assertGreaterEqual(status, 400, f"{method} {path} {text!r}: {answer[:300]!r}")

    def test_parameters(self):
        for method, path, operation in self.operations:
            names = [each["name"] for each in operation.get("parameters", []) if each.get("in") == "query"]
            for name in names:
                for text in self.texts(path):
                    self.ask(method, re.sub(r"\{\w+\}", "none", path) + f"?{name}={urllib.parse.quote(text[:2000])}")

    def test_bodies_that_are_no_json(self):
        for method, path, operation in self.operations:
            if "requestBody" in operation and "application/json" in operation["requestBody"]["content"]:
                for body in NO_JSON[::6] if SLOW.match(path) else NO_JSON:
                    status, answer = self.ask(method, re.sub(r"\{\w+\}", "none", path), body)
                    self.assertIn(status, (400, 404, 413, 422, 429), f"{method} {path} {body[:60]!r}: {answer[:300]!r}")

    def test_zz_the_program_is_as_it_was(self):
        self.assertGreater(self.tried, 2000)
        self.assertEqual(self.ask("GET", "/api/audit/verify")[0], 200)
        self.assertIsNone(self.server.process.poll())


if __name__ == "__main__":
    main()
