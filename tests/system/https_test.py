"""The page and the API by TLS 1.3; nothing older; a renewed certificate without a restart."""
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

import frontdesk
from frontdesk import Frontdesk, wait_for


class Secure(Frontdesk):
    def _await_ready(self):
        for line in self.process.stdout:
            if line.startswith("ready"):
                self.sip, self.http, self.https = re.match(r"ready sip=(\S+) http=(\S+) https=(\S+)", line).groups()
                return
        raise AssertionError("no ready line: " + self.process.stderr.read())


def certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1,DNS:desk.example",
                    "-keyout", os.path.join(folder, "key.pem"), "-out", os.path.join(folder, "chain.pem")],
                   check=True, capture_output=True)


class Https(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="frontdesk-https-")
        cls.chain = os.path.join(cls.folder.name, "chain.pem")
        certificate(cls.folder.name, "first")
        path = os.path.join(cls.folder.name, "frontdesk.toml")
        business = os.path.join(frontdesk.ROOT, "examples", "hillside-dental.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f'business = "{os.path.relpath(business, cls.folder.name)}"\n[server]\n'
                       f'certificate = "{cls.chain}"\nprivate_key = "{cls.folder.name}/key.pem"\n'
                       'host_names = ["desk.example"]\n')
        cls.server = Secure("--config", path, "--https", "127.0.0.1:0")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.folder.cleanup()

    def connect(self, context=None, host="127.0.0.1"):
        context = context or ssl.create_default_context(cafile=self.chain)
        address, port = self.server.https.split(":")
        plain = socket.create_connection((address, int(port)), timeout=10)
        try:
            return context.wrap_socket(plain, server_hostname=host)
        except Exception:
            plain.close()
            raise

    def ask(self, connection, host):
        connection.sendall(f"GET /api/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        head, body = answer.split(b"\r\n\r\n", 1)
        return int(head.split()[1]), body

    def test_answers_by_tls_1_3(self):
        with self.connect() as connection:
            self.assertEqual(connection.version(), "TLSv1.3")
            status, body = self.ask(connection, "127.0.0.1")
        self.assertEqual(status, 200)
        self.assertIn("sip", json.dumps(json.loads(body)))

    def test_many_requests_and_a_large_answer_in_one_connection(self):
        with self.connect() as connection:
            stream = connection.makefile("rb")
            for _ in range(20):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                self.assertIn(b"200", stream.readline())
                length = 0
                while (line := stream.readline().strip()):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                self.assertGreater(length, 1000)
                self.assertEqual(len(stream.read(length)), length)

    def test_answers_to_its_name_and_to_no_other(self):
        with self.connect(host="desk.example") as connection:
            self.assertEqual(self.ask(connection, "desk.example")[0], 200)
        with self.connect(host="desk.example") as connection:
            self.assertEqual(self.ask(connection, "evil.example")[0], 403)

    def test_older_versions_are_refused(self):
        context = ssl.create_default_context(cafile=self.chain)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.assertRaises(ssl.SSLError):
            self.connect(context)

    def test_what_is_not_tls_is_dropped_and_the_next_is_served(self):
        address, port = self.server.https.split(":")
        with socket.create_connection((address, int(port)), timeout=10) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            try:
                self.assertNotIn(b"200", plain.recv(4096))
            except ConnectionResetError:
                pass
        self.test_answers_by_tls_1_3()

    def test_a_renewed_certificate_is_taken_while_running(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

        def served():
            with self.connect(context) as connection:
                return connection.getpeercert(binary_form=True)
        before = served()
        certificate(self.folder.name, "second")
        self.server.process.send_signal(signal.SIGHUP)
        wait_for(lambda: served() != before, 20, "the new certificate")
        with open(self.chain, encoding="ascii") as file:
            self.assertEqual(ssl.DER_cert_to_PEM_cert(served()).split(), file.read().split())


if __name__ == "__main__":
    frontdesk.main()
