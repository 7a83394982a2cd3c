"""Somebody at the console steps into a call that goes on, or ends it."""
import json
import time
import unittest
import urllib.error
import urllib.request
import warnings

import frontdesk
from frontdesk import Frontdesk, wait_for
from telephone import Telephone

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import audioop


def post(server, path, body=None):
    request = urllib.request.Request(f"http://{server.http}{path}", method="POST",
                                     data=None if body is None else json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.load(problem)


def loudness(pcm):
    return audioop.rms(bytes(pcm), 2)


class LiveControl(unittest.TestCase):
    def running_call(self, server, caller):
        caller.call(server.sip)
        self.assertTrue(caller.up.wait(10))
        return wait_for(lambda: server.get("/api/calls/logs?status=in_progress")["calls"], 10, "the running call")[0]["id"]

    def heard_for(self, caller, seconds):
        """What the caller hears from now on, for so long."""
        start, size = len(caller.heard), int(16000 * seconds)
        wait_for(lambda: len(caller.heard) >= start + size, seconds + 10, "sound")
        return caller.heard[start:start + size]

    def test_somebody_answers_in_her_place(self):
        with Frontdesk() as server, Telephone() as caller:
            call = self.running_call(server, caller)
            path = f"/api/calls/{call}"
            self.assertGreater(loudness(self.heard_for(caller, 1)), 100, "the greeting")
            status, problem = post(server, path + "/giveback")
            self.assertEqual((status, problem["detail"]), (409, "nobody has taken the call over"))
            self.assertEqual(post(server, path + "/takeover")[0], 202)
            self.heard_for(caller, 0.5)
            self.assertLess(loudness(self.heard_for(caller, 11)), 20, "neither the greeting's rest nor a question")
            self.assertEqual(post(server, path + "/say", {"text": "The dentist is on her way to you."})[0], 202)
            self.assertGreater(loudness(self.heard_for(caller, 3)), 100)
            self.heard_for(caller, 1)
            self.assertEqual(post(server, path + "/hold")[0], 202)
            self.heard_for(caller, 0.5)
            for _ in range(3):
                self.assertGreater(loudness(self.heard_for(caller, 2)), 50, "music")
            self.assertEqual(post(server, path + "/unhold")[0], 202)
            self.assertEqual(post(server, path + "/giveback")[0], 202)
            self.assertGreater(loudness(self.heard_for(caller, 4)), 100)
            self.assertEqual(post(server, path + "/whisper", {"text": "Offer Tuesday."})[0], 409, "the built-in model")
            self.assertEqual(post(server, path + "/transfer", {"to": "+447700900999"})[0], 422)
            self.assertEqual(post(server, path + "/hangup")[0], 202)
            self.assertTrue(caller.over.wait(10))
            server.newest_call()
            said = [turn["heard"] for turn in server.get(path)["turns"] if turn["speaker"] == "receptionist"]
            self.assertIn("The dentist is on her way to you.", said)
            self.assertTrue(said[-1].startswith("Thank you for waiting."), said)
            told = [each["reason"] for each in server.get(path + "/decisions")["decisions"]
                    if each["decision"] == "operator"]
            self.assertEqual(len(told), 6, told)  # and what was refused
            actions = [each["action"] for each in server.get("/api/audit")["records"] if each["subject"] == call]
            self.assertEqual(sorted(actions), ["call.given_back", "call.given_back", "call.had_said", "call.held", "call.hung_up",
                                               "call.taken_over", "call.unheld"])

    def test_a_call_is_ended(self):
        with Frontdesk() as server, Telephone() as caller:
            call = self.running_call(server, caller)
            asked = time.monotonic()
            self.assertEqual(post(server, f"/api/calls/{call}/hangup")[0], 202)
            self.assertTrue(caller.over.wait(10))
            print(f"the caller was told after {1000 * (time.monotonic() - asked):.0f} ms")
            self.assertEqual(server.newest_call()["end_class"], "operator_ended")
            self.assertEqual(post(server, f"/api/calls/{call}/hangup")[0], 409)
            changes = [(each["action"], each["subject"]) for each in server.get("/api/audit")["records"]]
            self.assertIn(("call.hung_up", call), changes)


if __name__ == "__main__":
    frontdesk.main()
