"""What is published over the API is what the next caller hears, and running calls end as they began."""
import io
import json
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request
import wave

from frontdesk import PROGRAM, ROOT, Frontdesk, call, main, wait_for

QUESTION = "Do you have a fish tank in the waiting room?"
ANSWER = "Yes, there are seven goldfish in the waiting room."


class ReceptionistTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Frontdesk()
        cls.addClassCleanup(cls.server.stop)

    def ask(self, method, path, body=None, tag=None):
        request = urllib.request.Request(f"http://{self.server.http}{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if tag:
            request.add_header("If-Match", tag)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.headers, answer.read()
        except urllib.error.HTTPError as problem:
            with problem:
                self.fail(f"{method} {path}: {problem.code} {problem.read()!r}")

    def config(self):
        fields, content = self.ask("GET", "/api/receptionist/config")
        return fields["ETag"], json.loads(content)

    def publish(self, settings):
        tag, _ = self.config()
        return json.loads(self.ask("PUT", "/api/receptionist/config", settings, tag)[1])

    def said(self, *words):
        arguments = [each for word in words for each in ("--say", word)]
        code, report, errors = call(self.server.sip, *arguments, "--no-transcripts")
        self.assertEqual(code, 0, errors)
        row = self.server.newest_call()
        return row, [turn for turn in row["turns"] if turn["speaker"] == "receptionist"]

    def trial(self, say, **more):
        return json.loads(self.ask("POST", "/api/receptionist/test", {"say": say, **more})[1])

    def test_a_published_answer_is_heard_in_the_next_call(self):
        self.assertNotIn("goldfish", self.trial(QUESTION)["answer"])
        _, before = self.config()
        faq = before["settings"]["faq"] + [{"question": QUESTION, "answer": ANSWER}]
        after = self.publish({"faq": faq, "greeting": "Good day, this is the published greeting."})
        trial = self.trial(QUESTION)
        self.assertIn("goldfish", trial["answer"])
        self.assertTrue(any(each.startswith("faq:") for each in trial["sources"]), trial)
        self.assertEqual(trial["version"], after["version"])
        row, turns = self.said(QUESTION)
        self.assertEqual(row["receptionist_version"], after["version"])
        self.assertIn("published greeting", turns[0]["heard"])
        heard = " ".join(turn["heard"] for turn in turns)
        self.assertIn("seven goldfish", heard)

    def test_a_draft_is_heard_by_nobody_but_its_trial(self):
        tag, before = self.config()
        self.ask("PUT", "/api/receptionist/draft", {"faq": [{"question": "Do you sell hats?",
                                                            "answer": "We sell velvet hats."}]}, tag)
        self.assertIn("velvet", self.trial("Do you sell hats?", version="draft")["answer"])
        self.assertNotIn("velvet", self.trial("Do you sell hats?")["answer"])
        self.assertEqual(self.config()[1]["version"], before["version"])
        tag, _ = self.config()
        self.ask("DELETE", "/api/receptionist/draft", tag=tag)

    def test_a_running_call_ends_as_it_began(self):
        first = self.publish({"faq": [{"question": QUESTION, "answer": ANSWER}]})
        running = subprocess.Popen(
            [PROGRAM, "call", f"sip:reception@{self.server.sip}", "--json", "--no-transcripts",
             "--say", "What time do you open on Monday?", "--say", QUESTION],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        try:
            wait_for(lambda: self.server.get("/api/health")["calls"]["now"] > 0, 90, "the call")
            second = self.publish({"faq": [{"question": QUESTION, "answer": "The tank is empty."}]})
            self.assertEqual(self.server.get("/api/health")["calls"]["now"], 1, "the call was over before the change")
            running.communicate(timeout=120)
        finally:
            running.kill()
            running.wait()
        row = self.server.newest_call()
        self.assertEqual(row["receptionist_version"], first["version"])
        heard = " ".join(turn["heard"] for turn in row["turns"] if turn["speaker"] == "receptionist")
        self.assertIn("seven goldfish", heard, row["turns"])
        self.assertIn("empty", self.trial(QUESTION)["answer"])
        self.assertEqual(second["version"], first["version"] + 1)

    def test_a_document_is_answered_from(self):
        text = "# Luggage\nYou can leave a suitcase behind the front desk for two pounds a day.\n"
        made = json.loads(self.ask("POST", "/api/knowledge/documents", {"title": "House", "text": text})[1])
        question = "Can I leave my suitcase at the front desk?"
        hits = json.loads(self.ask("GET", "/api/knowledge/search?q=" + urllib.parse.quote(question))[1])["hits"]
        self.assertEqual(hits[0]["source"], f"policy:{made['id']}.0", hits)
        self.assertTrue(hits[0]["answers"], hits)
        self.assertIn("two pounds", self.trial(question)["answer"])
        _, turns = self.said(question)
        self.assertIn("two pounds", " ".join(turn["heard"] for turn in turns))

    def test_what_is_published_holds_after_a_restart(self):
        with Frontdesk() as first:
            self.server, shared = first, self.server
            try:
                self.publish({"name": "Quentin"})
                data = first.data
                first.owns_data = False
                first.stop()
                with Frontdesk(data=data) as again:
                    self.server = again
                    again.owns_data = True
                    self.assertEqual(self.config()[1]["version"], 1)
                    self.assertIn("Quentin", self.trial("What is your name?")["answer"])
            finally:
                self.server = shared

    def test_what_was_said_before_counts(self):
        told = self.trial("And on Tuesday?", before=["Are you open on Monday?"])
        self.assertRegex(told["answer"], "Tuesday|[Tt]omorrow|[Tt]oday")  # as the day of the test has it
        self.assertIn("hours", " ".join(told["sources"]))

    def test_a_preview_is_the_voice_itself(self):
        for voice in ("flite:kal", "libritts:7"):
            _, content = self.ask("GET", f"/api/voice/{voice}/preview?text=The+quick+brown+fox.")
            with wave.open(io.BytesIO(content)) as sound:
                self.assertEqual((sound.getframerate(), sound.getnchannels()), (16000, 1))
                self.assertGreater(sound.getnframes(), 16000 * 0.6)
                samples = sound.readframes(sound.getnframes())
                self.assertGreater(len(set(samples)), 100, "silence")


if __name__ == "__main__":
    main()
