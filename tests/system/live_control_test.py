"""Somebody at the console ends a call that goes on."""
import json
import time
import unittest
import urllib.error
import urllib.request

import frontdesk
from frontdesk import Frontdesk, wait_for
from telephone import Telephone


def post(server, path):
    request = urllib.request.Request(f"http://{server.http}{path}", method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.load(problem)


class LiveControl(unittest.TestCase):
    def test_a_call_is_ended(self):
        with Frontdesk() as server, Telephone() as caller:
            caller.call(server.sip)
            self.assertTrue(caller.up.wait(10))
            running = "/api/calls/logs?status=in_progress"
            call = wait_for(lambda: server.get(running)["calls"], 10, "the running call")[0]["id"]
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
