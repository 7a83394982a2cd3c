"""Interruptions in both directions of fortune: the caller cuts in, and the process is killed."""
import subprocess
import time
import unittest
import wave

import frontdesk
from frontdesk import Frontdesk, PROGRAM, ROOT, call, wait_for


class Interruption(unittest.TestCase):
    def test_the_receptionist_falls_silent_when_the_caller_cuts_in(self):
        with Frontdesk() as server:
            code, report, errors = call(server.sip, "--plan", "examples/calls/barge-in.toml")
            self.assertEqual(code, 0, errors)
            cut_in = next(t["barge_in"] for t in report["calls"][0]["turns"] if t.get("barge_in"))
            print("silent after", cut_in["stopped_after_ms"], "ms")
            self.assertTrue(cut_in["yielded"])
            record = server.newest_call()
            cut = [t for t in record["turns"] if t["interrupted"]]
            self.assertTrue(cut)
            self.assertLess(len(cut[0]["heard"]), len(cut[0]["text"]))

    def test_kill_in_mid_call_loses_no_finished_turn(self):
        server = Frontdesk()
        caller = subprocess.Popen([PROGRAM, "call", f"sip:reception@{server.sip}", "--no-transcripts"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        try:
            before = wait_for(lambda: self.turns_so_far(server), 60, "three finished turns")
            killed_at = time.monotonic()
            server.kill()
        finally:
            caller.kill()
            caller.wait()
        again = Frontdesk(data=server.data)
        server.owns_data = True
        try:
            self.assertLess(time.monotonic() - killed_at, 60)
            after = again.get("/api/calls/" + before["id"])
            self.assertEqual(after["status"], "interrupted")
            self.assertEqual([t["text"] for t in after["turns"]][:len(before["turns"])],
                             [t["text"] for t in before["turns"]])
            path = again.data + "/fetched.wav"
            with open(path, "wb") as file:
                file.write(again.fetch(f"/api/calls/{before['id']}/recording"))
            with wave.open(path) as recording:
                seconds = recording.getnframes() / recording.getframerate()
            print(f"recording holds {seconds:.1f} s of at least {before['turns'][-1]['ended_ms'] / 1000:.1f} s")
            self.assertGreaterEqual(seconds, before["turns"][-1]["ended_ms"] / 1000 - 2)
        finally:
            again.owns_data = True
            again.stop()

    @staticmethod
    def turns_so_far(server):
        calls = server.get("/api/calls/logs")["calls"]
        if not calls:
            return None
        record = server.get("/api/calls/" + calls[0]["id"])
        return record if len(record["turns"]) >= 3 else None


if __name__ == "__main__":
    frontdesk.main()
