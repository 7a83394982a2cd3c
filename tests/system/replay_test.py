"""Calls played again from their journals: identical after a restart, differences are shown, a journal that
was cut off goes as far as it goes, and every decision is told."""
import json
import os
import re
import subprocess
import tempfile
import unittest

import frontdesk
from frontdesk import Frontdesk, PROGRAM, ROOT, call, journal, journal_paths, wait_for


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT)
    return done.returncode, done.stdout, done.stderr


class Replay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """An ordinary call, an interrupted one and one that is killed, then a restart."""
        cls.server = Frontdesk()
        cls.data = cls.server.data
        call(cls.server.sip, "--say", "What time do you open?", "--say", "Goodbye.", "--no-transcripts")
        cls.plain = cls.server.newest_call()
        call(cls.server.sip, "--plan", "examples/calls/barge-in.toml", "--no-transcripts")
        cls.interrupted = cls.server.newest_call()
        caller = subprocess.Popen([PROGRAM, "call", f"sip:reception@{cls.server.sip}", "--no-transcripts"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        try:
            cls.killed = wait_for(cls.three_turns, 60, "three finished turns")
            cls.server.kill()
        finally:
            caller.kill()
            caller.wait()
        cls.server = Frontdesk(data=cls.data)
        cls.server.owns_data = True

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    @classmethod
    def three_turns(cls):
        newest = cls.server.get("/api/calls/logs")["calls"][0]
        record = cls.server.get("/api/calls/" + newest["id"])
        return record if record["status"] == "in_progress" and len(record["turns"]) >= 3 else None

    def journal(self, record):
        return journal(self.data, record["id"])

    def replay(self, what, *more):
        return run("replay", what, "--data", self.data, *more)

    def test_a_call_is_identical(self):
        code, out, errors = self.replay(self.plain["id"])
        self.assertEqual(code, 0, out + errors)
        print(out.strip())
        self.assertRegex(out, r"^identical: \d+ events, \d+ commands, digest [0-9a-f]{16}\n$")
        self.assertGreater(int(re.search(r"(\d+) commands", out)[1]), 20)

    def test_an_interrupted_call_is_identical(self):
        self.assertTrue([t for t in self.interrupted["turns"] if t["interrupted"]], self.interrupted["turns"])
        code, out, errors = self.replay(self.interrupted["id"])
        self.assertEqual(code, 0, out + errors)

    def test_a_killed_call_is_identical_as_far_as_it_goes(self):
        code, out, errors = self.replay(self.killed["id"])
        self.assertEqual(code, 0, out + errors)
        self.assertIn("cut off", out)
        self.assertIn("identical", out)

    def test_the_tape_is_made_again(self):
        code, out, _ = self.replay(self.plain["id"], "--tape")
        self.assertEqual(code, 0)
        lines = self.journal(self.plain).splitlines(keepends=True)
        # "#!" is the recipe, "# media", "# quality" and "# adapt" come of what the sockets measured.
        recorded = [line for line in lines if not line.startswith(("#!", "# media", "# quality", "# adapt"))]
        self.assertEqual(len([line for line in lines if line.startswith("# media")]), 1)
        self.assertEqual(out.splitlines(keepends=True), recorded)

    def test_a_planted_change_is_the_first_difference(self):
        lines = self.journal(self.plain).splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if "> synthesise" in line and i > len(lines) // 2)
        lines[at] = lines[at].replace('"', '"Well, ', 1)
        with tempfile.NamedTemporaryFile("w", suffix=".tape") as changed:
            changed.writelines(lines)
            changed.flush()
            code, out, _ = run("replay", changed.name)
        self.assertEqual(code, 1)
        self.assertIn(f"first difference, at line {at + 1} ", out)
        self.assertIn('"Well, ', out)
        self.assertIn("doubtful", out)

    def test_another_build_is_said_first(self):
        text = re.sub(r' build [0-9a-f]+"', ' build 0123"', self.journal(self.plain), count=1)
        with tempfile.NamedTemporaryFile("w", suffix=".tape") as changed:
            changed.write(text)
            changed.flush()
            code, out, _ = run("replay", changed.name)
        self.assertEqual(code, 0)
        self.assertTrue(out.startswith("made by another build: "), out)
        self.assertIn("identical", out)

    def rerun(self, *arguments):
        return run("rerun", "--data", self.data, "--with", "examples/hillside-dental.toml", *arguments)

    def test_the_same_receptionist_answers_the_same(self):
        calls = f"{self.plain['id']},{self.interrupted['id']}"
        code, out, errors = self.rerun("--calls", calls, "--from-transcripts")
        self.assertEqual(code, 0, out + errors)
        self.assertIn("2 calls", out)
        self.assertEqual(self.rerun("--calls", calls, "--from-transcripts")[1], out, "it is exact")

    def test_another_price_is_found_and_nothing_else(self):
        with open(os.path.join(ROOT, "examples", "hillside-dental.toml")) as file:
            text = file.read()
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as config, tempfile.NamedTemporaryFile() as report:
            config.write(text.replace("price = 48\n", "price = 52\n"))
            config.flush()
            arguments = ["rerun", "--data", self.data, "--with", config.name, "--from-transcripts", "--calls",
                         self.interrupted["id"], "--json", report.name]
            code, out, errors = run(*arguments)
            self.assertEqual(code, 1, out + errors)
            (call_report,) = json.load(report)["calls"]
            self.assertEqual(run(*arguments, "--allow-changed", "1")[0], 0)
        changed = [e for e in call_report["exchanges"] if e["answer_changed"] or e["actions_changed"]]
        self.assertEqual(len(changed), 1, out)
        self.assertIn("£48", changed[0]["before"]["answer"])
        self.assertIn("£52", changed[0]["after"]["answer"])

    def test_the_recorded_sound_is_heard_again(self):
        code, out, errors = self.rerun("--calls", self.plain["id"], "--json", "-")
        self.assertIn(code, (0, 1), errors)  # recognition may differ: the words are compared below
        (call_report,) = json.loads(out)["calls"]
        said = [(e["before"]["said"], e["after"]["said"]) for e in call_report["exchanges"][1:]]
        print("heard again:", said)
        errors = sum(frontdesk.word_errors(*pair)[0] for pair in said)
        self.assertLessEqual(errors, 2, said)
        self.assertTrue(all(e["after"]["gap_ms"] for e in call_report["exchanges"][1:]), call_report)

    def test_a_rerun_that_cannot_run_says_so(self):
        self.assertEqual(self.rerun("--calls", "call_none")[0], 2)
        self.assertEqual(self.rerun("--calls", "last:x")[0], 2)
        self.assertEqual(run("rerun", "--data", self.data, "--with", "README.md")[0], 2)

    def test_what_cannot_be_replayed_is_refused(self):
        self.assertEqual(self.replay("call_none")[0], 2)
        self.assertEqual(run("replay", "tests/data/tapes/question.tape")[0], 2)

    def test_journals_are_for_their_owner_alone(self):
        path, = journal_paths(self.data, self.plain["id"])
        self.assertEqual(os.stat(path).st_mode & 0o077, 0)
        with open(path, "rb") as file:
            self.assertNotIn(b"receptionist", file.read())

    def test_every_decision_is_told(self):
        told = self.server.get(f"/api/calls/{self.plain['id']}/decisions")["decisions"]
        endpoints = [d for d in told if d["decision"] == "endpoint"]
        self.assertTrue(endpoints)
        spoken = {t["index"] for t in self.plain["turns"] if t["speaker"] == "caller"}
        self.assertTrue({d["turn"] for d in endpoints} & spoken)
        self.assertTrue(any(n["unit"] == "ms" for d in endpoints for n in d["numbers"]))
        code, out, errors = run("calls", "show", self.plain["id"], "--why", "--json", "--data", self.data)
        self.assertEqual(code, 0, errors)
        self.assertEqual(json.loads(out)["decisions"], told)
        code, out, _ = run("calls", "show", self.plain["id"], "--why", "--data", self.data)
        self.assertIn(endpoints[0]["reason"], out)
        caller = next(t for t in self.plain["turns"] if t["speaker"] == "caller")
        self.assertEqual(set(caller["speculation"]), {"candidates", "discarded", "discarded_characters"})


if __name__ == "__main__":
    frontdesk.main()
