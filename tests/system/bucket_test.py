"""Recordings of the running program in a bucket: moved there, played from there in parts, erased there; outages of the
service, kills, wrong keys."""
import glob
import io
import json
import os
import random
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import wave

import frontdesk
import strict_s3
from frontdesk import Frontdesk, PROGRAM, ROOT, call, wait_for

ACCESS, SECRET = "AKTEST", "secret/of+test"
CALLER = "+443335550177"


def configuration(server, secret=SECRET, more=""):
    path = os.path.join(tempfile.mkdtemp(prefix="frontdesk-bucket-"), "frontdesk.toml")
    with open(path, "w") as file:
        file.write(f'business = "{ROOT}/examples/hillside-dental.toml"\n'
                   f'[storage]\ns3_endpoint = "{server.endpoint}"\ns3_bucket = "frontdesk"\ns3_prefix = "desk/"\n'
                   f's3_access_key = "{ACCESS}"\ns3_secret_key = "{secret}"\nkeep_free_gb = 0\n{more}\n'
                   f'[outbound]\nallowed_private = ["127.0.0.1:{server.port}"]\n')
    return path


def files(data, folder):
    return [path for path in glob.glob(f"{data}/{folder}/**", recursive=True) if os.path.isfile(path)]


def ranged(server, path, span):
    request = urllib.request.Request(f"http://{server.http}{path}", headers={"Range": f"bytes={span}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, answer.headers["Content-Range"], answer.read()


def post(server, path, body):
    request = urllib.request.Request(f"http://{server.http}{path}", data=json.dumps(body).encode(), method="POST",
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


class BucketTest(unittest.TestCase):
    def bucket(self, port=0):
        bucket = strict_s3.StrictS3(port=port)
        self.addCleanup(bucket.stop)
        return bucket

    def record(self, server, seconds="7"):
        code, _, errors = call(server.sip, "--listen-only", seconds)
        self.assertEqual(code, 0, errors)
        return server.newest_call()

    def moved(self, server, bucket, record):
        """The object of a call, once nothing of its recording is left on the disk."""
        def look():
            found = [key for key in bucket.objects if record["id"] in key]
            left = [path for folder in ("recordings", "spool/blobs") for path in files(server.data, folder)]
            return found and not any(record["id"] in path for path in left) and found[0]
        return wait_for(look, 30, "the recording in the bucket")

    def test_moves_plays_and_is_erased(self):
        bucket = self.bucket()
        bucket.versioned = True
        with Frontdesk("--config", configuration(bucket)) as server:
            record = self.record(server)
            key = self.moved(server, bucket, record)
            self.assertTrue(key.startswith("desk/recordings/") and key.endswith(".wav.sealed"), key)
            self.assertEqual(bucket.objects[key][:8], b"FDSEAL01")
            self.assertNotIn(b"RIFF", bucket.objects[key])
            self.assertEqual(bucket.refusals.count("SignatureDoesNotMatch"), 0)
            path = f"/api/calls/{record['id']}/recording"
            whole = server.fetch(path)
            with wave.open(io.BytesIO(whole)) as sound:
                self.assertGreater(sound.getnframes(), 2 * 8000)
            for first, last in ((0, 43), (1000, 70000), (len(whole) - 10, len(whole) - 1)):
                status, span, part = ranged(server, path, f"{first}-{last}")
                self.assertEqual((status, span), (206, f"bytes {first}-{last}/{len(whole)}"))
                self.assertEqual(part, whole[first:last + 1])
            out = server.data + "/taken-out.wav"
            subprocess.run([PROGRAM, "recording", "export", record["id"], out, "--data", server.data], check=True,
                           capture_output=True, timeout=60)
            for name in files(server.data, "cache"):
                os.unlink(name)
            done = subprocess.run([PROGRAM, "recording", "export", record["id"], out, "--data", server.data, "--config",
                                   configuration(bucket)], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(out, "rb") as file:
                self.assertEqual(file.read(), whole)
            self.assertEqual(server.fetch(path), whole)
            erased = post(server, "/api/privacy/erase", {"number": record["caller"]})
            self.assertEqual((erased["calls"], erased["recordings"]), (1, 1))
            wait_for(lambda: key not in bucket.objects and not any(v is not None for v in bucket.versions[key]), 30,
                     "the end of the object and of all its versions")
            self.assertEqual(files(server.data, "cache"), [])
            with self.assertRaises(urllib.error.HTTPError) as gone:
                server.fetch(path)
            self.assertEqual(gone.exception.code, 404)

    def test_an_outage_and_kills_lose_nothing(self):
        bucket = self.bucket()
        port, config = bucket.port, configuration(bucket)
        server = Frontdesk("--config", config)
        data = server.data
        records = [self.record(server)]
        self.moved(server, bucket, records[0])
        bucket.stop()
        records += [self.record(server) for _ in range(2)]
        wait_for(lambda: len(files(data, "spool/blobs")) == 2, 20, "the spool")
        self.assertEqual(len(server.fetch(f"/api/calls/{records[2]['id']}/recording")) > 20000, True)
        # Killed while a call goes on, then at random moments while it moves what was left.
        caller = subprocess.Popen([PROGRAM, "call", f"sip:reception@{server.sip}", "--listen-only", "20"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(caller.wait)
        self.addCleanup(caller.kill)
        wait_for(lambda: len(files(data, "recordings")) == 1, 20, "the recording of the call")
        time.sleep(2)
        server.kill()
        again = self.bucket(port)
        again.objects = bucket.objects
        for _ in range(4):
            server = Frontdesk("--config", config, data=data)
            time.sleep(random.random())
            server.kill()
        with Frontdesk("--config", config, data=data) as server:
            server.owns_data = True
            calls = server.get("/api/calls/logs")["calls"]
            self.assertEqual(len(calls), 4)
            for each in calls:
                self.moved(server, again, each)
                self.assertGreater(len(server.fetch(f"/api/calls/{each['id']}/recording")), 10000)

    def held(self, server, bucket):
        """A call whose recording the bucket has, and has not acknowledged."""
        bucket.held.clear()
        bucket.release.clear()
        bucket.mode = "hold"
        record = self.record(server)
        self.assertTrue(bucket.held.wait(20))
        bucket.mode = None
        return record

    def test_killed_erased_and_rewrapped(self):
        bucket = self.bucket()
        config = configuration(bucket)
        server = Frontdesk("--config", config)
        data = server.data
        record = self.held(server, bucket)
        self.assertEqual(len(files(data, "spool/blobs")), 1)
        server.kill()
        bucket.release.set()
        with Frontdesk("--config", config, data=data) as server:
            server.owns_data = True
            self.assertEqual(len([key for key in bucket.objects if record["id"] in key]), 1, "it was there already")
            key = self.moved(server, bucket, record)
            path = f"/api/calls/{record['id']}/recording"
            sound = server.fetch(path)
            self.assertGreater(len(sound), 2 * 32000)

            erased = self.held(server, bucket)
            post(server, "/api/privacy/erase", {"number": erased["caller"]})
            bucket.release.set()
            wait_for(lambda: not any(erased["id"] in each for each in bucket.objects), 20, "the end of the object")
            self.assertEqual([path for path in files(data, ".") if erased["id"] in path], [])
            record = self.record(server)  # the same caller's, and so the first is gone as well
            key = self.moved(server, bucket, record)
            path = f"/api/calls/{record['id']}/recording"
            sound = server.fetch(path)

            # The old master key leaves, and the bucket has not seen a byte of it.
            self.assertEqual(bucket.objects[key][24:92], bytes(68))
            stored = bytes(bucket.objects[key])
            old = [each for each in server.get("/api/keys/master")["keys"] if each["newest"]][0]
            self.assertGreaterEqual(old["files"], 1)
            self.run_key(data, "rotate")
            known = lambda: {each["id"]: each for each in server.get("/api/keys/master")["keys"]}
            wait_for(lambda: known()[old["id"]]["advice"] == "take_out", 40, "the old key needed by nothing")
            self.run_key(data, "take-out", old["id"])
            wait_for(lambda: old["id"] not in known() or not known()[old["id"]]["here"], 40, "the old key gone")
            for name in files(data, "cache"):
                os.unlink(name)
            self.assertEqual(server.fetch(path), sound)
            self.assertEqual(bucket.objects[key], stored)

    def run_key(self, data, *arguments):
        done = subprocess.run([PROGRAM, "key", *arguments, "--data", data], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_another_machine_plays_it(self):
        import postgres
        bucket, database = self.bucket(), postgres.Postgres()
        self.addCleanup(database.close)
        shared = {"DATABASE_URL": database.url, "FRONTDESK_MASTER_KEY": "ab" * 32}
        config = configuration(bucket)
        with Frontdesk("--config", config, environment=shared) as one, Frontdesk("--config", config, environment=shared) as two:
            record = self.record(one)
            key = self.moved(one, bucket, record)
            path = f"/api/calls/{record['id']}/recording"
            self.assertEqual(two.fetch(path), one.fetch(path))
            post(two, "/api/privacy/erase", {"number": record["caller"]})
            wait_for(lambda: key not in bucket.objects, 30, "the end of the object")

    def test_wrong_keys_and_bucket_are_named(self):
        bucket = self.bucket()
        done = self.try_storage(configuration(bucket))
        self.assertEqual(done.returncode, 0, done.stdout)
        done = self.try_storage(configuration(bucket, secret="mistaken-key"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("s3_secret_key", done.stdout)
        self.assertNotIn("mistaken-key", done.stdout)
        bucket.bucket = "another"
        done = self.try_storage(configuration(bucket))
        self.assertEqual(done.returncode, 1)
        self.assertIn("is there a bucket frontdesk", done.stdout)

    def try_storage(self, config):
        return subprocess.run([PROGRAM, "doctor", "storage", "--config", config], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)


if __name__ == "__main__":
    frontdesk.main()
