"""The program under test as a process, and what the system tests ask of it."""
import glob
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 and os.path.exists(sys.argv[1]) else "build/release/frontdesk"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
READY_SECONDS = 120  # on a machine that is busy with other tests
SHARED = os.environ.get("FRONTDESK_TEST_SERVICES") == "shared"


class Frontdesk:
    """`frontdesk serve` on free ports with a data folder of its own."""

    def __init__(self, *arguments, data=None, environment=None, sip="127.0.0.1:0"):
        self.data = data or tempfile.mkdtemp(prefix="frontdesk-system-")
        self.owns_data = data is None
        if SHARED:
            import shared_services
            os.environ.update(shared_services.environment_for(self.data))  # commands of the test want them, too
        self.process = subprocess.Popen(
            [*self.command(), "--sip", sip, "--http", "127.0.0.1:0", "--data", self.data, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, **(environment or {})})
        self.sip = self.http = None
        self._await_ready()

    def command(self):
        return [PROGRAM, "serve"]

    def _await_ready(self):
        too_late = threading.Timer(READY_SECONDS, self.process.kill)
        too_late.start()
        try:
            for line in self.process.stdout:
                if line.startswith("ready"):
                    self.sip, self.http = re.match(r"ready sip=(\S+) http=(\S+)", line).groups()
                    return
        finally:
            too_late.cancel()
        self.process.kill()
        raise AssertionError("no ready line: " + self.process.stderr.read())

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.http}{path}", timeout=10) as answer:
            return json.load(answer)

    def fetch(self, path):
        with urllib.request.urlopen(f"http://{self.http}{path}", timeout=10) as answer:
            return answer.read()

    def newest_call(self, ended=True, seconds=15):
        """The latest call, once it is no longer in progress."""
        def look():
            calls = self.get("/api/calls/logs")["calls"]
            if not calls or (ended and calls[0]["status"] == "in_progress"):
                return None
            return self.get("/api/calls/" + calls[0]["id"])
        return wait_for(look, seconds, "a finished call in the log")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGTERM)  # calls that a test left behind need not end by themselves
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError("the program did not stop within 20 s of SIGTERM")
        self.process.stdout.close()
        self.process.stderr.close()
        if self.owns_data:
            shutil.rmtree(self.data, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def call(address, *arguments, extension="reception", seconds=200):
    """Runs `frontdesk call` and returns its exit code and report."""
    done = subprocess.run([PROGRAM, "call", f"sip:{extension}@{address}", "--json", *arguments],
                          capture_output=True, text=True, timeout=seconds, cwd=ROOT)
    report = json.loads(done.stdout) if done.stdout.strip() else None
    return done.returncode, report, done.stderr


class SqliteRows:
    """Rows of a data folder's database, past the program."""

    def __init__(self, data):
        self.connection = sqlite3.connect(os.path.join(data, "frontdesk.db"), timeout=20, isolation_level=None)

    def execute(self, sql, values=()):
        return self.connection.execute(sql, list(values)).fetchall()

    def columns(self, table):
        """Name, is it text, must it be given."""
        return [(name, kind == "TEXT", bool(needed) and usual is None)
                for _, name, kind, needed, usual, _ in self.execute(f"PRAGMA table_info({table})")]

    def close(self):
        self.connection.close()


def rows_of(data):
    """The same with both databases."""
    if not SHARED:
        return SqliteRows(data)
    import shared_services
    return shared_services.Database(data)


def journal_paths(data, call_id="*"):
    return glob.glob(f"{data}/journals/*/{call_id}.tape*")


def journal(data, call_id="*"):
    """What was written of a call, or of the newest; empty if nothing is yet."""
    paths = sorted(journal_paths(data, call_id))
    if not paths:
        return ""
    done = subprocess.run([PROGRAM, "journal", paths[-1], "--data", data], capture_output=True, text=True, timeout=60, cwd=ROOT)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


def wait_for(look, seconds, what):
    """Polls until `look` returns something true; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not appear within {seconds} s")


def sip_exchange(address, message, seconds=3):
    """Sends one SIP message over UDP; the first answer's status, or None."""
    host, port = address.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(seconds)
        peer.bind(("127.0.0.1", 0))
        text = message.format(port=peer.getsockname()[1], server=address)
        peer.sendto(text.replace("\n", "\r\n").encode(), (host, int(port)))
        try:
            answer = peer.recv(4096).decode(errors="replace")
        except TimeoutError:
            return None
        while answer.startswith("SIP/2.0 1"):
            answer = peer.recv(4096).decode(errors="replace")
        return int(answer.split()[1])


def options_answered(address):
    return sip_exchange(address, """OPTIONS sip:reception@{server} SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKopt%d;rport
From: <sip:test@127.0.0.1>;tag=a
To: <sip:reception@{server}>
Call-ID: opt-%d@127.0.0.1
CSeq: 1 OPTIONS
Max-Forwards: 70
Content-Length: 0

""" % (time.monotonic_ns(), time.monotonic_ns())) == 200


NUMBERS = {str(i): w for i, w in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty".split())}
TENS = {"2": "twenty", "3": "thirty", "4": "forty", "5": "fifty", "6": "sixty", "7": "seventy", "8": "eighty", "9": "ninety"}


def number_words(digits):
    value = int(digits)
    if digits in NUMBERS:
        return [NUMBERS[digits]]
    if value < 100:
        return [TENS[digits[0]]] + ([NUMBERS[digits[1]]] if digits[1] != "0" else [])
    if value < 1000:
        rest = number_words(str(value % 100)) if value % 100 else []
        return [NUMBERS[str(value // 100)], "hundred", *rest]
    return [NUMBERS[d] for d in digits]


def words(text):
    """Words for comparison: lower case, numbers spelt, what is said differently but means the same made equal."""
    text = text.lower().replace("£", " pounds ").replace("’", "'")
    text = re.sub(r"\b(%s)-(?=[a-z])" % "|".join(TENS.values()), r"\1 ", text).replace("-", "")
    text = re.sub(r"pounds (\d+)", r"\1 pounds", text)
    text = re.sub(r"(\d+)[:.](\d\d)\b", r"\1 \2", text)
    text = re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", text)
    text = re.sub(r"\bdr\b\.?", "doctor", text)
    out = []
    for word in re.findall(r"[a-z']+|\d+", text):
        if word.isdigit():
            out.extend(number_words(word))
        elif word != "and":
            out.append(word.replace("'s", "").replace("'", ""))
    return out


def word_errors(reference, heard):
    """Edits between two texts, and the number of reference words."""
    a, b = words(reference), words(heard)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1], len(a)


def main():
    unittest.main(verbosity=2)
