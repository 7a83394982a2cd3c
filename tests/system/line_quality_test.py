"""A caller whose line loses packets: the tape tells how it sounds, and the call moves to a codec that bears loss."""
import random
import re
import socket
import threading
import time
import unittest

import frontdesk
from frontdesk import Frontdesk, journal, wait_for

LOST = 0.15
SECONDS = 45


class LossyCaller:
    """A peer with PCMA and Opus that drops packets, and takes what a re-INVITE offers first."""

    def __init__(self, server):
        host, port = server.split(":")
        self.server = (host, int(port))
        self.sip = self.socket()
        self.rtp = self.socket()
        self.dialog = f"lossy-{time.monotonic_ns()}"
        self.offered = None
        self.stopped = threading.Event()

    @staticmethod
    def socket():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", 0))
        made.settimeout(5)
        return made

    def description(self, types):
        names = {8: "PCMA/8000", 111: "opus/48000/2"}
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
                 f"m=audio {self.rtp.getsockname()[1]} RTP/AVP {' '.join(map(str, types))}"]
        lines += [f"a=rtpmap:{t} {names[t]}" for t in types]
        return "\r\n".join(lines) + "\r\n"

    def send(self, first, sequence, method, to_tag="", body="", via=None):
        port = self.sip.getsockname()[1]
        via = via or f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{self.dialog}{sequence}{method};rport"
        if first.startswith("SIP/2.0"):
            head = [first, *via]
        else:
            head = [first, via, f"From: <sip:a@127.0.0.1>;tag={self.dialog}",
                    f"To: <sip:reception@127.0.0.1>{to_tag}", f"Call-ID: {self.dialog}",
                    f"CSeq: {sequence} {method}", "Max-Forwards: 70"]
        head += [f"Contact: <sip:a@127.0.0.1:{port}>"]
        head += ["Content-Type: application/sdp"] if body else []
        head += [f"Content-Length: {len(body)}", "", body]
        self.sip.sendto("\r\n".join(head).encode(), self.server)

    def receive(self, start):
        while True:
            text = self.sip.recv(8192).decode()
            if text.startswith(start):
                return text

    def call(self):
        target = f"sip:reception@{self.server[0]}:{self.server[1]}"
        self.send(f"INVITE {target} SIP/2.0", 1, "INVITE", body=self.description([8, 111]))
        ok = self.receive("SIP/2.0 200")
        tag = re.search(r"^To:.*(;tag=[^\r;]+)", ok, re.M).group(1)
        self.send(f"ACK {target} SIP/2.0", 1, "ACK", tag)
        port = int(re.search(r"m=audio (\d+)", ok).group(1))
        talk = threading.Thread(target=self.talk, args=(port,))
        talk.start()
        self.sip.settimeout(SECONDS)
        try:
            offer = self.receive("INVITE")
            self.offered = re.search(r"m=audio \d+ RTP/AVP ([\d ]+)", offer).group(1).split()
            kept = [line for line in offer.split("\r\n")
                    if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
            self.send("SIP/2.0 200 OK", 0, "", body=self.description([111]), via=kept)
            self.receive("ACK")
            time.sleep(1)
        finally:
            self.stopped.set()
            talk.join()
            self.send(f"BYE {target} SIP/2.0", 2, "BYE", tag)
            self.sip.close()
            self.rtp.close()

    def talk(self, port):
        chance = random.Random(5)
        for n in range(SECONDS * 50):
            if self.stopped.wait(0.02):
                return
            packet = bytes([0x80, 8]) + n.to_bytes(2, "big") + (n * 160).to_bytes(4, "big") + b"\0\0\0\7" + b"\xd5" * 160
            if chance.random() > LOST:
                self.rtp.sendto(packet, ("127.0.0.1", port))


class LineQuality(unittest.TestCase):
    def test_a_lossy_call_moves_to_opus(self):
        with Frontdesk(environment={"FRONTDESK_LIMITS_SILENCE_SECONDS": "100"}) as server:
            caller = LossyCaller(server.sip)
            caller.call()
            self.assertEqual(caller.offered[0], "111")

            def tape():
                text = journal(server.data)
                return text if "#! end" in text else None
            text = wait_for(tape, 20, "the whole tape")
            scores = [float(score) for score in re.findall(r"^# quality mos=([\d.]+)", text, re.M)]
            self.assertGreaterEqual(len(scores), 4)
            self.assertLess(max(scores), 3.6)
            self.assertRegex(text, r"(?m)^# adapt loss=\d+\.\d% .*line congested")
            self.assertRegex(text, r"(?m)^# adapt .*to opus$")
            self.assertRegex(text, r"(?m)^# media codec=opus")


if __name__ == "__main__":
    frontdesk.main()
