"""The bucket is away for a minute in the middle of the day, in every way there is: calls go on, nothing is lost, one alert
is raised, and cleared when it is over."""
import glob
import os
import subprocess
import time
import unittest

import strict_s3
import frontdesk
from bucket_test import configuration, files
from frontdesk import PROGRAM, Frontdesk, wait_for

PHASES = (("down", 12), (503, 14), ("hang", 20), ("wrong", 14))


def start_call(server, seconds="6"):
    return subprocess.Popen([PROGRAM, "call", f"sip:reception@{server.sip}", "--listen-only", seconds],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def alerts(server, query=""):
    return [each for each in server.get(f"/api/alerts{query}")["alerts"] if each["kind"] == "storage_away"]


def left(server):
    return [path for folder in ("recordings", "spool/blobs") for path in files(server.data, folder)]


class BucketOutage(unittest.TestCase):
    def start(self, port=0, like=None):
        bucket = strict_s3.StrictS3(port=port)
        self.addCleanup(bucket.stop)
        if like:
            bucket.objects = like.objects
        return bucket

    def call(self, server):
        self.assertEqual(start_call(server).wait(60), 0)
        return server.newest_call()["id"]

    def moved(self, server, bucket, ids, seconds=30):
        wait_for(lambda: all(any(id in key for key in bucket.objects) for id in ids) and not left(server), seconds,
                 "all recordings in the bucket, and nowhere else")

    def test_a_minute(self):
        # Another one, whose bucket is away from the start, shows the end of the alert: that takes half a minute.
        elsewhere = self.start()
        elsewhere.stop()
        bucket = self.start()
        with Frontdesk("--config", configuration(bucket)) as server, \
                Frontdesk("--config", configuration(elsewhere)) as other:
            ids = [self.call(server)]
            self.moved(server, bucket, ids)
            before = server.fetch(f"/api/calls/{ids[0]}/recording")
            began = time.monotonic()
            bucket.stop()
            during = start_call(server)
            for phase, seconds in PHASES:
                until = time.monotonic() + seconds
                if phase != "down" and bucket.mode is None:
                    bucket = self.start(bucket.port, bucket)
                if phase != "down":
                    bucket.mode = phase
                if phase == "hang":
                    self.assertEqual(during.wait(5), 0, "a call in the middle of it")
                    ids.append(server.newest_call()["id"])
                    wait_for(lambda: files(server.data, "spool/blobs"), 5, "the spool")
                    with open(files(server.data, "spool/blobs")[0], "rb") as file:
                        self.assertEqual(file.read(8), b"FDSEAL01")
                    self.assertGreater(len(server.fetch(f"/api/calls/{ids[1]}/recording")), 32000)
                    self.assertEqual(server.fetch(f"/api/calls/{ids[0]}/recording"), before, "fetched before")
                if phase == "wrong":
                    self.assertEqual(len(alerts(server, "?state=open")), 1, "told by now")
                    print("alert:", alerts(server)[0]["detail"])
                while time.monotonic() < until:
                    if not getattr(self, "mended", None) and alerts(other, "?state=open"):
                        self.mended = self.start(elsewhere.port)
                    time.sleep(0.2)
                bucket.release.set()
            self.assertTrue(left(server), "no wrong checksum is believed")
            self.assertGreaterEqual(time.monotonic() - began, 60)
            bucket.mode = None
            after = start_call(server)
            self.moved(server, bucket, ids[:2])
            print("moved %.1f s after the end of the outage" % (time.monotonic() - began - 60))
            self.assertEqual(after.wait(60), 0)
            ids.append(server.newest_call()["id"])
            self.moved(server, bucket, ids)
            for name in glob.glob(server.data + "/cache/**/*.sealed", recursive=True):
                os.unlink(name)
            for id in ids:
                self.assertGreater(len(server.fetch(f"/api/calls/{id}/recording")), 32000)
            self.assertEqual(server.fetch(f"/api/calls/{ids[0]}/recording"), before)
            self.assertEqual(len(alerts(server)), 1, "one alert for all of it")
            wait_for(lambda: not alerts(other, "?state=open"), 40, "the end of the other alert")
            self.assertEqual(len(alerts(other)), 1)


if __name__ == "__main__":
    frontdesk.main()
