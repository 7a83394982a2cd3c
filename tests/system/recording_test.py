"""What is recorded, and when: nothing before the caller knows, silence in pauses, sealed on the disk, playable
after a kill."""
import array
import datetime
import glob
import io
import os
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import wave

import frontdesk
from frontdesk import Frontdesk, PROGRAM, ROOT, call, wait_for

QUIET = 40   # of a sample; Opus turns silence into almost silence
RATE = 8000


def configuration(recording):
    folder = tempfile.mkdtemp(prefix="frontdesk-recording-")
    path = os.path.join(folder, "frontdesk.toml")
    with open(path, "w") as file:
        file.write(f'business = "{ROOT}/examples/hillside-dental.toml"\n[recording]\n{recording}\n')
    return path


def files(server):
    return [path for path in glob.glob(server.data + "/recordings/**", recursive=True) if os.path.isfile(path)]


def seconds_between(later, earlier):
    return (datetime.datetime.fromisoformat(later.replace("Z", "+00:00")) -
            datetime.datetime.fromisoformat(earlier.replace("Z", "+00:00"))).total_seconds()


def channels(wav_bytes):
    with wave.open(io.BytesIO(wav_bytes)) as recording:
        samples = array.array("h", recording.readframes(recording.getnframes()))
    return samples[0::2], samples[1::2]


def loudest(samples, start, end):
    return max((abs(s) for s in samples[max(0, int(start * RATE)):int(end * RATE)]), default=0)


def post(server, path):
    request = urllib.request.Request(f"http://{server.http}{path}", data=b"", method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status


class Recording(unittest.TestCase):
    def test_begins_after_the_announcement_and_is_sealed(self):
        with Frontdesk() as server:
            code, _, errors = call(server.sip, "--listen-only", "9")
            self.assertEqual(code, 0, errors)
            record = server.newest_call()
            consent = record["consents"][0]
            self.assertEqual((consent["policy"], consent["outcome"]), ("announce", "announced"))
            self.assertIn("This call is recorded.", record["turns"][0]["heard"])
            begun = seconds_between(consent["at"], record["answered_at"])
            sound = server.fetch(f"/api/calls/{record['id']}/recording")
            _, receptionist = channels(sound)
            self.assertEqual(loudest(receptionist, 0, begun - 0.15), 0, "the time before is silence")
            self.assertGreater(loudest(receptionist, begun, begun + 5), 1000, "the rest of the greeting is there")
            self.assertAlmostEqual(len(receptionist) / RATE, record["duration_ms"] / 1000, delta=1.0)
            [path] = files(server)
            self.assertTrue(path.endswith(".wav.sealed"), path)
            with open(path, "rb") as file:
                stored = file.read()
            for plain in (b"RIFF", b"WAVE", bytes(64)):
                self.assertNotIn(plain, stored)
            self.assertEqual(os.stat(server.data + "/master.key").st_mode & 0o777, 0o600)
            part = urllib.request.Request(f"http://{server.http}/api/calls/{record['id']}/recording",
                                          headers={"Range": "bytes=40000-40099"})
            with urllib.request.urlopen(part, timeout=10) as answer:
                self.assertEqual((answer.status, answer.read()), (206, sound[40000:40100]))
            exported = server.data + "/exported.wav"
            subprocess.run([PROGRAM, "recording", "export", record["id"], exported, "--data", server.data],
                           check=True, timeout=60)
            with open(exported, "rb") as file:
                self.assertEqual(file.read(), sound)

    def test_an_interrupted_announcement_leaves_no_byte(self):
        with Frontdesk() as server:
            calls = []
            for _ in range(12):  # a busy machine turns some away
                call(server.sip, "--listen-only", "1", "--calls", "5")
                calls = server.get("/api/calls/logs")["calls"]
                if len(calls) >= 20:
                    break
            wait_for(lambda: all(c["status"] != "in_progress" for c in server.get("/api/calls/logs")["calls"]), 20,
                     "the end of every call")
            self.assertGreaterEqual(len(calls), 20)
            self.assertEqual(files(server), [])
            for each in server.get("/api/calls/logs")["calls"]:
                self.assertIsNone(each["recording_url"])

    def test_off_records_nothing(self):
        with Frontdesk("--config", configuration('policy = "off"')) as server:
            call(server.sip, "--listen-only", "6")
            record = server.newest_call()
            self.assertNotIn("recorded", record["turns"][0]["heard"])
            self.assertEqual((files(server), record["recording_url"], record["consents"]), ([], None, []))

    def test_asked_and_not_answered_records_nothing(self):
        with Frontdesk("--config", configuration('policy = "ask"')) as server:
            call(server.sip, "--listen-only", "12")
            record = server.newest_call()
            self.assertIn("May we record this call?", record["turns"][0]["heard"])
            self.assertEqual((files(server), record["recording_url"]), ([], None))

    def test_opus_a_pause_and_a_kill(self):
        server = Frontdesk("--config", configuration('format = "opus"'))
        caller = subprocess.Popen([PROGRAM, "call", f"sip:reception@{server.sip}", "--listen-only", "25", "--listen-sound",
                                   "tone"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
        try:
            def recorded():
                calls = server.get("/api/calls/logs")["calls"]
                found = calls and server.get("/api/calls/" + calls[0]["id"])
                return found if found and found["consents"] else None
            record = wait_for(recorded, 30, "the announcement")
            answered = time.time() - seconds_between(datetime.datetime.now(datetime.timezone.utc).isoformat(),
                                                     record["answered_at"])
            time.sleep(2)
            paused = time.time() - answered
            self.assertEqual(post(server, f"/api/calls/{record['id']}/recording/pause"), 202)
            time.sleep(2.5)
            resumed = time.time() - answered
            self.assertEqual(post(server, f"/api/calls/{record['id']}/recording/resume"), 202)
            time.sleep(3)
            killed = time.time() - answered
            server.kill()
        finally:
            caller.kill()
            caller.wait()
        again = Frontdesk(data=server.data)
        server.owns_data, again.owns_data = False, True
        try:
            with urllib.request.urlopen(f"http://{again.http}/api/calls/{record['id']}/recording", timeout=10) as answer:
                self.assertEqual(answer.headers["Content-Type"], "audio/ogg")
                self.assertEqual(answer.headers["X-Recording-Complete"], "false")
                self.assertEqual(answer.read(4), b"OggS")
            exported = again.data + "/exported.wav"
            done = subprocess.run([PROGRAM, "recording", "export", record["id"], exported, "--data", again.data],
                                  check=True, capture_output=True, text=True, timeout=60)
            self.assertIn("missing", done.stderr)
            with open(exported, "rb") as file:
                caller_side, _ = channels(file.read())
            length = len(caller_side) / RATE
            print(f"recording holds {length:.2f} s, killed at {killed:.2f} s")
            self.assertGreater(length, killed - 2)
            self.assertLess(loudest(caller_side, paused + 0.2, resumed - 0.3), QUIET)
            self.assertGreater(loudest(caller_side, paused - 1.5, paused - 0.5), 400)
            self.assertGreater(loudest(caller_side, resumed + 0.5, resumed + 1.5), 400)
            with self.assertRaises(urllib.error.HTTPError) as refused:
                post(again, f"/api/calls/{record['id']}/recording/pause")
            self.assertEqual(refused.exception.code, 409)
        finally:
            again.stop()

    def test_a_new_key_still_plays_what_was_recorded(self):
        server = Frontdesk()
        data = server.data
        call(server.sip, "--listen-only", "8")
        record = server.newest_call()
        before = server.fetch(f"/api/calls/{record['id']}/recording")
        server.owns_data = False
        server.stop()
        done = subprocess.run([PROGRAM, "recording", "rotate-key", "--data", data], check=True, capture_output=True,
                              text=True, timeout=60)
        self.assertIn(" and 2 files are wrapped by", done.stdout)
        with Frontdesk(data=data) as again:
            again.owns_data = True
            self.assertEqual(again.fetch(f"/api/calls/{record['id']}/recording"), before)


if __name__ == "__main__":
    frontdesk.main()
