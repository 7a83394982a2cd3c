"""Blobs in S3: the contract of blob stores against a server that checks every signature, against Swift, and through
faults. The program that keeps the contract is built from tests/blobs."""
import os
import subprocess
import sys
import unittest

import strict_s3
import swift_s3

PROGRAM = sys.argv.pop(1)
DEADLINE = 300


def settings(endpoint, bucket, access, secret):
    return {**os.environ, "S3_ENDPOINT": endpoint, "S3_BUCKET": bucket, "S3_ACCESS_KEY": access, "S3_SECRET_KEY": secret}


def run(server, access, secret, only="*:-Outage.*", **more):
    environment = {**settings(server.endpoint, server.bucket, access, secret), **more}
    return subprocess.run([PROGRAM, f"--gtest_filter={only}"], env=environment, capture_output=True, text=True, timeout=DEADLINE)


class S3Test(unittest.TestCase):
    def good(self, result):
        self.assertEqual(result.returncode, 0, result.stdout[-6000:] + result.stderr[-2000:])
        self.assertIn("[  PASSED  ]", result.stdout)

    def strict(self, **options):
        server = strict_s3.StrictS3(**options)
        self.addCleanup(server.stop)
        return server

    def test_contract_with_a_strict_server(self):
        server = self.strict()
        self.good(run(server, "AKTEST", "secret/of+test"))
        self.assertEqual({code for code in server.refusals if "Signature" in code}, {"SignatureDoesNotMatch"},
                         "only the test with wrong keys was refused for its signature")
        self.assertEqual(server.refusals.count("SignatureDoesNotMatch"), 1)
        self.assertFalse(server.uploads, "no unfinished upload is left behind")

    def test_a_resumed_upload_sends_no_part_twice(self):
        server = self.strict()
        self.good(run(server, "AKTEST", "secret/of+test", "S3Service.ABrokenUploadIsContinued"))
        parts = [query["partNumber"] for method, _, query, _ in server.requests if "partNumber" in query]
        self.assertEqual(sorted(parts), ["1", "2", "3"])

    def test_virtual_host_style_and_a_session_token(self):
        server = self.strict(keys={"ASTEMP": ("temporary", "the-token")})
        environment = {"S3_STYLE": "virtual", "S3_TOKEN": "the-token", "S3_ENDPOINT": f"http://s3.example:{server.port}"}
        self.good(run(server, "ASTEMP", "temporary", "S3/*:S3Service.ABroken*", **environment))

    def test_faults_are_ridden_out(self):
        for fault in (503, 500, 429, "drop"):
            with self.subTest(fault=fault):
                server = self.strict()
                server.faults = [fault, fault]
                self.good(run(server, "AKTEST", "secret/of+test", "S3/*.GivesBackWhatWasPut:S3/*.LargeBlobs*"))
                self.assertFalse(server.faults)

    def test_an_outage_loses_nothing(self):
        port = swift_s3.free_port()
        process = subprocess.Popen([PROGRAM, "--gtest_filter=Outage.*"], stdout=subprocess.PIPE, text=True,
                                   env=settings(f"http://127.0.0.1:{port}", "frontdesk", "AKTEST", "secret/of+test"))
        self.addCleanup(process.kill)
        self.assertTrue(any(line.startswith("spooled") for line in process.stdout), "it was not spooled")
        server = self.strict(port=port)
        server.faults = [503, "drop", 500, 429, "drop"]
        rest, _ = process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 0, rest)
        self.assertEqual(len(server.objects), 101)

    def test_a_lasting_fault_is_reported(self):
        server = self.strict()
        server.faults = [503] * 1000
        self.assertEqual(run(server, "AKTEST", "secret/of+test", "S3Service.TheBucketAnswers").returncode, 1)

    @unittest.skipUnless(swift_s3.available(), "Debian's swift packages are not installed")
    def test_contract_with_swift(self):
        server = swift_s3.SwiftS3()
        self.addCleanup(server.stop)
        made = subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "make_bucket.py"),
                               server.endpoint, server.bucket, server.access, server.secret], capture_output=True, text=True, timeout=60)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.good(run(server, server.access, server.secret))


if __name__ == "__main__":
    unittest.main()
