"""Bad input while the server runs: refused in the right words, and calls go on being answered."""
import json
import os
import random
import socket
import subprocess
import time
import unittest

import frontdesk
from frontdesk import Frontdesk, PROGRAM, ROOT, call, options_answered, sip_exchange

INVITE = """INVITE sip:{user}@{{server}} SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{{port}};branch=z9hG4bK{unique};rport
From: <sip:test@127.0.0.1>;tag=a{unique}
To: <sip:{user}@{{server}}>
Call-ID: {unique}@127.0.0.1
CSeq: 1 INVITE
Contact: <sip:test@127.0.0.1:{{port}}>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: {length}

{sdp}"""

SDP = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
{media}
"""


def invite(address, media, user="reception", length=None):
    sdp = SDP.format(media=media)
    size = len(sdp.replace("\n", "\r\n")) if length is None else length
    return sip_exchange(address, INVITE.format(user=user, unique=time.monotonic_ns(), length=size, sdp=sdp))


class Robustness(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Frontdesk("--diagnostics")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_refuses_what_it_cannot_do(self):
        sip = self.server.sip
        self.assertEqual(invite(sip, "m=audio 4000 RTP/AVP 18\na=rtpmap:18 G729/8000"), 488)
        self.assertEqual(invite(sip, "m=text 4000 RTP/AVP 98\na=rtpmap:98 t140/1000"), 488)
        self.assertEqual(invite(sip, "m=audio 4000 RTP/AVP 101\na=rtpmap:101 telephone-event/8000"), 488)
        self.assertEqual(invite(sip, "m=audio 4000 RTP/AVP 0", length=9000), 400)
        self.assertEqual(invite(sip, "m=audio 4000 RTP/AVP 0", user="nobody"), 404)
        self.assertTrue(options_answered(sip))

    def test_ten_thousand_random_datagrams(self):
        host, port = self.server.sip.split(":")
        noise = random.Random(1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            for _ in range(10_000):
                peer.sendto(noise.randbytes(noise.randrange(1, 1200)), (host, int(port)))
        self.assertTrue(frontdesk.wait_for(lambda: options_answered(self.server.sip), 10, "an answer to OPTIONS"))
        code, _, errors = call(self.server.sip, "--listen-only", "2", extension="talk-test")
        self.assertEqual(code, 0, errors)

    def test_damaged_messages_during_a_call(self):
        """A call that runs meanwhile loses no packet to it."""
        running = subprocess.Popen(
            [PROGRAM, "call", f"sip:talk-test@{self.server.sip}", "--json", "--listen-only", "6"],
            stdout=subprocess.PIPE, text=True, cwd=ROOT)
        host, port = self.server.sip.split(":")
        damage = random.Random(2)
        whole = INVITE.format(user="reception", unique="x", length=10, sdp=SDP.format(media="m=audio 4000 RTP/AVP 0"))
        whole = whole.format(port=9, server=self.server.sip).replace("\n", "\r\n").encode()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            for _ in range(1000):
                message = bytearray(whole)
                for _ in range(damage.randrange(1, 20)):
                    message[damage.randrange(len(message))] = damage.randrange(256)
                peer.sendto(message[:damage.randrange(1, len(message) + 1)], (host, int(port)))
                time.sleep(0.003)
        output, _ = running.communicate(timeout=60)
        totals = json.loads(output)["totals"]
        self.assertEqual(totals["lost"], 0)
        self.assertGreater(totals["received"], 200)

    def test_twenty_calls_at_once(self):
        """The plain voice on this machine, so that models do not decide the result."""
        with Frontdesk("--diagnostics", "--voice", "flite:slt") as server:
            code, report, errors = call(server.sip, "--calls", "20", "--listen-only", "8", extension="talk-test")
            self.assertEqual(code, 0, errors)
            totals = report["totals"]
            print("20 calls:", totals["received"], "packets,", totals["lost"], "lost, interval", totals.get("interval_ms"))
            self.assertEqual(totals["ok"], 20)
            self.assertEqual(totals["lost"], 0)

    def test_leaves_no_descriptor_behind(self):
        pid = self.server.process.pid
        call(self.server.sip, "--listen-only", "1", extension="echo-test")
        before = frontdesk.wait_for(lambda: self.quiet_descriptors(pid), 40, "no call running")
        call(self.server.sip, "--calls", "8", "--listen-only", "1", extension="echo-test")
        self.assertEqual(frontdesk.wait_for(lambda: self.quiet_descriptors(pid), 40, "no call running"), before)

    def quiet_descriptors(self, pid):
        if self.server.get("/api/health")["calls"]["now"] > 0:
            return None
        time.sleep(0.3)
        return sum(1 for fd in os.listdir(f"/proc/{pid}/fd"))


if __name__ == "__main__":
    frontdesk.main()
