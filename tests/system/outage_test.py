"""What the program needs goes away while callers talk: the database, Redis, the disk. Calls go on, the status says so, and
nothing is lost afterwards. OUTAGE_SECONDS=600 is the long form (./dev bench outages)."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from cluster_test import Redis
from frontdesk import PROGRAM, ROOT, Frontdesk, main, wait_for
from postgres import Postgres

SECONDS = int(os.environ.get("OUTAGE_SECONDS", "60"))
LOCKED_SECONDS = 30
AT_ONCE = 3
CONFIG = """[business]
name = "Measured"
greeting = "Hello."
[recording]
announcement = "This is recorded."
"""


class Callers:
    """Three at a time, one after the other until they are stopped; every call must be answered and heard."""

    def __init__(self, address):
        self.address = address
        self.stopping = threading.Event()
        self.reports = []
        self.threads = [threading.Thread(target=self._call) for _ in range(AT_ONCE)]
        for thread in self.threads:
            thread.start()

    def _call(self):
        while not self.stopping.is_set():
            done = subprocess.run([PROGRAM, "call", f"sip:reception@{self.address}", "--json", "--no-transcripts",
                                   "--listen-only", "8"], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
            self.reports.append((done.returncode, json.loads(done.stdout) if done.stdout.strip() else done.stderr))

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        return self.reports


class Outage(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="frontdesk-outage-")
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.config = os.path.join(self.root, "frontdesk.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIG)
        self.data = os.path.join(self.root, "data")

    def serve(self, **environment):
        server = Frontdesk("--config", self.config, "--voice", "flite:slt", data=self.data, environment=environment)
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        return server

    def starting(self, **environment):
        """A program that is not ready yet."""
        process = subprocess.Popen([PROGRAM, "serve", "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data", self.data,
                                    "--config", self.config, "--voice", "flite:slt"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **environment})
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def hold_calls(self, server, seconds, watch=lambda: None):
        """Calls for so long; then all of them, as the log has them."""
        before = self.count(server)
        callers = Callers(server.sip)
        until = time.monotonic() + seconds
        with contextlib.suppress(StopIteration):
            while time.monotonic() < until:
                watch()
                time.sleep(0.5)
        reports = callers.stop()
        for code, report in reports:
            self.assertEqual(code, 0, report)
        self.assertGreaterEqual(len(reports), AT_ONCE * (seconds // 15))
        return before, len(reports)

    def count(self, server):
        return len(self.all_calls(server))

    @staticmethod
    def all_calls(server):
        calls, cursor = [], ""
        while True:
            page = server.get(f"/api/calls/logs?limit=100{cursor}")
            calls += page["calls"]
            if not page.get("next"):
                return calls
            cursor = "&cursor=" + page["next"]

    def expect_all(self, server, before, placed, recordings=True):
        wait_for(lambda: server.get("/api/health")["records"]["waiting"] == 0, 30, "an end of what waits")
        calls = wait_for(lambda: all(call["status"] != "in_progress" for call in self.all_calls(server)) and
                         self.all_calls(server), 30, "calls that are over")
        self.assertEqual(len(calls), before + placed)
        for call in calls:
            record = server.get("/api/calls/" + call["id"])
            self.assertTrue(record["turns"], record)
            self.assertIn(record["status"], ("answered", "interrupted"))
            if recordings and record["status"] == "answered":
                self.assertEqual(server.fetch(f"/api/calls/{call['id']}/recording")[:4], b"RIFF", record)
        self.assertEqual(self.waiting_files(), [])

    def waiting_files(self):
        folder = os.path.join(self.data, "waiting")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def says_so_to_everyone(self, server):
        """Who asks is in the database too: while that is away, only this is answered."""
        wait_for(lambda: server.get("/api/health/live")["status"] == "degraded", 30, "a status that says so")

    def says_so(self, server):
        """The health of a program that cannot write."""
        def look():
            with contextlib.suppress(OSError):
                health = server.get("/api/health")
                return health if health["records"]["waiting"] > 0 and health["records"]["problem"] else None
        health = wait_for(look, 30, "a status that says so")
        self.assertEqual(health["status"], "degraded")
        return health

    def expect_bounded_answers(self, server):
        """What needs the database is refused soon, and as a problem."""
        begun = time.monotonic()
        with self.assertRaises(urllib.error.HTTPError) as refused:
            server.get("/api/calls/logs")
        with refused.exception as answer:
            body = answer.read().decode()
            self.assertEqual(answer.code, 503, body)
            self.assertIn("problem+json", answer.headers["Content-Type"])
            self.assertIn("database", body)
        self.assertLess(time.monotonic() - begun, 10)


class PostgresTest(Outage):
    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.postgres.start_again)
        self.postgres.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        self.environment = {"DATABASE_URL": self.postgres.url}

    def test_away_while_callers_talk(self):
        server = self.serve(**self.environment)
        self.hold_calls(server, 5)
        stopped = threading.Timer(3, self.postgres.stop)
        stopped.start()
        before = self.count(server)
        checked = []

        def watch():
            if not stopped.is_alive() and not checked:
                self.says_so_to_everyone(server)
                self.expect_bounded_answers(server)
                checked.append(True)
        callers = Callers(server.sip)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            watch()
            time.sleep(0.5)
        self.postgres.start()
        time.sleep(5)
        for _ in range(20):  # each of the program's connections died; that is no reason to refuse anybody now
            server.get("/api/calls/logs")
        reports = callers.stop()
        self.assertTrue(checked)
        for code, report in reports:
            self.assertEqual(code, 0, report)
        self.expect_all(server, before, len(reports))
        self.assertEqual(server.get("/api/health")["status"], "ok")

    def test_killed_while_it_is_away_and_started_before_it_is_back(self):
        server = self.serve(**self.environment)
        self.hold_calls(server, 2)
        before = self.count(server)
        self.postgres.stop()
        callers = Callers(server.sip)
        self.says_so_to_everyone(server)
        time.sleep(4)
        self.assertEqual(len(self.waiting_files()), 1)
        self.assertEqual(callers.reports, [], "the first three go on")
        placed = AT_ONCE
        server.kill()
        callers.stop()
        again = self.starting(**self.environment)
        time.sleep(5)
        self.assertIsNone(again.poll(), "it waits, and does not end to be started again")
        again.send_signal(signal.SIGTERM)
        self.assertEqual(again.wait(timeout=10), 0)
        self.assertIn("waiting for the database", again.stderr.read())
        back = threading.Timer(8, self.postgres.start)
        back.start()
        server = self.serve(**self.environment)
        back.join()
        calls = self.all_calls(server)
        self.assertEqual(len(calls), before + placed)
        self.assertGreaterEqual(sum(call["status"] == "interrupted" for call in calls), AT_ONCE)
        self.expect_all(server, before, placed)


class RedisTest(Outage):
    def test_away_while_callers_talk(self):
        redis = Redis()
        self.addCleanup(redis.close)
        server = self.serve(REDIS_URL="unix://" + redis.path)
        timers = [threading.Timer(3, redis.kill), threading.Timer(SECONDS - 5, redis.start)]
        for timer in timers:
            timer.start()
        before, placed = self.hold_calls(server, SECONDS)
        for timer in timers:
            timer.join()
        self.expect_all(server, before, placed)

    def test_away_at_the_start(self):
        server = self.serve(REDIS_URL=f"unix://{self.root}/none.sock")
        before, placed = self.hold_calls(server, 1)
        self.expect_all(server, before, placed)


class DiskTest(Outage):
    @contextlib.contextmanager
    def locked(self):
        """As another program would lock the database."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.data, "frontdesk.db"), timeout=30,
                                                isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            yield
            database.execute("ROLLBACK")

    def test_a_locked_database(self):
        server = self.serve()
        with self.locked():
            checked = []

            def watch():
                if not checked:
                    checked.append(self.says_so(server))
            before, placed = self.hold_calls(server, LOCKED_SECONDS, watch)
            self.assertTrue(self.waiting_files())
            self.assertTrue(checked)
        self.expect_all(server, before, placed)
        self.assertEqual(server.get("/api/health")["status"], "ok")

    def test_killed_and_started_while_it_is_locked(self):
        server = self.serve()
        with self.locked():
            callers = Callers(server.sip)
            self.says_so(server)
            time.sleep(6)
            placed = server.get("/api/health")["calls"]["accepted"]
            server.kill()
            callers.stop()
            starting = self.starting()
            time.sleep(8)
            self.assertIsNone(starting.poll(), "it waits")
        wait_for(lambda: starting.stdout.readline().startswith("ready"), 30, "the ready line")
        starting.send_signal(signal.SIGTERM)
        self.assertEqual(starting.wait(timeout=30), 0)
        self.expect_all(self.serve(), 0, placed)

    def mounted(self, *options):
        if os.getuid() != 0:
            self.skipTest("only root may mount a file system")
        os.makedirs(self.data, exist_ok=True)
        done = subprocess.run(["mount", *options], capture_output=True, text=True, timeout=30)
        if done.returncode != 0:  # containers often may not, though they are root
            self.skipTest("no file system can be mounted here: " + done.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", self.data], check=True, timeout=30)

    def filled(self):
        """A file that takes all the room there is."""
        path = os.path.join(self.data, "filler")
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        with contextlib.suppress(OSError):
            while True:
                os.write(file, bytes(4096))
        os.close(file)
        return path

    def test_a_full_disk(self):
        self.mounted("-t", "tmpfs", "-o", "size=24m", "tmpfs", self.data)
        server = self.serve()
        filler = self.filled()
        checked = []

        def watch():
            if not checked:
                checked.append(self.says_so(server))
        before, placed = self.hold_calls(server, 20, watch)
        os.unlink(filler)
        self.expect_all(server, before, placed, recordings=False)
        self.hold_calls(server, 1)
        self.assertEqual(server.get("/api/health")["status"], "ok")

    def test_a_full_disk_at_the_start(self):
        self.mounted("-t", "tmpfs", "-o", "size=24m", "tmpfs", self.data)
        self.serve().stop()
        filler = self.filled()
        starting = self.starting()
        time.sleep(4)
        if starting.poll() is not None:  # waiting for room is fine, and so is this; ending without a word is not
            self.assertIn("space", starting.stderr.read())
        os.unlink(filler)
        if starting.poll() is None:
            starting.kill()
            starting.wait()
        self.serve()

    def test_a_read_only_disk(self):
        self.serve().stop()
        self.mounted("--bind", self.data, self.data)
        subprocess.run(["mount", "-o", "remount,ro,bind", self.data], check=True, timeout=30)
        starting = self.starting()
        self.assertEqual(starting.wait(timeout=30), 1)
        errors = starting.stderr.read()
        self.assertIn(f"cannot write to the data folder {self.data}", errors)


if __name__ == "__main__":
    main()
