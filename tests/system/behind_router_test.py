"""Behind a router: a real STUN server (coturn) tells the address of a call, and one that is silent delays nobody."""
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

import frontdesk
from frontdesk import Frontdesk, call, journal, wait_for
from telephone import Telephone, audioop, tone

OUTSIDE = {"FRONTDESK_SERVER_LOCAL_NETWORKS": "192.0.2.0/24"}  # so that 127.0.0.1 counts as outside

INVITE = """INVITE sip:reception@{server} SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKnat{port};rport
From: <sip:test@127.0.0.1>;tag=a
To: <sip:reception@{server}>
Call-ID: nat-{port}
CSeq: 1 INVITE
Contact: <sip:test@127.0.0.1:{port}>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: {length}

{sdp}"""
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


def answer_to_invite(server):
    """The 200, and how long it took."""
    host, port = server.sip.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(5)
        peer.bind(("127.0.0.1", 0))
        text = INVITE.format(server=server.sip, port=peer.getsockname()[1], length=len(SDP), sdp="")
        began = time.monotonic()
        peer.sendto(text.replace("\n", "\r\n").encode() + SDP.encode(), (host, int(port)))
        answer = peer.recv(4096).decode()
        while answer.startswith("SIP/2.0 1"):
            answer = peer.recv(4096).decode()
        return answer, time.monotonic() - began


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


RELAY_PORTS = (49160, 49190)
RELAYING = ["--lt-cred-mech", "--user=frontdesk:secret", "--realm=example.org", "--allow-loopback-peers",
            f"--min-port={RELAY_PORTS[0]}", f"--max-port={RELAY_PORTS[1]}"]


class Coturn:
    def __init__(self, relays=False):
        self.folder = tempfile.mkdtemp(prefix="frontdesk-turn-")
        self.port = free_udp_port()
        self.process = subprocess.Popen(
            ["turnserver", "-n", "--listening-ip=127.0.0.1", f"--listening-port={self.port}", "--relay-ip=127.0.0.1",
             *(RELAYING if relays else ["--stun-only"]), "--no-tcp", "--no-tls", "--no-dtls", "--no-cli", "--log-file=stdout", "--simple-log",
             f"--pidfile={self.folder}/pid", f"--userdb={self.folder}/db"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        wait_for(self.answers, 10, "an answer of coturn")

    def answers(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.2)
            probe.sendto(bytes.fromhex("000100002112a442") + os.urandom(12), ("127.0.0.1", self.port))
            try:
                return probe.recv(1500)[:2] == b"\x01\x01"
            except OSError:
                return False

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        shutil.rmtree(self.folder)


class BehindRouter(unittest.TestCase):
    def test_a_stun_server_names_the_port_of_the_call(self):
        turn = Coturn()
        try:
            with Frontdesk(environment={**OUTSIDE, "FRONTDESK_SERVER_STUN_SERVER": f"127.0.0.1:{turn.port}"}) as server:
                answer, took = answer_to_invite(server)
                print(f"answered after {took * 1000:.0f} ms")
                self.assertTrue(answer.startswith("SIP/2.0 200"), answer)
                self.assertIn("c=IN IP4 127.0.0.1\r\n", answer)
                self.assertLess(took, 0.4)
                code, report, errors = call(server.sip, "--listen-only", "2")
                self.assertEqual(code, 0, errors)
                self.assertEqual(report["calls"][0]["packets"]["lost"], 0)
                self.assertNotIn("STUN", wait_for(lambda: journal(server.data), 20, "the journal"))
        finally:
            turn.stop()

    def relayed(self, turn, password="secret"):
        return Frontdesk("--diagnostics", environment={
            **OUTSIDE, "FRONTDESK_SERVER_TURN_SERVER": f"127.0.0.1:{turn.port}",
            "FRONTDESK_SERVER_TURN_USERNAME": "frontdesk", "FRONTDESK_SERVER_TURN_PASSWORD": password})

    def test_a_turn_server_carries_the_sound_both_ways(self):
        turn = Coturn(relays=True)
        try:
            with self.relayed(turn) as server:
                for _ in range(3):  # addresses are given back
                    with Telephone() as caller:
                        caller.call(server.sip, "echo-test")
                        self.assertTrue(caller.up.wait(5))
                        self.assertTrue(RELAY_PORTS[0] <= caller.to_rtp[1] <= RELAY_PORTS[1], caller.to_rtp)
                        caller.say(tone(440, 3))
                        self.assertTrue(caller.hears(440), "the echo, by way of the relay")
                        self.assertEqual(caller.senders, {caller.to_rtp}, "nothing comes past the relay")
                        caller.hang_up()
                        self.assertTrue(caller.over.wait(5))
                with Telephone() as caller:
                    caller.call(server.sip)
                    wait_for(lambda: audioop.rms(bytes(caller.heard[-16000:]), 2) > 100, 15, "the greeting")
                    caller.hang_up()
        finally:
            turn.stop()

    def test_without_its_password_calls_go_on_without_the_relay(self):
        turn = Coturn(relays=True)
        try:
            with self.relayed(turn, password="wrong") as server, Telephone() as caller:
                began = time.monotonic()
                caller.call(server.sip, "echo-test")
                self.assertTrue(caller.up.wait(5))
                self.assertLess(time.monotonic() - began, 1.0, "a refusal is not waited for")
                self.assertFalse(RELAY_PORTS[0] <= caller.to_rtp[1] <= RELAY_PORTS[1], caller.to_rtp)
                caller.say(tone(440, 3))
                self.assertTrue(caller.hears(440))
                caller.hang_up()
                wait_for(lambda: "turn_password" in subprocess.run(
                    ["grep", "-rah", "TURN", server.data], capture_output=True, text=True).stdout, 10, "why, in the tape")
        finally:
            turn.stop()

    def test_a_silent_stun_server_costs_half_a_second_and_no_call(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            stun = f"127.0.0.1:{silent.getsockname()[1]}"
            with Frontdesk(environment={**OUTSIDE, "FRONTDESK_SERVER_STUN_SERVER": stun,
                                        "FRONTDESK_SERVER_PUBLIC_ADDRESS": "203.0.113.7"}) as server:
                answer, took = answer_to_invite(server)
                print(f"answered after {took * 1000:.0f} ms")
                self.assertTrue(answer.startswith("SIP/2.0 200"), answer)
                self.assertIn("c=IN IP4 203.0.113.7\r\n", answer)
                self.assertIn("@203.0.113.7:", answer)
                self.assertGreater(took, 0.45)
                self.assertLess(took, 0.8)

    def test_callers_of_the_local_network_are_told_the_local_address(self):
        with Frontdesk(environment={"FRONTDESK_SERVER_PUBLIC_ADDRESS": "203.0.113.7"}) as server:
            answer, _ = answer_to_invite(server)
            self.assertIn("c=IN IP4 127.0.0.1\r\n", answer)
            self.assertNotIn("203.0.113.7", answer)


if __name__ == "__main__":
    frontdesk.main()
