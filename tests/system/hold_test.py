"""The caller's telephone holds the call: nobody is asked whether they are there, and nothing is said to nobody."""
import os
import tempfile
import time
import unittest

import frontdesk
from frontdesk import Frontdesk, wait_for
from telephone import Telephone, audioop

SILENCE_SECONDS = 2
HELD_SECONDS = 8  # without the hold the call would have ended by then


def loudness(pcm):
    return audioop.rms(bytes(pcm[:len(pcm) // 2 * 2]), 2)


class Hold(unittest.TestCase):
    def test_a_caller_on_hold_finds_us_still_there(self):
        with tempfile.TemporaryDirectory(prefix="frontdesk-hold-") as folder, Telephone() as caller:
            path = os.path.join(folder, "frontdesk.toml")
            business = os.path.join(frontdesk.ROOT, "examples", "hillside-dental.toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(f'business = "{os.path.relpath(business, folder)}"\n[limits]\n'
                           f"silence_seconds = {SILENCE_SECONDS}\nsilence_prompts = 1\n")
            with Frontdesk("--config", path) as server:
                caller.call(server.sip)
                self.assertTrue(caller.up.wait(10))
                wait_for(lambda: loudness(caller.heard[-8000:]) > 100, 10, "the greeting")
                caller.hold(True)
                time.sleep(1)
                before = len(caller.heard)
                time.sleep(HELD_SECONDS)
                self.assertFalse(caller.over.is_set(), "the call goes on while it is held")
                self.assertLess(loudness(caller.heard[before:]), 20, "nothing is said to nobody")
                caller.hold(False)
                wait_for(lambda: loudness(caller.heard[-8000:]) > 100, SILENCE_SECONDS + 5, "are you still there?")
                self.assertTrue(caller.over.wait(20), "from here on the silence counts")
                record = server.newest_call()
        self.assertEqual(record["end_class"], "caller_silent")
        said = [turn["text"] for turn in record["turns"] if turn["speaker"] == "receptionist"]
        self.assertEqual(sum("still there" in text for text in said), 1, said)


if __name__ == "__main__":
    frontdesk.main()
