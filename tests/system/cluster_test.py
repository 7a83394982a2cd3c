"""Two machines that share a Redis, and a Redis that goes away and comes back."""
import os
import shutil
import subprocess
import tempfile
import threading
import unittest

from frontdesk import Frontdesk, call, wait_for
from web_socket import WebSocket, post


class Redis:
    """A redis-server of this test's own, on a Unix socket."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="frontdesk-redis-")
        self.path = os.path.join(self.folder, "redis.sock")
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--dir", self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(self.path), 10, "the socket of Redis")

    def kill(self):
        self.process.kill()
        self.process.wait()
        if os.path.exists(self.path):
            os.unlink(self.path)

    def close(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class ClusterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.redis = Redis()
        shared = {"REDIS_URL": "unix://" + cls.redis.path}
        cls.one, cls.two = Frontdesk(environment=shared), Frontdesk(environment=shared)

    @classmethod
    def tearDownClass(cls):
        cls.one.stop()
        cls.two.stop()
        cls.redis.close()

    def test_calls_are_seen_everywhere_and_an_outage_ends_none(self):
        with WebSocket(self.two.http) as console:
            console.wait_type("live.snapshot")
            results = []
            caller = threading.Thread(target=lambda: results.append(call(self.one.sip, "--no-transcripts")))
            caller.start()
            first = console.wait_type("call.connected", 20)
            console.wait_type("call.ai_response", 20, final=True)
            self.redis.kill()
            caller.join()  # the whole conversation is held without Redis
            self.assertEqual(results[0][0], 0, results[0][2])
            turns = results[0][1]["calls"][0]["turns"]
            self.assertTrue(turns and all(turn["answered"] for turn in turns))
            self.assertEqual(self.one.newest_call()["id"], first["call_id"])
            self.redis.start()
            console.wait_type("call.ended", 30)  # late, but told
            again = threading.Thread(target=call, args=(self.one.sip, "--listen-only", "4"))
            again.start()
            console.wait(lambda s: [m for m in s.messages if m["type"] == "call.connected" and
                                    m["call_id"] != first["call_id"]], 20, "the next call")
            again.join()

    def test_a_ticket_of_one_machine_is_good_on_the_other(self):
        def ticket():
            status, answer = post(self.one.http, "/api/live/tickets")
            return answer.get("ticket") if status == 200 else None
        path = "/ws?ticket=" + wait_for(ticket, 15, "a ticket")
        with WebSocket(self.two.http, path) as console:
            console.wait_type("live.snapshot")


if __name__ == "__main__":
    unittest.main()
