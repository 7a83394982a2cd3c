"""Recordings of the running program in a bucket: moved there, played from there in parts, erased there; wrong
keys."""
import glob
import io
import json
import os
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
import wave

import frontdesk
import strict_s3
from frontdesk import Frontdesk, PROGRAM, ROOT, call, wait_for

ACCESS, SECRET = "AKTEST", "secret/of+test"


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


class Bucket(unittest.TestCase):
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


class BucketTest(Bucket):
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
