"""The audit log from outside: written by the program, touched with SQL as somebody who has the disk would, and verified
by the program."""
import contextlib
import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from frontdesk import PROGRAM

RECORDS = 6
KEY = "5" * 64


def audit(*arguments, key=KEY):
    done = subprocess.run([PROGRAM, "audit", *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "FRONTDESK_MASTER_KEY": key})
    return done.returncode, done.stdout + done.stderr


def chained_anew(connection):
    """All records again, by the best guess without the key."""
    mac = b"\0" * 32
    for (sequence,) in connection.execute("SELECT sequence FROM audit_log ORDER BY sequence").fetchall():
        mac = hashlib.sha256(mac + str(sequence).encode()).digest()
        connection.execute("UPDATE audit_log SET actor = 'nobody', mac = ? WHERE sequence = ?", (mac.hex(), sequence))


def reordered(connection):
    for before, after in ((2, 99), (3, 2), (99, 3)):
        connection.execute("UPDATE audit_log SET sequence = ? WHERE sequence = ?", (after, before))


class Audit(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="frontdesk-audit-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.log = self.root / "whole"
        self.log.mkdir()
        for number in range(RECORDS):
            self.append(f"exercise {number}")

    def append(self, reason):
        code, text = audit("reanchor", "--data", self.log, "--reason", reason)
        self.assertEqual(code, 0, text)

    def copy(self, name):
        return pathlib.Path(shutil.copytree(self.log, self.root / name))

    def shown(self, tamper):
        """The first fault that is found after `tamper`."""
        folder = self.copy("touched")
        with contextlib.closing(sqlite3.connect(folder / "frontdesk.db")) as connection:
            tamper(connection)
            connection.commit()
        code, text = audit("verify", "--data", folder)
        self.assertEqual(code, 1, text)
        self.assertIn("NOT whole", text)
        return text.splitlines()[0]

    def test_an_untouched_log_is_whole(self):
        code, text = audit("verify", "--data", self.log)
        self.assertEqual(code, 0, text)
        self.assertIn(f"{RECORDS} records, whole", text)

    def test_an_edit(self):
        self.assertIn("record 3 was changed",
                      self.shown(lambda c: c.execute("UPDATE audit_log SET actor = 'nobody' WHERE sequence = 3")))

    def test_a_deletion_inside(self):
        self.assertIn("record 3 ", self.shown(lambda c: c.execute("DELETE FROM audit_log WHERE sequence = 3")))

    def test_a_cut_off_tail(self):
        self.assertIn("record 6 and all behind it were cut off",
                      self.shown(lambda c: c.execute("DELETE FROM audit_log WHERE sequence = 6")))

    def test_an_emptied_table(self):
        self.assertIn("record 1 and all behind it were cut off", self.shown(lambda c: c.execute("DELETE FROM audit_log")))

    def test_another_order(self):
        self.assertIn("record 2 was changed", self.shown(reordered))

    def test_a_chain_made_anew_without_the_key(self):
        self.assertIn("record 1 was changed", self.shown(chained_anew))

    def test_a_copy_of_the_anchor_shows_an_old_database(self):
        old = self.copy("old")
        self.append("one more")
        self.assertEqual(audit("verify", "--data", old)[0], 0)
        self.assertEqual(audit("verify", "--data", old, "--anchor", self.log / "audit.anchor")[0], 1)

    def test_a_lost_anchor(self):
        (self.log / "audit.anchor").unlink()
        code, text = audit("verify", "--data", self.log)
        self.assertEqual(code, 1)
        self.assertIn("anchor is gone", text)

    def test_another_master_key(self):
        self.assertEqual(audit("verify", "--data", self.log, key="6" * 64)[0], 1)

    def test_no_reason(self):
        self.assertNotEqual(audit("reanchor", "--data", self.log, "--reason", "")[0], 0)


if __name__ == "__main__":
    unittest.main()
