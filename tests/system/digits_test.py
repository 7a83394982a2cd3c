"""Digits through the whole stack, in each form and in two at once: every one arrives, and once."""
import re
import tempfile
import unittest

import frontdesk
from frontdesk import Frontdesk, call, journal, journal_paths, wait_for

DIGITS = ["0123456789*#", "1122334455", "99*00#77"]


def plan_of(forms, telephone_events=True, pressed=DIGITS):
    steps = []
    for digits in pressed:
        for form in forms:
            steps.append(f'[[step]]\ndigits = "{digits}"\nby = "{form}"\n')
        steps.append("[[step]]\npause_ms = 700\n")
    settings = "" if telephone_events else "telephone_events = false\n"
    return f'name = "digits"\n{settings}' + "\n".join(steps)


class Digits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Frontdesk()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def pressed(self, plan):
        """What the call's machine was told, in order."""
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(plan)
            file.flush()
            before = set(self.tapes())
            code, report, errors = call(self.server.sip, "--no-transcripts", "--plan", file.name)
        self.assertEqual(code, 0, errors)
        new = wait_for(lambda: set(self.tapes()) - before, 20, "a tape")
        path = new.pop()

        def whole_tape():
            text = journal(self.server.data, path.split("/")[-1].split(".")[0])
            return text if "end_call" in text else None
        return "".join(re.findall(r"^\s*[\d.]+\s+digit (\S)", wait_for(whole_tape, 20, "the end of the tape"), re.M))

    def tapes(self):
        return journal_paths(self.server.data)

    def test_telephone_events(self):
        self.assertEqual(self.pressed(plan_of(["rfc4733"])), "".join(DIGITS))

    def test_two_forms_at_once_are_one_press(self):
        pressed = ["11", "2#", "*0"]
        self.assertEqual(self.pressed(plan_of(["rfc4733", "info"], pressed=pressed)), "".join(pressed))

    def test_sip_info(self):
        self.assertEqual(self.pressed(plan_of(["info"])), "".join(DIGITS))

    def test_tones_of_a_peer_without_telephone_events(self):
        self.assertEqual(self.pressed(plan_of(["in-band"], telephone_events=False)), "".join(DIGITS))

    def test_tones_do_not_count_where_telephone_events_were_agreed(self):
        self.assertEqual(self.pressed(plan_of(["in-band"])), "")


if __name__ == "__main__":
    frontdesk.main()
