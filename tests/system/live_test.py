"""What consoles and programs see of running calls over /ws."""
import threading
import unittest

from frontdesk import Frontdesk, call
from web_socket import Refused, WebSocket, post


class LiveTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.frontdesk = Frontdesk()

    @classmethod
    def tearDownClass(cls):
        cls.frontdesk.stop()

    def test_a_call_is_seen_from_its_ringing_to_its_end(self):
        address = self.frontdesk.http
        with WebSocket(address) as console:
            snapshot = console.wait_type("live.snapshot")
            self.assertEqual(snapshot["data"]["calls"], [])
            caller = threading.Thread(target=call, args=(self.frontdesk.sip,))
            caller.start()
            connected = console.wait_type("call.connected", 20)
            self.assertEqual(connected["data"]["status"], "active")
            console.wait_type("call.status_update", 20, speaking="receptionist")
            console.wait_type("call.ai_response", 20, final=True)
            console.wait_type("call.transcription", 30, final=True)
            with WebSocket(address) as late:
                running = late.wait_type("live.snapshot")["data"]["calls"]
                self.assertEqual([each["call_id"] for each in running], [connected["call_id"]])
                self.assertTrue(running[0]["transcript"])
            caller.join()
            ended = console.wait_type("call.ended", 20)
            self.assertEqual(ended["call_id"], connected["call_id"])
            self.assertGreater(ended["data"]["duration_ms"], 1000)
            logged = self.frontdesk.newest_call()
            self.assertEqual(logged["id"], connected["call_id"])
            said = [m["data"]["text"] for m in console.messages
                    if m["type"] in ("call.transcription", "call.ai_response") and m["data"]["final"]]
            self.assertEqual(len(said), len(logged["turns"]))
            cursors = [int(m["cursor"].rsplit(":", 1)[1]) for m in console.messages]
            self.assertEqual(cursors, sorted(cursors))
            with WebSocket(address, "/ws?since=" + connected["cursor"]) as again:
                again.wait_type("call.ended")
                self.assertNotIn("live.snapshot", [m["type"] for m in again.messages])

    def test_a_ticket_opens_one_socket(self):
        status, answer = post(self.frontdesk.http, "/api/live/tickets")
        self.assertEqual(status, 200)
        path = "/ws?ticket=" + answer["ticket"]
        with WebSocket(self.frontdesk.http, path) as console:
            console.wait_type("live.snapshot")
        with self.assertRaises(Refused) as again:
            WebSocket(self.frontdesk.http, path)
        self.assertEqual(again.exception.status, 401)

    def test_the_page_of_another_site_is_refused(self):
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
            with self.assertRaises(Refused) as refused:
                WebSocket(self.frontdesk.http, headers={"Origin": origin})
            self.assertEqual(refused.exception.status, 403)
        WebSocket(self.frontdesk.http, headers={"Origin": "http://" + self.frontdesk.http}).close()


if __name__ == "__main__":
    unittest.main()
