"""A program holds a call with the receptionist over /ws: sound both ways, events, keys, hanging up from either side."""
import base64
import os
import re
import struct
import tempfile
import threading
import time
import unittest
import urllib.error
import warnings
import wave

from frontdesk import Frontdesk, call, journal, wait_for
from web_socket import WebSocket

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import audioop

FRAME_MS = 20
QUIET = 200  # of 32768


def recorded_question(sip, words):
    """What a caller of the telephone network says, as 8 kHz samples: recorded at the caller's end of a call."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "call.wav")
        call(sip, "--say", words, "--record", path, "--no-transcripts")
        with wave.open(path) as recording:
            assert recording.getnchannels() == 2 and recording.getframerate() == 8000
            left = audioop.tomono(recording.readframes(recording.getnframes()), 2, 1, 0)
    loud = [i for i in range(0, len(left) - 320, 320) if audioop.rms(left[i:i + 320], 2) > QUIET]
    return left[max(0, loud[0] - 3200):loud[-1] + 3200]


class Speaker:
    """Sends frames at the pace of speech, silence when there is nothing to say."""

    def __init__(self, socket, encode, frame_ms=FRAME_MS):
        self.socket, self.encode, self.frame_ms = socket, encode, frame_ms
        self.waiting = bytearray()
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def say(self, pcm):
        with self.lock:
            self.waiting += pcm

    def silent(self):
        with self.lock:
            return not self.waiting

    def stop(self):
        self.stopped.set()
        self.thread.join()

    def _run(self):
        size = 16 * self.frame_ms
        due = time.monotonic()
        while not self.stopped.is_set():
            with self.lock:
                frame = bytes(self.waiting[:size]).ljust(size, b"\0")
                del self.waiting[:size]
            try:
                self.encode(self.socket, frame)
            except OSError:
                return
            due += self.frame_ms / 1000
            self.stopped.wait(max(0, due - time.monotonic()))


def wide(socket, frame):
    socket.send_binary(audioop.ratecv(frame, 2, 1, 8000, 16000, None)[0])


def mulaw_in_json(socket, frame):
    socket.send(type="call.audio", data={"audio": base64.b64encode(audioop.lin2ulaw(frame, 2)).decode()})


def sound_of(socket):
    """(samples, numbers) that came."""
    with socket.changed:
        messages = [payload for _, payload in socket.binary]
    return b"".join(m[8:] for m in messages), [struct.unpack(">I", m[:4])[0] for m in messages]


class WebCallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.frontdesk = Frontdesk()
        cls.question = recorded_question(cls.frontdesk.sip, "What time do you open on Monday?")

    @classmethod
    def tearDownClass(cls):
        cls.frontdesk.stop()

    def logged(self, call_id):
        def look():
            try:
                found = self.frontdesk.get("/api/calls/" + call_id)
            except urllib.error.HTTPError as problem:
                with problem:
                    self.assertEqual(problem.code, 404)  # its row is on its way
                return None
            return None if found["status"] == "in_progress" else found
        return wait_for(look, 15, "the call's end in the log")

    def converse(self, encode, start, to_samples, frame_ms=FRAME_MS):
        with WebSocket(self.frontdesk.http, "/ws?feed=none") as socket:
            socket.send(type="call.start", data=start)
            own = socket.wait(lambda s: next((m for m in s.messages if m["data"].get("own")), None), 10, "admission")
            speaker = Speaker(socket, encode, frame_ms)
            socket.wait_type("call.connected", 10)
            socket.wait_type("call.ai_response", 20, final=True)  # the greeting
            before = len(socket.binary)
            speaker.say(self.question)
            heard = socket.wait_type("call.transcription", 20, final=True)
            answer = socket.wait(lambda s: [m for m in s.messages if m["type"] == "call.ai_response" and
                                            m["data"]["final"]][1:], 30, "an answer")[0]
            speaker.stop()
            with socket.changed:
                spoken = b"".join(payload[8:] for _, payload in socket.binary[before:])
            socket.send(type="call.end")
            ended = socket.wait_type("call.ended", 10)
        for message in socket.messages:
            self.assertEqual(message["call_id"], own["call_id"])
        self.assertIn("open", heard["data"]["text"].lower())
        self.assertIn("8", answer["data"]["text"])
        self.assertGreater(audioop.rms(to_samples(spoken), 2), QUIET, "an audible answer")
        _, numbers = sound_of(socket)
        self.assertEqual(numbers, list(range(len(numbers))), "none dropped")
        self.assertEqual(ended["data"]["end_class"], "caller_hung_up")
        logged = self.logged(own["call_id"])
        self.assertEqual(logged["status"], "answered")
        self.assertEqual(logged["caller"], start.get("caller"))
        self.assertEqual([t["speaker"] for t in logged["turns"]][:3], ["receptionist", "caller", "receptionist"])
        recording = self.frontdesk.fetch(f"/api/calls/{own['call_id']}/recording")
        self.assertGreater(len(recording), 100_000)
        return logged

    def test_a_question_is_answered_in_wide_sound(self):
        logged = self.converse(wide, {"caller": "+447700900123", "caller_name": "Ann"}, lambda pcm: pcm)
        self.assertEqual(logged["caller_name"], "Ann")

    def test_a_question_is_answered_in_mulaw_and_json_and_large_pieces(self):
        self.converse(mulaw_in_json, {"format": "mulaw", "caller": "07700 900123"},
                      lambda pcm: audioop.ulaw2lin(pcm, 2), frame_ms=100)

    def test_the_receptionist_hangs_up_on_silence(self):
        with WebSocket(self.frontdesk.http, "/ws?feed=none") as socket:
            socket.send(type="call.start", data={"format": "mulaw"})
            speaker = Speaker(socket, mulaw_in_json)
            ended = socket.wait_type("call.ended", 90)
            speaker.stop()
            self.assertEqual(ended["data"]["end_class"], "caller_silent")
            self.assertEqual(self.logged(ended["call_id"])["end_class"], "caller_silent")
            came = len(socket.binary)
            socket.send(type="call.start", data={"format": "mulaw"})  # the connection is good for another call
            socket.wait(lambda s: len(s.binary) > came + 10, 10, "sound of the second call")

    def test_a_connection_that_breaks_ends_its_call(self):
        socket = WebSocket(self.frontdesk.http, "/ws?feed=none")
        socket.send(type="call.start")
        connected = socket.wait_type("call.connected", 10)
        socket.socket.close()
        self.assertEqual(self.logged(connected["call_id"])["end_class"], "caller_hung_up")

    def test_keys_reach_the_call(self):
        with WebSocket(self.frontdesk.http, "/ws?feed=none") as socket:
            socket.send(type="call.start")
            connected = socket.wait_type("call.connected", 10)
            socket.send(type="call.dtmf", data={"digits": "12#"})
            wait_for(lambda: re.findall(r"digit (.)", self.tape(connected["call_id"])) == ["1", "2", "#"], 10, "three keys")
            socket.send(type="call.end")
            socket.wait_type("call.ended", 10)

    def tape(self, call_id):
        return journal(self.frontdesk.data, call_id)

    def test_mistakes_are_answered_and_cost_nothing(self):
        with WebSocket(self.frontdesk.http, "/ws?feed=none") as socket:
            for message in ({"type": "call.end"}, {"type": "call.dtmf", "data": {"digits": "1"}}, {"type": 7}, {},
                            {"type": "call.start", "data": {"format": "opus"}}, {"type": "call.start", "data": []}):
                before = len(socket.messages)
                socket.send(**message)
                socket.wait(lambda s: len(s.messages) > before, 10, "an error")
                self.assertEqual(socket.messages[-1]["type"], "error", message)
            socket.send_binary(b"\0" * 640)
            socket.send(type="call.start", data={"format": "mulaw"})
            socket.wait_type("call.connected", 10)
            socket.send(type="call.start", data={"format": "mulaw"})
            socket.wait(lambda s: s.messages[-1]["type"] == "error", 10, "a refusal of a second call")
            socket.send(type="call.audio", data={"audio": "no base64!"})
            socket.send(type="call.end")
            socket.wait_type("call.ended", 10)


class FullHouseTest(unittest.TestCase):
    def test_no_more_calls_than_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "one.toml")
            with open(os.path.join(os.path.dirname(__file__), "../../examples/hillside-dental.toml")) as sample, \
                    open(path, "w") as config:
                config.write(sample.read() + "\n[limits]\nmax_calls = 1\n")
            with Frontdesk("--config", path) as frontdesk:
                with WebSocket(frontdesk.http, "/ws?feed=none") as first, WebSocket(frontdesk.http, "/ws?feed=none") as second:
                    first.send(type="call.start")
                    first.wait_type("call.connected", 10)
                    second.send(type="call.start")
                    ended = second.wait_type("call.ended", 10)
                    self.assertEqual(ended["data"]["end_class"], "refused")
                    self.assertEqual(ended["data"]["status"], 503)


if __name__ == "__main__":
    unittest.main()
