"""Callers are put through: by a second leg that is told who calls, or by REFER; and are taken back when it fails."""
import os
import tempfile
import unittest
import wave

import frontdesk
from frontdesk import Frontdesk, call, wait_for
from telephone import Telephone, audioop, tone

QUESTION = "Can I speak to Doctor Patel, please?"


def config(folder, person_port, *transfer):
    with open(os.path.join(frontdesk.ROOT, "examples", "hillside-dental.toml"), encoding="utf-8") as file:
        business = file.read()
    business = business.replace('name = "Dr Anita Patel"',
                                f'name = "Dr Anita Patel"\ntransfer = "sip:patel@127.0.0.1:{person_port}"')
    with open(os.path.join(folder, "business.toml"), "w", encoding="utf-8") as file:
        file.write(business)
    path = os.path.join(folder, "frontdesk.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(['business = "business.toml"', "[transfer]", *transfer]) + "\n")
    return path


class Transfer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="frontdesk-transfer-")
        with Telephone() as free:
            cls.person_port = free.port
        cls.server = Frontdesk("--config", config(cls.folder.name, cls.person_port))
        # How it sounds to ask for somebody: our own caller asks once, and its side of the call is played again.
        path = os.path.join(cls.folder.name, "asked.wav")
        with cls.person("busy"):
            call(cls.server.sip, "--say", QUESTION, "--record", path, "--no-transcripts")
        with wave.open(path) as file:
            frames = file.readframes(file.getnframes())
        cls.question = b"".join(frames[i:i + 2] for i in range(0, len(frames), 4)).rstrip(b"\0")
        cls.question += b"\0" * (len(cls.question) % 2)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.folder.cleanup()

    @classmethod
    def person(cls, *behaviour):
        return Telephone(*behaviour, port=cls.person_port)

    def ask(self, server, caller):
        caller.call(server.sip)
        self.assertTrue(caller.up.wait(10))
        caller.say(self.question)

    def said(self, record):
        return " ".join(t["text"] for t in record["turns"] if t["speaker"] == "receptionist")

    def taken_back(self, server):
        """The receptionist talks to the caller again, who is still on the line."""
        def look():
            record = server.newest_call(ended=False)
            return record if "message" in self.said(record) else None
        record = wait_for(look, 15, "words to the caller")
        self.assertEqual(record["status"], "in_progress")
        self.assertIn("put you through", self.said(record))

    def test_whoever_answers_is_told_and_takes_the_call(self):
        with self.person() as person, Telephone() as caller:
            self.ask(self.server, caller)
            self.assertTrue(person.rung.wait(30), "the person was never called")
            self.assertTrue(person.up.wait(5))
            before = len(caller.heard)
            wait_for(lambda: loudness(person.heard[-8000:]) > 100, 10, "the announcement")
            wait_for(lambda: loudness(caller.heard[max(before, len(caller.heard) - 8000):]) > 100, 10, "music")
            caller.say(tone(900, 1))
            self.assertFalse(person.hears(900, within=1.5), "nobody is heard before the call is taken")
            person.press("1")
            wait_for(lambda: loudness(person.heard[-3200:]) < 20, 10, "the end of the announcement")
            caller.say(tone(700, 4))
            person.say(tone(1100, 4))
            self.assertTrue(person.hears(700), "the person hears the caller")
            self.assertTrue(caller.hears(1100), "the caller hears the person")
            person.hang_up()
            self.assertTrue(caller.over.wait(5), "the call is over when the person hangs up")
            record = self.server.newest_call()
        self.assertEqual(record["end_class"], "transferred")
        self.assertIn("Dr Anita Patel", record["end_reason"])

    def test_nobody_is_connected_to_a_voicemail(self):
        with self.person() as person, Telephone() as caller:
            self.ask(self.server, caller)
            self.assertTrue(person.up.wait(30))
            person.say(tone(1100, 60))
            self.assertTrue(person.over.wait(45), "our side hangs up on a machine")
            self.assertFalse(caller.hears(1100, within=0.5))
            self.taken_back(self.server)
            caller.hang_up()

    def test_a_busy_person_brings_the_caller_back(self):
        with self.person("busy") as person, Telephone() as caller:
            self.ask(self.server, caller)
            self.assertTrue(person.rung.wait(30))
            self.taken_back(self.server)
            caller.hang_up()

    def test_a_caller_who_gives_up_stops_the_ringing(self):
        with self.person("ring") as person, Telephone() as caller:
            self.ask(self.server, caller)
            self.assertTrue(person.rung.wait(30))
            caller.hang_up()
            self.assertTrue(person.over.wait(5), "CANCEL")

    def test_the_callers_side_is_referred(self):
        path = config(self.folder.name, self.person_port, 'method = "blind"')
        with Frontdesk("--config", path) as server:
            with Telephone(refers="refuse") as caller:
                self.ask(server, caller)
                wait_for(lambda: caller.referred_to, 30, "REFER")
                self.taken_back(server)
                caller.hang_up()
            with Telephone(refers="accept") as caller:
                self.ask(server, caller)
                wait_for(lambda: caller.referred_to, 30, "REFER")
                self.assertEqual(caller.referred_to, f"sip:patel@127.0.0.1:{self.person_port}")
                self.assertTrue(caller.over.wait(10))
                self.assertEqual(server.newest_call()["end_class"], "transferred")


def loudness(pcm):
    return audioop.rms(bytes(pcm[:len(pcm) // 2 * 2]), 2)


if __name__ == "__main__":
    frontdesk.main()
