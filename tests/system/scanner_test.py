"""SIPVicious, the scanner that every server on the internet meets: it finds no extension, cracks nothing, and does not
learn what we are. In a network of its own, where not everybody is ourselves: as root only."""
import os
import subprocess
import sys
import tempfile
import unittest

INSIDE = "FRONTDESK_SCANNED"
SERVER, STRANGER = "10.0.0.1", "10.0.0.77"
CONFIG = """[server]
direct_callers = []
[trunk]
domain = "10.0.0.9"
transport = "udp"
register = false
[business]
name = "Scanned"
"""


def in_a_network_of_its_own():
    alone = subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode == 0
    scanners = all(subprocess.run(["which", name], capture_output=True).returncode == 0 for name in ("svwar", "svmap", "ip"))
    if not alone or not scanners:
        print("skipped: needs root, iproute2 and sipvicious")
        sys.exit(0)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--net", sys.executable, os.path.abspath(__file__), *sys.argv[1:]])


if INSIDE not in os.environ:
    in_a_network_of_its_own()

from frontdesk import Frontdesk  # noqa: E402


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    return done.stdout + done.stderr


class Scanners(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run("ip link set lo up && ip route add local 10.0.0.0/8 dev lo", shell=True, check=True)
        cls.folder = tempfile.TemporaryDirectory()
        config = os.path.join(cls.folder.name, "frontdesk.toml")
        with open(config, "w") as file:
            file.write(CONFIG)
        cls.server = Frontdesk("--config", config, "--diagnostics", "--voice", "flite:slt", sip=f"{SERVER}:0")
        cls.port = cls.server.sip.split(":")[1]

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.folder.cleanup()

    def test_svwar_finds_no_extension(self):
        for method in ("OPTIONS", "INVITE", "REGISTER"):
            said = run("svwar", "-i", STRANGER, "-p", self.port, "-m", method, "-e", "95-104", "--force", SERVER)
            self.assertNotIn("| 100 ", said, said)
            self.assertNotIn("Authentication", said, said)

    def test_svmap_learns_no_name(self):
        said = run("svmap", "-i", STRANGER, "-p", self.port, SERVER)
        self.assertNotIn("Frontdesk", said, said)

    def test_svcrack_cracks_nothing(self):
        said = run("svcrack", "-i", STRANGER, "-p", self.port, "-u", "100", "-r", "1-10", SERVER)
        self.assertNotIn("| 100 ", said, said)

    def test_the_server_goes_on(self):
        self.assertEqual(self.server.get("/api/calls/logs")["calls"], [], "a scanner's INVITE became a call")


if __name__ == "__main__":
    unittest.main(verbosity=2)
