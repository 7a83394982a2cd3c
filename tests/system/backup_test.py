#!/usr/bin/env python3
"""frontdesk migrate, backup, verify and restore, as an operator uses them: on a database of their own making."""
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from frontdesk import PROGRAM  # noqa: E402

ENVIRONMENT = {name: value for name, value in os.environ.items()
               if name != "DATABASE_URL" and not name.startswith("FRONTDESK_")}


class Backup(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        self.data = self.folder / "data"

    def run_program(self, *arguments, **environment):
        return subprocess.run([os.path.abspath(PROGRAM), *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False,
                              cwd=self.folder, env={**ENVIRONMENT, **environment})

    def make_data(self):
        self.assertEqual(self.run_program("migrate", "--data", self.data).returncode, 0)
        with sqlite3.connect(self.data / "frontdesk.db") as database:
            database.execute("INSERT INTO alerts VALUES ('alert_1', 'org_local', 'k', '', 'info', 't', 'd', 'open', 1, 0, 0,"
                             " '', NULL, NULL)")
        (self.data / "recordings").mkdir()
        (self.data / "recordings" / "a.wav").write_bytes(b"sound" * 1000)
        (self.data / "master.key").write_text("00" * 32)

    def test_dry_run_changes_nothing(self):
        shown = self.run_program("migrate", "--data", self.data, "--dry-run")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("pending   1  call log", shown.stdout)
        self.assertFalse(self.data.exists())
        self.assertIn("up to date", self.run_program("migrate", "--data", self.data).stdout)
        self.assertNotIn("pending", self.run_program("migrate", "--data", self.data, "--dry-run").stdout)

    def test_a_backup_comes_back(self):
        self.make_data()
        made = self.run_program("backup", "b", "--data", self.data)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("master.key is not in it", made.stdout)
        self.assertEqual(self.run_program("verify", "b").returncode, 0)
        restored = self.run_program("restore", "b", "--data", "new")
        self.assertEqual(restored.returncode, 0, restored.stderr)
        with sqlite3.connect(self.folder / "new" / "frontdesk.db") as database:
            self.assertEqual(database.execute("SELECT title FROM alerts").fetchall(), [("t",)])
        self.assertEqual((self.folder / "new" / "recordings" / "a.wav").read_bytes(), b"sound" * 1000)
        self.assertFalse((self.folder / "new" / "master.key").exists())
        again = self.run_program("restore", "b", "--data", "new")
        self.assertEqual(again.returncode, 1)
        self.assertIn("already holds data", again.stderr)

    def test_a_damaged_backup_is_refused(self):
        self.make_data()
        self.assertEqual(self.run_program("backup", "b", "--data", self.data).returncode, 0)
        (self.folder / "b" / "recordings" / "a.wav").write_bytes(b"sound" * 999)
        for command in (["verify", "b"], ["restore", "b", "--data", "new"]):
            refused = self.run_program(*command)
            self.assertEqual(refused.returncode, 1, command)
            self.assertIn("recordings/a.wav was changed", refused.stderr)
        self.assertFalse((self.folder / "new" / "frontdesk.db").exists())

    def test_the_databases_password_is_never_shown(self):
        for url in ("postgresql://a:s3cret@127.0.0.1:1/x", "postgresql://a:s3cret@[/x", "mysql://a:s3cret@h/x"):
            for command in (["migrate"], ["backup", "b"], ["calls", "list"]):
                shown = self.run_program(*command, "--data", self.data, DATABASE_URL=url)
                self.assertNotEqual(shown.returncode, 0, (command, url))
                self.assertNotIn("s3cret", shown.stdout + shown.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
