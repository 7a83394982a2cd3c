"""Secrets that are known to this test go in by configuration, environment and API, and are used. Afterwards they are
looked for, in every spelling, in all that is kept, told or left behind. They may be in the environment and the files they
came from, and once in the answer that hands them out; nowhere else."""
import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

from api_contract_test import free_port
from frontdesk import PROGRAM, ROOT, call, main, wait_for
from postgres import Postgres
from sign_in_test import SignUp, ask, cookies_of, one_time_code

CONFIG = """[business]
name = "Measured"
[server]
turn_server = "127.0.0.1:9"
turn_username = "frontdesk"
turn_password = "{turn}"
[trunk]
name = "first"
domain = "127.0.0.1"
port = 9
username = "100234"
password = "{trunk}"
inbound_number = "+443335550100"
"""
PASSWORD_RULES = " wOrd 7"  # what every password here ends in, so that none is refused as too simple


def secret(name):
    return f"planted-{name}-{base64.b32encode(os.urandom(10)).decode().lower()}"


def spellings(text):
    """Of one secret: raw, in hexadecimal, in the three places of base64, in a URL, in JSON."""
    raw = text.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), urllib.parse.quote(text, safe="").encode(),
             json.dumps(text)[1:-1].encode(), text.encode("utf-16-le")}
    for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            # Its own characters alone: the first and the last mix with what stands beside them.
            found.add(alphabet(bytes(shift) + raw)[4 if shift else 0:-4])
    return {each for each in found if len(each) >= 8}


class Planted(unittest.TestCase):
    """On SQLite, alone."""
    shared = False

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="frontdesk-planted-")
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.secrets = {}   # name -> text
        self.texts = {}     # where it was looked -> bytes
        self.environment = {
            "FRONTDESK_MASTER_KEY": os.urandom(32).hex(),
            "AWS_SECRET_ACCESS_KEY": self.plant("s3_secret"), "AWS_SESSION_TOKEN": self.plant("s3_session"),
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "FRONTDESK_SERVER_TURN_PASSWORD": self.plant("turn_by_environment"),
        }
        self.secrets["master_key"] = self.environment["FRONTDESK_MASTER_KEY"]
        if self.shared:
            self.share()
        self.config = os.path.join(self.root, "frontdesk.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(turn=self.plant("turn"), trunk=self.plant("trunk")))
        self.data = os.path.join(self.root, "data")
        os.mkdir(self.data)

    def share(self):
        self.postgres = Postgres()
        self.addCleanup(self.postgres.close)
        self.environment["DATABASE_URL"] = self.postgres.url + "&password=" + self.plant("database")
        self.redis_port = str(free_port())
        redis = subprocess.Popen(["redis-server", "--port", self.redis_port, "--bind", "127.0.0.1", "--save", "",
                                  "--requirepass", self.plant("redis")], stdout=subprocess.DEVNULL, cwd=self.root)
        self.addCleanup(redis.wait)
        self.addCleanup(redis.kill)
        wait_for(lambda: self.redis_command("PING") == b"PONG\n", 10, "Redis")
        self.environment["REDIS_URL"] = f"redis://:{self.secrets['redis']}@127.0.0.1:{self.redis_port}"

    def redis_command(self, *arguments):
        return subprocess.run(["redis-cli", "-p", self.redis_port, "--no-auth-warning", "-a", self.secrets["redis"],
                               *arguments], capture_output=True, timeout=30, check=False).stdout

    def plant(self, name, ending=""):
        self.secrets[name] = secret(name) + ending
        return self.secrets[name]

    def keep(self, name, text):
        """One that the program made: it is told once."""
        self.assertTrue(text and len(text) >= 6, name)
        self.secrets[name] = text
        return text

    # --- use

    def start(self):
        server = SignUp("--config", self.config, "--voice", "flite:slt", data=self.data, environment=self.environment)
        errors = []
        out = []
        self.readers = [(threading.Thread(target=lambda to=to, of=of: to.append(of.read())), to)
                        for to, of in ((errors, server.process.stderr), (out, server.process.stdout))]
        for reader, _ in self.readers:
            reader.start()
        self.addCleanup(server.process.stdout.close)
        self.addCleanup(server.process.stderr.close)
        self.addCleanup(lambda: server.process.poll() is None and server.process.kill())
        return server

    def accounts(self, server):
        """Registration, signing in with right and wrong words, tokens, cookies, a second factor, a new password."""
        password = self.plant("password", PASSWORD_RULES)
        if server.link:
            self.keep("first_owner_link", server.link)
        account = {"email": "zoe@hillside.example", "password": password, "name": "Zoe", "token": server.link}
        self.assertEqual(ask(server, "POST", "/api/auth/register", account)[0], 200)
        login = {"email": "zoe@hillside.example", "password": password}
        ask(server, "POST", "/api/auth/login", {**login, "password": self.plant("wrong_password", PASSWORD_RULES)})
        ask(server, "POST", "/api/auth/login", {**login, "password": "", "passwort": self.plant("misplaced_password")})
        ask(server, "POST", "/api/auth/reset-password", {"token": self.plant("reset_token"),
                                                         "password": self.plant("reset_password", PASSWORD_RULES)})
        cookies = cookies_of(ask(server, "POST", "/api/auth/login", {**login, "cookies": True})[2])
        self.keep("session_cookie", cookies["session"])
        self.keep("refresh_cookie", cookies["refresh"])
        ask(server, "GET", "/api/me", headers={"Cookie": "session=" + cookies["session"]})
        tokens = ask(server, "POST", "/api/auth/login", login)[1]
        self.keep("refresh_token", tokens["refresh_token"])
        self.keep("access_token_before", tokens["access_token"])
        tokens = ask(server, "POST", "/api/auth/refresh", {"refresh_token": tokens["refresh_token"]})[1]
        self.keep("refresh_token_after", tokens["refresh_token"])
        token = self.keep("access_token", tokens["access_token"])
        setup = ask(server, "POST", "/api/me/second-factor", token=token)[1]
        self.keep("second_factor", setup["secret"])
        confirm = {"code": one_time_code(setup["secret"], time.time())}
        codes = ask(server, "POST", "/api/me/second-factor/confirm", confirm, token=token)[1]["codes"]
        self.keep("recovery_code_first", codes[0])
        self.keep("recovery_code_last", codes[-1])
        status, answer, _ = ask(server, "POST", "/api/me/password",
                                {"old_password": password, "new_password": self.plant("new_password", PASSWORD_RULES),
                                 "current_password": password, "password": password}, token=token)
        self.assertIn(status, (200, 204, 422), answer)
        return token

    def lines(self, server, token):
        """Passwords in what is checked, tried and saved, and in what is refused."""
        line = {"domain": "127.0.0.1", "port": 9, "username": "u", "transport": "UDP", "inboundNumber": "03333357324",
                "realm": "x"}
        for path in ("/api/sip/validate", "/api/sip/test-connection", "/api/sip/config"):
            name = path.rsplit("/", 1)[1]
            self.told(server, "POST", path, {**line, "password": self.plant("line_" + name)}, token)
            self.told(server, "POST", path, {**line, "port": "x", "password": self.plant("bad_line_" + name)}, token)

    def keys(self, server, token):
        """Keys of other services stored, replaced, put back, refused; tokens of programs; secrets of webhooks. What makes
        one tells it once; everything after is looked through."""
        path = "/api/keys"
        status, answer, _ = ask(server, "POST", path, {"service": "openai", "name": "main",
                                                       "key": self.plant("provider_key")}, token=token)
        self.assertEqual(status, 201, answer)
        path += "/" + answer["id"]
        for body in ({"service": "openai", "name": "main", "key": self.plant("provider_key_twice")},
                     {"service": "openai", "name": "x" * 200, "key": self.plant("provider_key_refused")},
                     {"service": "openai", "name": 7, "key": self.plant("provider_key_malformed")}):
            self.assertIn(self.told(server, "POST", "/api/keys", body, token)[0], (409, 422))
        self.told(server, "PUT", path, {"key": self.plant("provider_key_without_version")}, token)
        for method, where, body, expected in (("PUT", "", {"key": self.plant("provider_key_next")}, 200),
                                              ("POST", "/put-back", None, 200)):
            status, text = self.told(server, method, path + where, body, token, self.version(server, path, token))
            self.assertEqual(status, expected, text)
        self.told(server, "GET", path, token=token)

        status, made, _ = ask(server, "POST", "/api/tokens", {"name": "wallboard", "scopes": ["calls.read"]}, token=token)
        self.assertEqual(status, 201, made)
        self.keep("api_token", made["token"])
        self.told(server, "GET", "/api/tokens", token=token)
        self.assertEqual(self.told(server, "GET", "/api/calls/logs", token=made["token"])[0], 200)
        self.told(server, "GET", "/api/keys", token=made["token"])
        self.told(server, "GET", "/api/calls/logs?access_token=" + made["token"])

        status, made, _ = ask(server, "POST", "/api/webhooks",
                              {"url": "https://hooks.example.org/x", "events": ["call.started", "call.ended"]}, token=token)
        self.assertEqual(status, 201, made)
        self.keep("webhook_secret", made["secret"])
        path = "/api/webhooks/" + made["id"]
        status, made, _ = ask(server, "POST", path + "/secret", token=token)
        self.assertIn(status, (200, 201), made)
        self.keep("webhook_secret_next", made["secret"])
        self.told(server, "POST", path + "/test", token=token)
        for where in (path, path + "/deliveries"):
            self.told(server, "GET", where, token=token)

    def version(self, server, path, token):
        import http.client
        connection = http.client.HTTPConnection(server.http, timeout=40)
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return {"If-Match": answer.headers["ETag"]}

    def strangers(self, server, token):
        """What people send to the wrong place."""
        self.told(server, "GET", "/api/me", token=self.plant("made_up_token"))
        self.told(server, "GET", "/api/calls/logs?token=" + self.plant("in_the_address"), token=token)
        self.told(server, "GET", "/api/none/" + self.plant("in_the_path"))
        self.told(server, "GET", "/ws?ticket=" + self.plant("ticket"))

    def told(self, server, method, path, body=None, token=None, headers=None):
        """An answer, to be looked through with the rest."""
        import http.client
        connection = http.client.HTTPConnection(server.http, timeout=40)
        fields = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        if body is not None:
            fields["Content-Type"] = "application/json"
        connection.request(method, path, json.dumps(body) if body is not None else None, fields)
        answer = connection.getresponse()
        text = answer.read() + str(answer.headers).encode()
        connection.close()
        self.texts[f"answer {len(self.texts)}, to {method} {path.split('?')[0]}"] = text
        return answer.status, text

    def every_answer(self, server, token):
        """Whatever can be asked for without naming one thing."""
        document = json.loads(server.fetch("/api/openapi.json"))
        for path, operations in document["paths"].items():
            if "get" in operations and "{" not in path:
                self.told(server, "GET", path, token=token)
        for path in ("/", "/metrics", "/api/openapi.json"):
            self.told(server, "GET", path, token=token)

    def conversation(self, server, token):
        """What a caller said, as it was understood: it is kept, but sealed."""
        code, _, errors = call(server.sip, "--say", "My grandmother lost her purple umbrella.", "--no-transcripts")
        self.assertEqual(code, 0, errors)
        def get(path):
            request = urllib.request.Request(f"http://{server.http}{path}", headers={"Authorization": f"Bearer {token}"})
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        newest = get("/api/calls/logs?limit=1")["calls"][0]["id"]
        turns = wait_for(lambda: [turn["text"] for turn in get(f"/api/calls/{newest}/transcript")["turns"]
                                  if turn["speaker"] == "caller"], 20, "what the caller said")
        self.assertGreater(len(turns[0]), 15)
        return turns[0]

    def processes(self, server):
        """What anybody at the machine may see of the program; its environment is its owner's alone."""
        self.texts["the list of processes"] = subprocess.run(["ps", "axww", "-o", "pid,args"], capture_output=True,
                                                             timeout=30, check=True).stdout
        for name in ("cmdline", "comm", "status", "maps"):
            with open(f"/proc/{server.process.pid}/{name}", "rb") as file:
                self.texts[f"/proc/{name}"] = file.read()
        for thread in os.listdir(f"/proc/{server.process.pid}/task"):
            try:
                with open(f"/proc/{server.process.pid}/task/{thread}/comm", "rb") as file:
                    self.texts[f"thread {thread}"] = file.read()
            except FileNotFoundError:
                pass  # it is over
        self.assertEqual(os.stat(f"/proc/{server.process.pid}/environ").st_mode & 0o077, 0)

    # --- looking

    def look_into(self, folder, name):
        for where, _, files in os.walk(folder):
            for each in files:
                with open(os.path.join(where, each), "rb") as file:
                    self.texts[f"{name}: {os.path.relpath(os.path.join(where, each), folder)}"] = file.read()

    def look_for_all(self):
        # What the log must show or the test proves nothing: it was read at all.
        self.assertGreater(sum(map(len, self.texts.values())), 100_000)
        found = [f"{name} in {where}" for name, text in self.secrets.items() for each in spellings(text)
                 for where, content in self.texts.items() if each in content]
        self.assertEqual(sorted(set(found)), [])

    def test_nowhere_outside_the_vault(self):
        server = self.start()
        token = self.accounts(server)
        self.lines(server, token)
        self.keys(server, token)
        self.strangers(server, token)
        said = self.conversation(server, token)
        self.every_answer(server, token)
        self.look_into(self.data, "data folder of the running program")
        self.processes(server)
        environment = {**os.environ, **self.environment}
        made = subprocess.run([PROGRAM, "backup", os.path.join(self.root, "backup"), "--data", self.data],
                              capture_output=True, timeout=60, check=False, env=environment)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.texts["what backup says"] = made.stdout + made.stderr
        self.look_into(os.path.join(self.root, "backup"), "backup")
        if self.shared:
            self.texts["the database"] = self.postgres.dump().encode()
            keys = self.redis_command("--scan").split()
            self.texts["Redis"] = b"\n".join([*keys, *(self.redis_command("DUMP", key) for key in keys)])
        server.process.send_signal(signal.SIGHUP)
        time.sleep(1)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=40)
        for reader, lines in self.readers:
            reader.join()
            self.texts[f"output {len(self.texts)}"] = lines[0].encode()
        for command in ("doctor", "calls list", "account reset-link zoe@hillside.example", "audit verify", "migrate", "key list"):
            done = subprocess.run([os.path.abspath(PROGRAM), *command.split(), *(() if command == "doctor" else ("--data", self.data))],
                                  capture_output=True, timeout=60, check=False, env=environment, cwd=self.root)
            self.texts["what " + command + " says"] = done.stdout + done.stderr
        self.look_into(self.data, "data folder of the stopped program")
        self.assertGreaterEqual(len(self.secrets), 29)
        self.look_for_all()
        kept = {where: content for where, content in self.texts.items()
                if where.startswith(("data folder", "backup", "the database", "Redis", "output"))}
        self.assertTrue(any(b"hillside" in content.lower() for content in kept.values()), "there is something to find")
        self.assertEqual([where for where, content in kept.items() if said.encode() in content], [])

    def test_no_core_dump(self):
        server = self.start()
        with open(f"/proc/{server.process.pid}/limits", encoding="ascii") as limits:
            line = next(line for line in limits if line.startswith("Max core file size"))
        self.assertEqual(line.split()[4:6], ["0", "0"])
        server.process.send_signal(signal.SIGABRT)
        _, status = os.waitpid(server.process.pid, 0)
        self.assertTrue(os.WIFSIGNALED(status))
        self.assertFalse(os.WCOREDUMP(status))
        server.process.returncode = -signal.SIGABRT
        for reader, _ in self.readers:
            reader.join()


class PlantedInSharedServices(Planted):
    """On PostgreSQL, with Redis."""
    shared = True


class LookingTest(unittest.TestCase):
    def test_every_spelling_is_found(self):
        text = secret("x")
        for content in (text, text.encode().hex(), base64.b64encode(b"a" + text.encode() + b"z").decode(),
                        base64.b64encode(b"ab" + text.encode()).decode(), base64.b64encode(text.encode()).decode()):
            self.assertTrue(any(each in content.encode() for each in spellings(text)), content)


if __name__ == "__main__":
    main()
