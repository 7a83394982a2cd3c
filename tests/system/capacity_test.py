"""Twice as many calls as there is room for, and being stopped while calls go on."""
import json
import signal
import subprocess
import time
import unittest

import frontdesk
from frontdesk import PROGRAM, wait_for
from screening_test import PRIORITY, Provided
from sip_peer import SipPeer, header

MAX_CALLS = 20
RESERVE = 2
DRAIN_SECONDS = 4
BYE_SECONDS = 0.5  # after the limit, or after the second signal
LIMITS = f"""[screening]
priority = ["{PRIORITY}"]
[limits]
max_calls = {MAX_CALLS}
drain_seconds = {DRAIN_SECONDS}
silence_seconds = 60
"""


class Capacity(unittest.TestCase):
    def setUp(self):
        self.peer = SipPeer()
        self.server = None
        self.addCleanup(lambda: (self.server and self.server.stop(), self.peer.close()))

    def serve(self, more=LIMITS):
        self.server = Provided(self.peer, more=more)
        wait_for(lambda: (self.server.get("/api/health")["trunk"] or {}).get("state") == "peered", 15, "the trunk")

    def offer(self, count, number="+442079460000"):
        calls = [self.peer.invite(extra=[f"P-Asserted-Identity: <sip:{number}@x>"]) for _ in range(count)]
        statuses = [call.await_final() for call in calls]
        return [call for call, status in zip(calls, statuses) if status == 200], \
               [call for call, status in zip(calls, statuses) if status != 200]

    def test_twice_the_limit_is_offered_and_exactly_the_limit_is_taken(self):
        self.serve()
        taken, refused = self.offer(2 * MAX_CALLS)
        self.assertEqual(len(taken), MAX_CALLS)
        for call in refused:
            self.assertEqual(call.status, 503)
            self.assertGreater(int(header(call.answer, "Retry-After")), 0)
        rows = wait_for(lambda: (lambda found: len(found) >= MAX_CALLS and found)(
            self.server.get("/api/calls/logs?limit=200&status=rejected")["calls"]), 15, "the rows of who was turned away")
        self.assertEqual(len(rows), MAX_CALLS)
        self.assertEqual({row["end_reason"] for row in rows}, {f"all {MAX_CALLS} lines were taken"})
        # Priority callers have a reserve, and no more than that.
        priority, full = self.offer(RESERVE + 3, PRIORITY)
        self.assertEqual((len(priority), len(full)), (RESERVE, 3))
        self.assertEqual(self.server.get("/api/health")["calls"]["now"], MAX_CALLS + RESERVE)
        self.assertFalse([call for call in taken if call.bye_at], "a running call was ended")
        for call in taken + priority:
            self.peer.hang_up(call)
        wait_for(lambda: self.server.get("/api/health")["calls"]["now"] == 0, 10, "an empty house")
        again, refused = self.offer(1)
        self.assertEqual((len(again), len(refused)), (1, 0))
        self.peer.hang_up(again[0])

    def test_busy_where_the_owner_wants_it(self):
        self.serve('[limits]\nmax_calls = 1\nwhen_full = "busy"\n')
        taken, refused = self.offer(2)
        self.assertEqual((len(taken), [call.status for call in refused]), (1, [486]))
        self.peer.hang_up(taken[0])

    def test_a_stop_lets_calls_go_on_until_the_limit(self):
        self.serve()
        taken, _ = self.offer(MAX_CALLS)
        stopped = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: self.server.get("/api/health")["status"] == "draining", 2, "the health of one that drains")
        late, refused = self.offer(1)
        self.assertEqual((len(late), refused[0].status), (0, 503))
        self.peer.hang_up(taken[0])  # who hangs up in time is gone
        for call in taken[1:]:
            self.assertTrue(call.await_bye(DRAIN_SECONDS + 5), "a call was never hung up")
        after = sorted(call.bye_at - stopped - DRAIN_SECONDS for call in taken[1:])
        print(f"BYE after the limit: first {after[0] * 1000:.0f} ms, last {after[-1] * 1000:.0f} ms, {len(after)} calls")
        self.assertGreater(after[0], -0.1)
        self.assertLess(after[-1], BYE_SECONDS)
        self.assertEqual(self.server.process.wait(timeout=15), 0)
        log = self.server.process.stderr.read()
        rows = json.loads(subprocess.run(
            [PROGRAM, "calls", "list", "--json", "--limit", "200", "--data", self.server.data],
            capture_output=True, text=True, timeout=20, check=True).stdout)["calls"]
        self.assertEqual(sorted(row["end_reason"] for row in rows),
                         ["the caller hung up"] + ["the program was stopped"] * (MAX_CALLS - 1))
        self.assertIn(f"draining: no new calls are taken; {MAX_CALLS} going on have {DRAIN_SECONDS} s", log)

    def test_a_second_signal_ends_all_at_once(self):
        self.serve(LIMITS.replace(f"drain_seconds = {DRAIN_SECONDS}", "drain_seconds = 600"))
        taken, _ = self.offer(MAX_CALLS)
        self.server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: self.server.get("/api/health")["status"] == "draining", 2, "the health of one that drains")
        self.assertFalse([call for call in taken if call.bye_at])
        second = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        for call in taken:
            self.assertTrue(call.await_bye(10), "a call was never hung up")
        last = max(call.bye_at for call in taken) - second
        print(f"BYE after the second signal: last {last * 1000:.0f} ms")
        self.assertLess(last, BYE_SECONDS)
        self.assertEqual(self.server.process.wait(timeout=15), 0)

    def test_a_stop_without_calls_is_immediate(self):
        self.serve(LIMITS.replace(f"drain_seconds = {DRAIN_SECONDS}", "drain_seconds = 600"))
        begun = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.process.wait(timeout=15), 0)
        self.assertLess(time.monotonic() - begun, 8)


if __name__ == "__main__":
    frontdesk.main()
