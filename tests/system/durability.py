"""Kills the program again and again while callers talk and the API is written to, by SIGKILL or by a power failure, and
looks whether all that a client was told is there after the restart. For durability_test.py and ./dev bench durability."""
import contextlib
import datetime
import io
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import wave

import power_loss
from frontdesk import PROGRAM, ROOT, Frontdesk

LIBRARY = os.path.join(os.path.dirname(os.path.abspath(PROGRAM)), "libfrontdesk_write_log.so")
CALLS_AT_ONCE = 4
LONGEST_RUN = 9.0     # seconds until the kill
CONFIG = """[business]
name = "Measured"
greeting = "Hello."
[recording]
announcement = "This is recorded."
"""
POLL = 0.05
LOOKED_AT_AGAIN = 20  # of what was deleted: does it come back with a later start?
ENDED = {"answered", "missed", "transferred", "rejected", "interrupted", "failed"}


def answered(address, path, method="GET", body=None, headers=None):
    """Status and body; None for the status: nobody there. Who asks too often waits as told, and asks again."""
    request = urllib.request.Request(f"http://{address}{path}", method=method, headers=headers or {})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as problem:
        with problem:
            if problem.code != 429:
                return problem.code, problem.read()
            time.sleep(float(problem.headers.get("Retry-After", 1)))
    except (OSError, ValueError):
        return None, b""
    return answered(address, path, method, body, headers)


def ask(*arguments):
    """The answer's body, or None: refused, or nobody there."""
    status, content = answered(*arguments)
    return content if status is not None and status < 300 else None


def asked(address, path, *arguments):
    content = ask(address, path, *arguments)
    return json.loads(content) if content else None


class Writing:
    """One kind of thing that the API makes: where, what, and how it is found again."""

    def __init__(self, path, body, read="{path}/{id}", name="id", same=()):
        self.path, self.body, self.read, self.name, self.same = path, body, read, name, same


def line(number):
    return {"providerName": "none", "domain": "127.0.0.1", "port": 9, "username": f"u{number}", "password": "a password",
            "transport": "UDP", "inboundNumber": f"0333{number:07}", "allowedNumbers": ["*"], "direction": "inbound"}


def webhook(number):
    return {"url": f"https://hooks.example.org/{number}", "events": ["alert.raised"], "description": f"no. {number}"}


def provider_key(number):
    return {"service": "openai", "name": f"no. {number}", "key": f"sk-planted-{number:08}"}


WRITINGS = [Writing("/api/sip/config", line, same=("username",)), Writing("/api/webhooks", webhook, same=("url", "description")),
            Writing("/api/keys", provider_key, same=("name",))]
KEPT = 3  # of each kind; older ones are taken away again
MESSAGES = 4


class Value:
    """Something that the API changes again and again: after a kill it is what was acknowledged last, or what was being
    asked for."""

    def __init__(self, path, member, values):
        self.path, self.member, self.values = path, member, values
        self.settled = self.asked = None

    def change(self, address, number):
        """None: there was no answer, so nobody can say which it is."""
        path = f"http://{address}{self.path}"
        try:
            with urllib.request.urlopen(path, timeout=10) as answer:
                version = answer.headers["ETag"]
            self.asked = self.values(number, self.settled)
            headers = {"Content-Type": "application/json", **({"If-Match": version} if version else {})}
            request = urllib.request.Request(path, json.dumps({self.member: self.asked}).encode(), headers, method="PATCH")
            with urllib.request.urlopen(request, timeout=10) as answer:
                answer.read()
        except (OSError, ValueError):
            return None
        self.settled, self.asked = self.asked, None
        return True

    def wrong_after(self, address):
        """What is wrong, or None; from here on it is what was found."""
        found = (asked(address, self.path) or {}).get(self.member)
        expected = (self.settled, self.asked)
        right = found is not None and (self.settled is None or found in expected)
        self.settled, self.asked = found, None
        return None if right else f"{self.path}: {self.member} is {found!r} instead of {expected[0]!r}"


def other_state(_, state):
    return "read" if state == "new" else "new"


class Client:
    """Reads the call log, writes to the API and to the audit log; remembers every answer it got."""

    def __init__(self, seen):
        self.seen = seen              # call id -> the newest record of it that was read
        self.made = []                # (Writing, id, what was asked for)
        self.gone = []                # the same, of what was taken away
        self.acknowledged = 0         # changes by the API
        self.audited = 0              # records that somebody was told of
        self.number = 0
        self.values = [Value("/api/organisation", "name", lambda number, _: f"Hillside no. {number}")]
        self.changed = 0              # of self.values
        self.stopping = threading.Event()
        self.threads = []

    def start(self, server):
        self.stopping.clear()
        jobs = [lambda: self.read(server.http), lambda: self.write(server.http), lambda: self.change(server.http)]
        self.threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def told(self):
        """Audit records that were acknowledged, by themselves or with a change."""
        return self.audited + self.acknowledged + self.changed

    def read(self, address):
        while not self.stopping.wait(POLL):
            page = asked(address, "/api/calls/logs?limit=20")
            for call in (page or {"calls": []})["calls"]:
                if self.seen.get(call["id"], {}).get("status") in ENDED:
                    continue
                if record := asked(address, "/api/calls/" + call["id"]):
                    self.seen[call["id"]] = record

    def write(self, address):
        while not self.stopping.wait(POLL):
            kind = WRITINGS[self.number % len(WRITINGS)]
            self.number += 1
            body = kind.body(self.number)
            if (answer := asked(address, kind.path, "POST", body)) is not None:
                self.made.append((kind, answer[kind.name], body))
                self.acknowledged += 1
            mine = [each for each in self.made if each[0] is kind]
            if len(mine) > KEPT:
                self.made.remove(mine[0])  # whatever comes of it, nobody can be sure of it any more
                if ask(address, kind.read.format(path=kind.path, id=mine[0][1]), "DELETE") is not None:
                    self.gone.append(mine[0])
                    self.acknowledged += 1


    def change(self, address):
        while not self.stopping.wait(POLL):
            value = self.values[self.changed % len(self.values)]
            if value.settled is None or not value.change(address, self.changed):
                return
            self.changed += 1


class Callers:
    """Calls that come and go, each with somebody talking."""

    def __init__(self, address):
        self.process = subprocess.Popen(
            [PROGRAM, "load", f"sip:reception@{address}", "--calls", str(CALLS_AT_ONCE), "--rate", "2", "--hold", "7",
             "--minutes", "2", "--sound", "tone"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)

    def stop(self):
        self.process.kill()
        self.process.wait()


def unix(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Trial:
    """Rounds on one data folder: what was acknowledged in any of them must be there after each."""

    def __init__(self, seed, power):
        self.random = random.Random(seed)
        self.power = power
        self.root = tempfile.mkdtemp(prefix="frontdesk-durability-")
        self.data = os.path.join(self.root, "data")
        os.mkdir(self.data)
        self.config = os.path.join(self.root, "frontdesk.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIG)
        self.client = Client({})
        self.figures = {"kills": 0, "kills_while_starting": 0, "calls": 0, "turns": 0, "interrupted": 0, "recordings": 0,
                        "changes_by_api": 0, "settings_and_messages": 0, "audit_records": 0, "lost": 0,
                        "sound_missing_s": [], "start_s": [], "clean_start_s": []}
        self.problems = []
        self.checked = set()
        self.server = self.callers = None

    def close(self):
        for process in (self.server and self.server.process, self.callers and self.callers.process):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def environment(self):
        if not self.power:
            return {}
        return {"LD_PRELOAD": LIBRARY, "WRITE_LOG_FOLDER": self.data, "WRITE_LOG_FILE": os.path.join(self.root, "log")}

    def before_start(self):
        if not self.power:
            return
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(self.root, "log"))
        shutil.rmtree(os.path.join(self.root, "before"), ignore_errors=True)
        shutil.copytree(self.data, os.path.join(self.root, "before"), symlinks=True)

    def lose_power(self):
        """Either all that was not synchronised, or a part of it."""
        keep = None if self.random.random() < 0.5 else self.random
        image = os.path.join(self.root, "image")
        power_loss.after_power_failure(os.path.join(self.root, "before"), self.data, os.path.join(self.root, "log"), image,
                                       keep)
        shutil.rmtree(self.data)
        os.rename(image, self.data)

    def start(self):
        self.before_start()
        begun = time.monotonic()
        server = Frontdesk("--config", self.config, "--voice", "flite:slt", data=self.data, environment=self.environment())
        return server, time.monotonic() - begun

    def killed_while_starting(self):
        """Sometimes nobody waits for it to be ready."""
        self.before_start()
        process = subprocess.Popen([PROGRAM, "serve", "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data", self.data,
                                    "--config", self.config, "--voice", "flite:slt"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT,
                                   env={**os.environ, **self.environment()})
        time.sleep(self.random.uniform(0, 1.5))
        process.kill()
        process.wait()
        self.figures["kills_while_starting"] += 1
        if self.power:
            self.lose_power()

    def round(self):
        if self.random.random() < 0.15:
            self.killed_while_starting()
        server, seconds = self.start()
        self.figures["start_s"].append(round(seconds, 2))
        self.check(server)
        self.server, self.callers = server, Callers(server.sip)
        self.client.start(server)
        time.sleep(self.random.uniform(0.2, LONGEST_RUN))
        server.kill()
        self.killed_at = time.time()
        self.client.stop()
        self.callers.stop()
        self.figures["kills"] += 1
        if self.power:
            self.lose_power()
        # Changes by the API are audited too; this is one that can be told from them.
        done = subprocess.run([PROGRAM, "audit", "reanchor", "--data", self.data, "--reason", "an exercise"],
                              capture_output=True, timeout=60, check=False)
        self.client.audited += done.returncode == 0
        self.take_messages()

    def take_messages(self):
        """Once there is a call: messages, as callers leave them."""
        if len(self.client.values) > 1:
            return
        with contextlib.closing(sqlite3.connect(os.path.join(self.data, "frontdesk.db"), timeout=30)) as database:
            call = database.execute("SELECT id, organisation FROM calls LIMIT 1").fetchone()
            if call is None:
                return
            for number in range(MESSAGES):
                database.execute("INSERT INTO messages (id, organisation, call, name, number, reason, taken_at, status) "
                                 "VALUES (?, ?, ?, 'Ann', '', 'a question', ?, 'new')",
                                 (f"msg_{number}", call[1], call[0], int(time.time() * 1000)))
            database.commit()
        self.client.values += [Value(f"/api/messages/msg_{number}", "status", other_state) for number in range(MESSAGES)]

    def finish(self):
        """After the last kill; then how long a start takes after an orderly stop."""
        for expected in ("start_s", "clean_start_s", "clean_start_s", "clean_start_s"):
            server, seconds = self.start()
            self.figures[expected].append(round(seconds, 2))
            self.check(server)
            server.stop()
        seen = self.client.seen.values()
        self.figures["calls"] = len(seen)
        self.figures["turns"] = sum(len(call["turns"]) for call in seen)
        self.figures["changes_by_api"] = self.client.acknowledged + self.client.changed
        self.figures["settings_and_messages"] = self.client.changed
        self.figures["audit_records"] = self.client.told()
        return self.figures

    # --- after a start

    def wrong(self, what):
        self.figures["lost"] += 1
        self.problems.append(f"after kill {self.figures['kills']}: {what}")

    def check(self, server):
        self.check_database()
        for id, before in self.client.seen.items():
            if id not in self.checked:
                self.check_call(server, id, before)
        for kind, id, body in self.client.made:
            found = asked(server.http, kind.read.format(path=kind.path, id=id))
            if found is None or any(found.get(each) != body[each] for each in kind.same):
                self.wrong(f"{kind.path}: {id} is {found}")
        for kind, id, _ in self.client.gone:
            status, _ = answered(server.http, kind.read.format(path=kind.path, id=id))
            if status != 404:
                self.wrong(f"{kind.path}: {id} was deleted, and now is {status}")
        self.client.gone = self.client.gone[-LOOKED_AT_AGAIN:]
        for value in self.client.values:
            if problem := value.wrong_after(server.http):
                self.wrong(problem)
        page = asked(server.http, "/api/calls/logs?status=in_progress")
        if page is None or page["calls"]:
            self.wrong(f"calls that nobody is in: {page}")

    def check_database(self):
        with contextlib.closing(sqlite3.connect(os.path.join(self.data, "frontdesk.db"), timeout=30)) as database:
            verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
            if verdict != "ok":
                self.wrong(f"integrity_check: {verdict}")
        done = subprocess.run([PROGRAM, "audit", "verify", "--data", self.data], capture_output=True, text=True, timeout=60)
        records = re.search(r"(\d+) records", done.stdout)
        if done.returncode != 0 or records is None or int(records.group(1)) < self.client.told():
            self.wrong(f"{self.client.audited} and {self.client.acknowledged + self.client.changed} audit records were acknowledged: {done.stdout}{done.stderr}")

    def check_call(self, server, id, before):
        after = asked(server.http, "/api/calls/" + id)
        if after is None:
            return self.wrong(f"call {id} is gone")
        self.checked.add(id)
        if after["turns"][:len(before["turns"])] != before["turns"]:
            self.wrong(f"call {id}: turns {before['turns']} became {after['turns']}")
        if after["status"] not in ENDED or (before["status"] in ENDED and after["status"] != before["status"]):
            self.wrong(f"call {id}: {before['status']} became {after['status']}")
        if len(after["consents"]) < len(before["consents"]):
            self.wrong(f"call {id}: a consent is gone")
        interrupted = after["status"] == "interrupted"
        self.figures["interrupted"] += interrupted
        if after.get("recording_url"):
            self.check_recording(server, id, after, interrupted)
        elif before.get("recording_url"):
            self.wrong(f"call {id}: its recording is gone")
        return None

    def check_recording(self, server, id, call, interrupted):
        content = ask(server.http, f"/api/calls/{id}/recording")
        try:
            with wave.open(io.BytesIO(content or b"")) as sound:
                seconds = sound.getnframes() / sound.getframerate()
        except (wave.Error, EOFError) as error:
            # One that began in the last two seconds may have nothing yet.
            begun = unix(call["consents"][0]["at"]) if call["consents"] else self.killed_at
            if not interrupted or self.killed_at - begun > 2:
                self.wrong(f"the recording of {id} does not play ({error or content!r}); it was to begin "
                           f"{self.killed_at - begun:.2f} s before the end, {call['status']}")
            return
        self.figures["recordings"] += 1
        until = self.killed_at if interrupted else unix(call["ended_at"])
        missing = until - unix(call["answered_at"]) - seconds
        self.figures["sound_missing_s"].append(round(missing, 2))


def run(rounds, seed, power, told=lambda text: None):
    """Figures, and everything that was lost."""
    trial, known = Trial(seed, power), 0
    try:
        for number in range(rounds):
            trial.round()
            told(" ".join([f"{number + 1} of {rounds}", *trial.problems[known:]]))
            known = len(trial.problems)
        return trial.finish(), trial.problems
    finally:
        trial.close()
