"""OpenStack Swift with its S3 interface (Debian's swift packages), on free ports in a temporary folder: an S3 server of
other authors, which checks signatures. None of it is needed by the product."""
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROLES = ("account", "container", "object")
START_SECONDS = 60


def available():
    return all(shutil.which(f"swift-{name}") for name in ("ring-builder", "proxy-server", "object-server"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class SwiftS3:
    bucket, region = "frontdesk", "us-east-1"
    access, secret = "test:tester", "testing"

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="frontdesk-swift-")
        self.processes = []
        self.ports = {role: free_port() for role in (*ROLES, "proxy")}
        try:
            self._write()
            for role in (*ROLES, "proxy"):
                self._start(role)
            self._await()
        except BaseException:
            self.stop()
            raise

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.ports['proxy']}"

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _run(self, *command):
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)

    def _write(self):
        os.makedirs(self._path("devices/d1"))
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        with open(self._path("swift.conf"), "w") as file:
            file.write("[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n"
                       "[storage-policy:0]\nname = one\ndefault = yes\n")
        for role in ROLES:
            ring = f"{role}.builder"
            self._run("swift-ring-builder", ring, "create", "4", "1", "0")
            self._run("swift-ring-builder", ring, "add", f"r1z1-127.0.0.1:{self.ports[role]}/d1", "1")
            self._run("swift-ring-builder", ring, "rebalance")
            with open(self._path(f"{role}.conf"), "w") as file:
                file.write(f"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {self.ports[role]}\nuser = {user}\nworkers = 0\n"
                           f"swift_dir = {self.folder}\ndevices = {self._path('devices')}\nmount_check = false\n"
                           f"fallocate_reserve = 0\nlog_address = /dev/null\n[pipeline:main]\npipeline = {role}-server\n"
                           f"[app:{role}-server]\nuse = egg:swift#{role}\n")
        with open(self._path("proxy.conf"), "w") as file:
            file.write(PROXY.format(port=self.ports["proxy"], user=user, folder=self.folder))

    def _start(self, role):
        with open(self._path(f"{role}.log"), "w") as log:
            self.processes.append(subprocess.Popen([f"swift-{role}-server", self._path(f"{role}.conf")], stdout=log,
                                                   stderr=subprocess.STDOUT, cwd=self.folder))

    def _await(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if any(process.poll() is not None for process in self.processes):
                break
            try:
                urllib.request.urlopen(self.endpoint + "/healthcheck", timeout=2).read()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise AssertionError("swift does not start: " + "".join(self._log(role)[-1500:] for role in (*ROLES, "proxy")))

    def _log(self, role):
        with open(self._path(f"{role}.log")) as file:
            return file.read()

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = {user}
workers = 0
swift_dir = {folder}
log_address = /dev/null
[pipeline:main]
pipeline = catch_errors healthcheck cache listing_formats bulk s3api tempauth slo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:s3api]
use = egg:swift#s3api
s3_acl = no
location = us-east-1
"""
