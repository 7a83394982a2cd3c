#!/usr/bin/env python3
"""`frontdesk load` against the echo test: twenty calls, none lost, nothing left behind."""
import json
import signal
import subprocess
import time
import unittest

import frontdesk
from frontdesk import PROGRAM, ROOT, Frontdesk, wait_for

CALLS = 20


def load(address, *arguments):
    return subprocess.Popen([PROGRAM, "load", f"sip:echo-test@{address}", "--json", *arguments],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def finish(process, seconds=60):
    out, errors = process.communicate(timeout=seconds)
    return process.returncode, json.loads(out) if out.strip() else None, errors


class LoadTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Frontdesk("--diagnostics", "--voice", "flite:slt")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def calls_now(self):
        return self.server.get("/api/health")["calls"]["now"]

    def test_twenty_calls_for_ten_seconds(self):
        code, report, errors = finish(load(self.server.sip, "--calls", str(CALLS), "--minutes", "0.17"))
        self.assertEqual(code, 0, errors)
        calls, packets = report["calls"], report["packets"]
        self.assertEqual((calls["placed"], calls["answered"], calls["completed"], calls["failed"]), (CALLS,) * 3 + (0,))
        self.assertEqual(calls["most_at_once"], CALLS)
        self.assertEqual(calls["without_audio"] + calls["silent"] + calls["cut_short"], 0)
        self.assertEqual(packets["lost"], 0)
        self.assertEqual(packets["received"], packets["expected"])
        self.assertGreater(packets["received"], CALLS * 9 * 50)
        self.assertGreater(packets["sent"], CALLS * 9 * 50)
        self.assertEqual(report["setup_ms"]["count"], CALLS)
        self.assertLess(report["setup_ms"]["p95"], 500)
        self.assertLess(report["interval_deviation_ms"]["p50"], 10)
        self.assertEqual(report["interval_deviation_ms"]["count"], packets["received"] - CALLS)
        wait_for(lambda: self.calls_now() == 0, 10, "a server without calls")

    def test_a_rate_of_short_calls_with_srtp(self):
        code, report, errors = finish(load(self.server.sip, "--rate", "10", "--hold", "1", "--minutes", "0.05", "--codec",
                                           "opus", "--srtp", "required"))
        self.assertEqual(code, 0, errors)
        self.assertGreaterEqual(report["calls"]["placed"], 28)
        self.assertLessEqual(report["calls"]["placed"], 31)
        self.assertEqual(report["calls"]["failed"], 0)
        self.assertGreater(report["packets"]["received"], 25 * 40)

    def test_more_calls_than_the_server_takes(self):
        code, report, _ = finish(load(self.server.sip, "--calls", "25", "--rate", "200", "--hold", "3", "--minutes", "0.03"))
        self.assertEqual(code, 1)
        reasons = " ".join(report["calls"]["failures"])
        self.assertIn("503", reasons)
        self.assertEqual(report["calls"]["completed"] + report["calls"]["failed"], report["calls"]["placed"])
        wait_for(lambda: self.calls_now() == 0, 10, "a server without calls")

    def test_interrupted_it_hangs_up(self):
        running = load(self.server.sip, "--calls", "5", "--minutes", "2")
        wait_for(lambda: self.calls_now() == 5, 20, "five calls")
        interrupted = time.monotonic()
        running.send_signal(signal.SIGINT)
        code, report, errors = finish(running)
        self.assertEqual(code, 0, errors)
        self.assertLess(time.monotonic() - interrupted, 10)
        self.assertTrue(report["stopped"])
        self.assertEqual(report["calls"]["completed"], 5)
        wait_for(lambda: self.calls_now() == 0, 5, "a server without calls")

    def test_nobody_there(self):
        code, report, errors = finish(load("127.0.0.1:9", "--calls", "2", "--minutes", "0.02"), 120)
        self.assertEqual(code, 1, errors)
        self.assertEqual(report["calls"]["answered"], 0)
        self.assertEqual(report["calls"]["failed"], report["calls"]["placed"])


if __name__ == "__main__":
    frontdesk.main()
