"""A PostgreSQL server of a test's own, on a Unix socket; it can be taken away and brought back."""
import glob
import os
import shutil
import subprocess
import tempfile


class Postgres:
    def __init__(self):
        self.programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.folder = tempfile.mkdtemp(prefix="frontdesk-postgres-", dir="/tmp")
        os.chmod(self.folder, 0o777)
        self.data = os.path.join(self.folder, "data")
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")
        self.url = f"postgresql:///postgres?user=postgres&host={self.folder}"
        self.start()

    def run(self, program, *arguments):
        """As another user: PostgreSQL refuses to run as root."""
        command = [os.path.join(self.programs, program), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, cwd="/").stdout

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-w", "-s", "-l", os.path.join(self.folder, "log"), "-o",
                 f"-c listen_addresses= -c unix_socket_directories={self.folder}", "start")

    def stop(self):
        """At once, as if its machine had failed."""
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "-s", "stop")

    def start_again(self):
        """If it does not run."""
        try:
            self.query("SELECT 1")
        except subprocess.CalledProcessError:
            self.start()

    def dump(self):
        """All of it as text."""
        return self.run("pg_dumpall", "-U", "postgres", "-h", self.folder)

    def query(self, sql, database="postgres"):
        return self.run("psql", "-U", "postgres", "-h", self.folder, "-d", database, "-At", "-c", sql)

    def close(self):
        try:
            self.stop()
        except subprocess.CalledProcessError:
            pass  # it was taken away
        shutil.rmtree(self.folder, ignore_errors=True)
