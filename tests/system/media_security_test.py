"""Encrypted audio with a client that is not ours, and a stranger who sends to the ports of running calls."""
import array
import os
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest
import wave

import frontdesk
from frontdesk import Frontdesk, call, journal, wait_for

RATE = 8000
SECONDS = 6
PORTS = 40              # of the range that is sprayed: room for 20 calls
PACKETS_PER_SECOND = 5000
LOUD = 20_000           # of 32,768: what the stranger sends
QUIET = 2_000
CALLS = 3

BARESIP_CONFIG = """
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
audio_source aufile,{folder}/caller.wav
audio_alert aufile,{folder}/none.wav
ausrc_srate 8000
ausrc_channels 1
module_path {modules}
module stdio.so
module g711.so
module aufile.so
module dtls_srtp.so
module srtp.so
module_app account.so
module_app menu.so
"""


def rtp_range():
    """A range of ports that nobody else is likely to use just now."""
    first = random.randrange(30_000, 58_000, 2)
    return first, f"{first}-{first + PORTS - 1}"


class Spray(threading.Thread):
    """Loud PCMU from 127.0.0.2 to every even port of the range, each port's numbers in a row."""

    def __init__(self, first):
        super().__init__(daemon=True)
        self.first, self.stopped, self.sent, self.answered = first, threading.Event(), 0, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.2", 0))
        self.socket.setblocking(False)

    def run(self):
        sequence, began = 0, time.monotonic()
        while not self.stopped.is_set():
            due = int((time.monotonic() - began) * PACKETS_PER_SECOND)
            while self.sent < due:
                sequence += 1
                packet = struct.pack(">BBHII", 0x80, 0, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, 0xBAD) + b"\x80\x00" * 80
                for port in range(self.first, self.first + PORTS, 2):
                    self.socket.sendto(packet, ("127.0.0.1", port))
                    self.sent += 1
            try:
                while self.socket.recv(2048):
                    self.answered += 1
            except OSError:  # nothing waits, or a port is not open
                pass
            time.sleep(0.002)

    def stop(self):
        self.stopped.set()
        self.join()
        self.socket.close()


def loudest(server, record, channel):
    audio = server.fetch(f"/api/calls/{record['id']}/recording")
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(audio)
        file.flush()
        with wave.open(file.name) as recording:
            samples = array.array("h", recording.readframes(recording.getnframes()))
    return max((abs(s) for s in samples[channel::2]), default=0)


class Strangers(unittest.TestCase):
    def check(self, srtp):
        first, ports = rtp_range()
        with Frontdesk("--rtp", ports) as server:
            spray = Spray(first)
            spray.start()  # before the first packet of any caller
            try:
                code, report, errors = call(server.sip, "--listen-only", str(SECONDS), "--calls", str(CALLS), "--srtp", srtp)
            finally:
                spray.stop()
            self.assertEqual(code, 0, errors)
            self.assertGreater(spray.sent, 0.5 * PACKETS_PER_SECOND * SECONDS)
            print(f"srtp={srtp}: {spray.sent} packets of a stranger, {spray.answered} sent to it")
            self.assertEqual(spray.answered, 0)
            for each in report["calls"]:
                self.assertEqual(each["packets"]["lost"], 0)
                self.assertGreater(each["packets"]["received"], 40 * SECONDS)
            calls = server.get("/api/calls/logs")["calls"]
            self.assertEqual(len(calls), CALLS)
            for each in calls:
                record = wait_for(lambda: self.ended(server, each["id"]), 15, "the end of the call")
                self.assertEqual([t["text"] for t in record["turns"] if t["speaker"] == "caller"], [])
                self.assertLess(loudest(server, record, 0), QUIET, "the stranger is in the recording")

    @staticmethod
    def ended(server, number):
        record = server.get("/api/calls/" + number)
        return None if record["status"] == "in_progress" else record

    def test_a_spray_is_neither_heard_nor_sent_to(self):
        self.check("off")

    def test_nor_with_dtls(self):
        self.check("dtls")


class Dtls(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="frontdesk-dtls-")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def baresip(self, address, account):
        modules = next(p for p in ("/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules") if os.path.isdir(p))
        with open(self.folder + "/config", "w") as file:
            file.write(BARESIP_CONFIG.format(folder=self.folder, modules=modules))
        with open(self.folder + "/accounts", "w") as file:
            file.write(f"<sip:tester@127.0.0.1>;regint=0;{account}\n")
        open(self.folder + "/contacts", "w").close()
        with wave.open(self.folder + "/caller.wav", "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(struct.pack("<hhhh", LOUD, LOUD, -LOUD, -LOUD) * (RATE // 4 * 2 * SECONDS))
        return subprocess.run(["baresip", "-f", self.folder, "-e", f"/dial sip:reception@{address}", "-t", str(SECONDS)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60).stdout

    def check(self, account, *arguments, environment=None):
        with Frontdesk(*arguments, environment=environment) as server:
            output = self.baresip(server.sip, account)
            record = server.newest_call()
            media = "\n".join(line for line in journal(server.data).splitlines() if line.startswith("# media"))
            print(media)
            self.assertIn("srtp=DTLS suite=", media, output)
            self.assertGreaterEqual(len([t for t in record["turns"] if t["speaker"] == "receptionist"]), 1)
            self.assertGreater(loudest(server, record, 0), QUIET, "the caller was not heard")
            # Its reports are encrypted as well, and tell that it could read what we sent.
            self.assertIn("peer_loss=0.0%", media)

    def test_baresip_on_one_port(self):
        self.check("mediaenc=dtls_srtp;rtcp_mux=yes", environment={"FRONTDESK_SERVER_SRTP": "required"})

    def test_baresip_with_rtcp_on_its_own_port(self):
        self.check("mediaenc=dtls_srtp")

    def test_whoever_brings_no_key_is_refused_where_keys_are_required(self):
        with Frontdesk(environment={"FRONTDESK_SERVER_SRTP": "required"}) as server:
            code, report, _ = call(server.sip, "--listen-only", "1")
            self.assertEqual(code, 1)
            self.assertIn("488", report["calls"][0]["problems"][0])
        with Frontdesk(environment={"FRONTDESK_SERVER_SRTP": "off"}) as server:
            code, report, _ = call(server.sip, "--listen-only", "1", "--srtp", "dtls")
            self.assertEqual(code, 1)
            self.assertIn("488", report["calls"][0]["problems"][0])


if __name__ == "__main__":
    frontdesk.main()
