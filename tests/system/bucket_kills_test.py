"""Recordings on their way to a bucket: kills at every step, erased while they are sent, another master key meanwhile."""
import os
import random
import subprocess
import time

import frontdesk
from bucket_test import Bucket, configuration, files, post
from frontdesk import Frontdesk, PROGRAM, wait_for


class BucketKills(Bucket):
    def test_an_outage_and_kills_lose_nothing(self):
        bucket = self.bucket()
        port, config = bucket.port, configuration(bucket)
        server = Frontdesk("--config", config)
        data = server.data
        records = [self.record(server)]
        self.moved(server, bucket, records[0])
        bucket.stop()
        records += [self.record(server)]
        wait_for(lambda: len(files(data, "spool/blobs")) == 1, 20, "the spool")
        self.assertEqual(len(server.fetch(f"/api/calls/{records[1]['id']}/recording")) > 20000, True)
        # Killed while a call goes on, then at a random moment while it moves what was left.
        caller = subprocess.Popen([PROGRAM, "call", f"sip:reception@{server.sip}", "--listen-only", "20"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(caller.wait)
        self.addCleanup(caller.kill)
        wait_for(lambda: len(files(data, "recordings")) == 1, 20, "the recording of the call")
        time.sleep(2)
        server.kill()
        again = self.bucket(port)
        again.objects = bucket.objects
        server = Frontdesk("--config", config, data=data)
        time.sleep(random.random())
        server.kill()
        with Frontdesk("--config", config, data=data) as server:
            server.owns_data = True
            calls = server.get("/api/calls/logs")["calls"]
            self.assertEqual(len(calls), 3)
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


if __name__ == "__main__":
    frontdesk.main()
