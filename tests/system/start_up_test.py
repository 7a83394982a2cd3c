"""What a mistake at the start gets: a clear answer that names the fault and what to do."""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

import frontdesk
from frontdesk import PROGRAM, ROOT


def serve(*arguments, environment=None):
    done = subprocess.run([PROGRAM, "serve", *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT,
                          env={**os.environ, **(environment or {})})
    return done.returncode, done.stderr


class StartUp(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="frontdesk-start-")
        self.basics = ["--data", self.folder, "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0"]

    def tearDown(self):
        shutil.rmtree(self.folder)

    def test_a_port_in_use(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            code, errors = serve("--data", self.folder, "--sip", f"127.0.0.1:{port}", "--http", "127.0.0.1:0")
        self.assertEqual(code, 1)
        self.assertIn(str(port), errors)
        self.assertIn("another program", errors)

    def test_an_http_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            code, errors = serve("--data", self.folder, "--sip", "127.0.0.1:0", "--http", f"127.0.0.1:{port}")
        self.assertEqual(code, 1)
        self.assertIn(str(port), errors)
        self.assertIn("another program", errors)

    def test_every_mistake_in_the_configuration_at_once(self):
        path = os.path.join(self.folder, "bad.toml")
        with open(path, "w") as file:
            file.write('[server]\nsip = "nowhere"\nhtpp = "127.0.0.1:1"\n[limits]\nmax_calls = -3\n'
                       '[business]\nname = "X"\ntimezone = "Mars/Olympus"\n')
        code, errors = serve("--config", path, *self.basics)
        self.assertEqual(code, 2)
        lines = {int(line) for line in re.findall(r"bad\.toml:(\d+):\d+:", errors)}
        self.assertTrue({2, 3, 5, 8} <= lines, errors)

    def test_no_such_configuration(self):
        code, errors = serve("--config", "/nonexistent/frontdesk.toml", *self.basics)
        self.assertEqual(code, 2)
        self.assertIn("/nonexistent/frontdesk.toml", errors)

    def test_missing_models(self):
        code, errors = serve("--models", os.path.join(self.folder, "none"), *self.basics)
        self.assertEqual(code, 1)
        self.assertIn("./dev setup", errors)
        self.assertIn(".onnx", errors)

    def test_a_corrupt_model(self):
        cache = os.environ.get("FRONTDESK_CACHE") or os.path.join(
            os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "frontdesk")
        models = os.path.join(self.folder, "models")
        shutil.copytree(os.path.join(cache, "models"), models)
        broken = os.path.join(models, "silero-vad", "silero_vad_v5.onnx")
        with open(broken, "r+b") as file:
            file.truncate(os.path.getsize(broken) // 2)
        code, errors = serve("--models", models, *self.basics)
        self.assertEqual(code, 1)
        self.assertIn("silero_vad_v5.onnx", errors)
        self.assertIn("./dev setup", errors)

    def test_a_data_folder_that_cannot_be(self):
        file = os.path.join(self.folder, "file")
        open(file, "w").close()
        code, errors = serve("--data", file + "/below", "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0")
        self.assertEqual(code, 1)
        self.assertIn("data folder", errors)

    def test_misused_options(self):
        for arguments in (["--sip", "5060"], ["--rtp", "9-8"], ["--nonsense"]):
            code, errors = serve(*arguments, "--data", self.folder)
            self.assertEqual(code, 2, arguments)

    def test_the_call_log_of_an_empty_folder(self):
        for arguments in (["calls", "list", "--data", self.folder], ["calls", "--data", self.folder, "list"]):
            done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT)
            self.assertEqual(done.returncode, 1)
            self.assertIn("--data", done.stderr)


if __name__ == "__main__":
    frontdesk.main()
