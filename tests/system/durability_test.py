"""What a client was told survives a kill and a power failure. Two hundred of each: ./dev bench durability."""
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import unittest

import durability
import power_loss
from frontdesk import main

KILLS = 6
POWER_FAILURES = 4
MISSING_SECONDS = 2.0


class DurabilityTest(unittest.TestCase):
    def expect(self, rounds, power):
        figures, problems = durability.run(rounds, 7, power)
        print(figures, flush=True)
        self.assertEqual(problems, [])
        self.assertEqual(figures["kills"], rounds)
        for what in ("calls", "turns", "interrupted", "recordings", "changes_by_api", "settings_and_messages",
                     "audit_records"):
            self.assertGreater(figures[what], 0, f"no {what}: this proves nothing")
        self.assertLessEqual(max(figures["sound_missing_s"]), MISSING_SECONDS)
        self.assertLess(statistics.median(figures["start_s"]), 1.5 * statistics.median(figures["clean_start_s"]) + 0.5)

    def test_the_simulation_shows_what_was_not_waited_for(self):
        writer = """
import os, sys
def write(name, sync_file, sync_folder):
    with open(name, "w") as file:
        file.write("x" * 9000)
        file.flush()
        if sync_file: os.fsync(file.fileno())
        if sync_folder:
            folder = os.open(".", os.O_RDONLY)
            os.fsync(folder)
write("whole", True, True)
write("no_entry", True, False)
write("empty", False, True)
with open("whole", "r+") as file:
    file.write("later")
os.rename("empty", "renamed")
"""
        with tempfile.TemporaryDirectory() as root:
            data, log = os.path.join(root, "data"), os.path.join(root, "log")
            os.mkdir(data)
            os.mkdir(os.path.join(root, "before"))
            subprocess.run([sys.executable, "-c", writer], cwd=data, check=True, timeout=60, env={
                **os.environ, "LD_PRELOAD": durability.LIBRARY, "WRITE_LOG_FOLDER": data, "WRITE_LOG_FILE": log})
            self.assertEqual(sorted(os.listdir(data)), ["no_entry", "renamed", "whole"])
            image = os.path.join(root, "image")

            def lose(keep=None):
                power_loss.after_power_failure(os.path.join(root, "before"), data, log, image, keep)
                return {path.name: path.read_text(encoding="utf-8") for path in pathlib.Path(image).iterdir()}
            self.assertEqual(lose(), {"whole": "x" * 9000, "no_entry": "x" * 9000, "empty": ""})
            some = [lose(random.Random(seed)) for seed in range(40)]
            self.assertTrue(any(each["whole"].startswith("later") for each in some))
            self.assertTrue(any(not each["whole"].startswith("later") for each in some))
            self.assertTrue(any("renamed" in each for each in some))
            self.assertTrue(all(("renamed" in each) != ("empty" in each) for each in some))

    def test_kills(self):
        self.expect(KILLS, power=False)

    def test_power_failures(self):
        self.expect(POWER_FAILURES, power=True)


if __name__ == "__main__":
    main()
