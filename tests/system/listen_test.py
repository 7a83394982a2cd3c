"""People listen to running calls over /ws: what they hear of both sides, who may, and that it ends when it must."""
import math
import socket
import struct
import threading
import time
import unittest

import frontdesk
from frontdesk import Frontdesk, journal, wait_for
from sign_in_test import PASSWORD, SignUp, ask
from telephone import Telephone, audioop, tone
from web_socket import WebSocket

GIVEN_BACK = "Thank you for waiting. Is there anything else I can help you with?"
RATE = 8000
SIGNED_OUT_SECONDS = 30


def power(samples, hertz):
    """Level of one frequency (Goertzel), in dB of full scale."""
    if not samples:
        return -200.0
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    one = two = 0.0
    for sample in samples:
        one, two = sample + turn * one - two, one
    energy = one * one + two * two - turn * one * two
    return 10 * math.log10(max(energy, 1e-9) / (len(samples) * 32768 / 2) ** 2)


def loudness(samples):
    return 10 * math.log10(max(sum(s * s for s in samples), 1) / max(len(samples), 1) / 32768 ** 2)


def heard(socket):
    """(caller, receptionist, numbers) that came."""
    with socket.changed:
        frames = [payload for _, payload in socket.binary]
    body = b"".join(frame[8:] for frame in frames)
    samples = struct.unpack(f"<{len(body) // 2}h", body)
    return samples[0::2], samples[1::2], [struct.unpack(">I", frame[:4])[0] for frame in frames]


def running_call(server, token=None):
    def look():
        calls = ask(server, "GET", "/api/calls/live", token=token)[1]["calls"]
        return next((each for each in calls if each["status"] == "active"), None)
    return wait_for(look, 15, "a running call")


class Listening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Frontdesk()
        cls.addClassCleanup(cls.server.stop)

    def test_both_sides_are_heard_and_it_is_written_down(self):
        with Telephone() as caller, WebSocket(self.server.http) as ear:
            caller.call(self.server.sip)
            self.assertTrue(caller.up.wait(10))
            call = running_call(self.server)["call_id"]
            ear.send(type="call.listen", data={"call_id": call, "format": "pcm16", "rate": RATE})
            listening = ear.wait_type("call.listening", 10)
            self.assertEqual(listening["data"], {"format": "pcm16", "rate": RATE, "channels": 2, "delay_ms": 300})
            ear.wait_type("call.status_update", 10, listeners=["user_local"])
            self.assertEqual(running_call(self.server)["listeners"], ["user_local"])
            caller.say(tone(440, 2.0, 8000))
            # The greeting is under way on the right; the tone is on the left, and on the left alone.
            ear.wait(lambda s: len(s.binary) > 200, 15, "four seconds of sound")
            left, right, numbers = heard(ear)
            self.assertEqual(numbers, list(range(len(numbers))), "nothing was dropped")
            window = max((left[i:i + RATE] for i in range(0, len(left) - RATE, RATE // 4)),
                         key=lambda part: power(part, 440))
            level = power(window, 440)
            leak = power(right, 440)
            print(f"the tone: {level:.1f} dB left, {leak:.1f} dB right; the receptionist: {loudness(right):.1f} dBFS")
            self.assertGreater(level, -18)
            self.assertLess(leak, level - 25)
            self.assertGreater(loudness(right), -45, "the receptionist is heard")
            ear.send(type="call.start")
            ear.wait_type("error", 5)
            caller.hang_up()
            ended = ear.wait_type("call.listen_end", 10)
            self.assertEqual((ended["call_id"], ended["data"]["reason"]), (call, "the call ended"))
        def written():
            records = [each for each in self.server.get("/api/audit")["records"] if each["subject"] == call]
            return [each["action"] for each in records] == ["call.listening_ended", "call.listening_began"]
        wait_for(written, 10, "both records")

    def speak(self, socket, hertz, seconds):
        """At the pace of speech."""
        samples = tone(hertz, seconds, 8000)
        due = time.monotonic()
        for at in range(0, len(samples), 320):
            socket.send_binary(samples[at:at + 320])
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))

    def tape(self, call):
        return journal(self.server.data, call)

    def test_somebody_speaks_in_her_place(self):
        with Telephone() as caller, WebSocket(self.server.http) as mouth, WebSocket(self.server.http) as other:
            caller.call(self.server.sip)
            self.assertTrue(caller.up.wait(10))
            call = running_call(self.server)["call_id"]
            order = {"call_id": call, "format": "pcm16", "rate": RATE}
            mouth.send(type="call.listen", data=order)
            mouth.send(type="call.speak", data=order)
            mouth.wait_type("call.speaking", 10)
            other.send(type="call.speak", data=order)
            refused = other.wait_type("call.speak_end", 10)
            self.assertEqual(refused["data"]["code"], "failed_precondition")
            speaker = threading.Thread(target=self.speak, args=(mouth, 440, 4))
            speaker.start()
            self.assertTrue(caller.hears(440, 1.5), "the caller hears who took over")
            speaker.join()
            _, right, _ = heard(mouth)
            part = max((right[i:i + RATE] for i in range(0, len(right) - RATE, RATE // 4)), key=lambda p: power(p, 440))
            print(f"what was said, as heard beside it: {power(part, 440):.1f} dB")
            self.assertGreater(power(part, 440), -18)
            asked = time.monotonic()
            mouth.send(type="call.speak_end")
            mouth.wait_type("call.speak_end", 10)
            back = other.wait_type("call.ai_response", 10, final=True, text=GIVEN_BACK)
            print(f"given back: her sentence was over after {time.monotonic() - asked:.1f} s")
            self.assertEqual(back["call_id"], call)
            caller.hang_up()
        def written():
            return [each["action"] for each in self.server.get("/api/audit")["records"] if each["subject"] == call]
        wait_for(lambda: "call.speaking_ended" in written() and "call.speaking_began" in written(), 10, "both records")

    def test_a_speaker_who_is_gone_has_given_the_call_back(self):
        for how in ("closed", "silent"):
            with Telephone() as caller, WebSocket(self.server.http) as mouth, WebSocket(self.server.http) as other:
                caller.call(self.server.sip)
                self.assertTrue(caller.up.wait(10))
                call = running_call(self.server)["call_id"]
                mouth.send(type="call.speak", data={"call_id": call, "format": "pcm16", "rate": RATE})
                mouth.wait_type("call.speaking", 10)
                self.speak(mouth, 440, 1)
                gone = time.monotonic()
                if how == "closed":
                    mouth.socket.shutdown(socket.SHUT_RDWR)
                wait_for(lambda: "gave the call back" in self.tape(call), 8, "giving back")
                print(f"{how}: given back after {time.monotonic() - gone:.1f} s")
                caller.heard.clear()
                wait_for(lambda: audioop.rms(bytes(caller.heard[-8000:]), 2) > 200 if len(caller.heard) > 8000 else False,
                         8, "her voice")
                print(f"{how}: she was heard after {time.monotonic() - gone:.1f} s")
                caller.hang_up()
            wait_for(lambda: not ask(self.server, "GET", "/api/calls/live")[1]["calls"], 10, "the end")

    def test_a_call_that_is_not_there(self):
        with WebSocket(self.server.http) as ear:
            ear.send(type="call.listen", data={"call_id": "call_none"})
            ended = ear.wait_type("call.listen_end", 10)
            self.assertEqual(ended["data"]["code"], "not_found")
            for wrong in ({}, {"call_id": 7}, {"call_id": "x" * 101}, {"call_id": "call_1", "format": "opus"},
                          {"call_id": "call_1", "rate": 44100}):
                before = len(ear.messages)
                ear.send(type="call.listen", data=wrong)
                ear.wait(lambda s: len(s.messages) > before and s.messages[-1]["type"] == "error", 5, "a refusal")


class WhoMayListen(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = SignUp()
        cls.addClassCleanup(cls.server.stop)
        cls.before = WebSocket(cls.server.http)  # while nobody has an account
        cls.before.wait_type("live.snapshot")
        account = {"email": "zoe@hillside.example", "password": PASSWORD, "name": "Zoe", "token": cls.server.link}
        status, answer, _ = ask(cls.server, "POST", "/api/auth/register", account)
        assert status == 200, answer

    def login(self):
        status, answer, _ = ask(self.server, "POST", "/api/auth/login",
                                {"email": "zoe@hillside.example", "password": PASSWORD})
        self.assertEqual(status, 200, answer)
        return answer["access_token"]

    def socket(self, token):
        return WebSocket(self.server.http, headers={"Authorization": f"Bearer {token}"})

    def test_who_came_before_the_first_account_is_cut_off(self):
        started = time.monotonic()
        self.before.wait(lambda s: s.close_code, SIGNED_OUT_SECONDS, "the end")
        self.assertEqual(self.before.close_code, 1008)
        print(f"cut off after {time.monotonic() - started:.1f} s")

    def test_who_signs_out_hears_no_more(self):
        token, other = self.login(), self.login()
        with Telephone() as caller, self.socket(token) as ear, self.socket(other) as stays:
            caller.call(self.server.sip)
            self.assertTrue(caller.up.wait(10))
            call = running_call(self.server, other)["call_id"]
            ear.send(type="call.listen", data={"call_id": call})
            ear.wait(lambda s: len(s.binary) > 20, 10, "sound")
            asked = time.monotonic()
            self.assertEqual(ask(self.server, "POST", "/api/auth/logout", token=token)[0], 204)
            ear.wait(lambda s: s.close_code, SIGNED_OUT_SECONDS, "the end")
            self.assertEqual(ear.close_code, 1008)
            print(f"signed out: cut off after {time.monotonic() - asked:.1f} s")
            self.assertIsNone(stays.close_code)
            wait_for(lambda: running_call(self.server, other)["listeners"] == [], 10, "no listener")
            caller.hang_up()

    def test_a_token_needs_the_permission_and_ends_when_revoked(self):
        owner = self.login()
        made = {}
        for name, scopes in (("wall", ["calls.read"]), ("desk", ["calls.read", "calls.control"])):
            status, made[name], _ = ask(self.server, "POST", "/api/tokens", {"name": name, "scopes": scopes}, token=owner)
            self.assertIn(status, (200, 201), made[name])
        with self.socket(made["wall"]["token"]) as wall, self.socket(made["desk"]["token"]) as desk:
            wall.send(type="call.listen", data={"call_id": "call_none"})
            self.assertEqual(wall.wait_type("error", 5)["data"]["code"], "permission_denied")
            desk.send(type="call.listen", data={"call_id": "call_none"})
            self.assertEqual(desk.wait_type("call.listen_end", 5)["data"]["code"], "not_found")
            status, _, _ = ask(self.server, "DELETE", "/api/tokens/" + made["desk"]["id"], token=owner)
            self.assertEqual(status, 204)
            desk.wait(lambda s: s.close_code, SIGNED_OUT_SECONDS, "the end")
            self.assertEqual(desk.close_code, 1008)
            self.assertIsNone(wall.close_code)


if __name__ == "__main__":
    frontdesk.main()
