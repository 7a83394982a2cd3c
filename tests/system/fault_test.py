"""Every engine fails in every way, with a healthy one behind it and without: the caller always hears something
soon, and every call ends for a reason. The server is the real one around stub engines."""
import concurrent.futures
import json
import os
import subprocess
import sys
import unittest

STUBBED = sys.argv.pop(2)

import frontdesk
from frontdesk import PROGRAM, ROOT, Frontdesk, wait_for

FAULTS = ("hang", "cut", "429", "empty", "garbage")
STAGES = ("stt", "llm", "tts")
CALLS = 4  # for each fault, stage and secondary: 24 for each fault
SERVERS_AT_ONCE = 8
LINES = ("What time do you open tomorrow?", "How much is a check up, please?")
SOUND_WITHIN_MS = 3000
FALLBACK_WITHIN_MS = 2000
# What only an answer holds: the stub's mark, or a fact that the local model knows.
ANSWERS = ("what you asked for", "open", "am", "£")


class Stubbed(Frontdesk):
    """`frontdesk_stubbed` on free ports with a data folder of its own."""

    def command(self):
        return [STUBBED]


def place(fault, stage, secondary):
    """One server, its calls, and what is left of them: (report, records, calls now)."""
    with Stubbed("--fault", f"{stage}={fault}", "--secondary", secondary) as server:
        arguments = [argument for line in LINES for argument in ("--say", line)]
        done = subprocess.run(
            [PROGRAM, "call", f"sip:reception@{server.sip}", "--json", "--no-transcripts", "--voice", "flite:kal",
             "--calls", str(CALLS), *arguments], capture_output=True, text=True, timeout=150, cwd=ROOT)
        report = json.loads(done.stdout)
        wait_for(lambda: server.get("/api/health")["calls"]["now"] == 0, 10, "an end of every call")
        calls = server.get("/api/calls/logs")["calls"]
        return report, [server.get("/api/calls/" + call["id"]) for call in calls]


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """All at once: they wait for each other's deadlines most of the time."""
        kinds = [(fault, stage, secondary) for fault in FAULTS for stage in STAGES for secondary in ("ok", "none")]
        with concurrent.futures.ThreadPoolExecutor(SERVERS_AT_ONCE) as pool:
            cls.results = dict(zip(kinds, pool.map(lambda kind: place(*kind), kinds)))

    def check(self, wanted):
        for (fault, stage, secondary), (report, records) in self.results.items():
            if fault != wanted:
                continue
            with self.subTest(fault=fault, stage=stage, secondary=secondary):
                self.check_sound(report, f"{stage}={fault}, secondary {secondary}")
                self.check_records(records)
                if secondary == "ok":
                    self.check_answers(stage, fault, records)

    def check_sound(self, report, what):
        gaps = [turn["gap_ms"] for call in report["calls"] for turn in call["turns"] if turn["said"]]
        print(what + ": gaps", [None if gap is None else round(gap) for gap in gaps])
        # A server that gives up says so and ends the call: then there are fewer turns, but never a silent one.
        self.assertGreaterEqual(len(gaps), CALLS)
        for gap in gaps:
            self.assertIsNotNone(gap, report["calls"])
            self.assertLessEqual(gap, SOUND_WITHIN_MS)

    def check_records(self, records):
        self.assertEqual(len(records), CALLS)
        for record in records:
            self.assertIn(record["status"], ("answered", "failed"))  # failed: it said that it must give up
            self.assertTrue(record["end_class"])
            self.assertTrue(record["end_reason"])

    def check_answers(self, stage, fault, records):
        if (stage, fault) == ("tts", "cut"):
            return  # sound that has begun is not begun again by another voice: the caller hears an apology
        for record in records:
            replies = [turn for turn in record["turns"] if turn["speaker"] == "receptionist"][1:]
            answers = [turn for turn in replies if any(mark in turn["text"] for mark in ANSWERS)]
            self.assertGreaterEqual(len(answers), len(LINES), record["turns"])
            for turn in answers:
                took = turn[stage + "_ms"]
                if took is not None:
                    self.assertLessEqual(took, FALLBACK_WITHIN_MS, turn)


for name in FAULTS:
    setattr(Faults, "test_" + name, lambda self, fault=name: self.check(fault))

if __name__ == "__main__":
    frontdesk.main()
