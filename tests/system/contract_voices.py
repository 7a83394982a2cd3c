"""Cases of the API's contract: voices that are made of recordings."""
import json
import math
import struct
import urllib.error
import urllib.parse
import urllib.request

READINGS = 6
WAV = {"Content-Type": "audio/wav"}


def wav(seconds, amplitude=40, rate=8192):
    """8-bit sound without a byte over 127: the proxy between takes bodies for text."""
    samples = bytes(64 + int(amplitude * math.sin(at * 0.3)) if at % rate < rate * 0.7 else 64 + (at % 2 if amplitude else 0)
                    for at in range(int(seconds * rate)))
    size = len(samples)
    while max(struct.pack("<II", size, size + 36)) > 127:
        size -= 1
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, 1, rate, rate, 1, 8, b"data", size)
    return head + samples[:size]


class VoiceCases:
    def test_2_own_voices(self):
        made = json.loads(self.expect(201, "POST", "/api/voice/upload?name=Amy", wav(40), {**WAV, "Idempotency-Key": "amy"}))
        again = json.loads(self.expect(201, "POST", "/api/voice/upload?name=Amy", wav(40), {**WAV, "Idempotency-Key": "amy"}))
        self.assertEqual(again["id"], made["id"])
        self.assertEqual((made["state"], made["sample"]["format"], made["consent"]), ("uploaded", "wav", None))
        self.assertTrue(any("telephone" in each for each in made["sample"]["advice"]), made["sample"])
        path = f"/api/voice/{made['id']}"
        page = json.loads(self.expect(200, "GET", "/api/voice/profiles?limit=1"))
        self.assertEqual([each["id"] for each in page["voices"]], [made["id"]])
        self.assertEqual(page["voices"][0]["own"]["sample_sha256"], made["sample_sha256"])
        self.assertEqual(page["services"], [])
        self.expect(200, "GET", path)
        self.assertEqual(self.expect(200, "GET", path + "/preview")[:4], b"RIFF")
        self.expect(412, "PATCH", path, {"name": "Ann"}, {"If-Match": '"another"'})
        renamed = json.loads(self.expect(200, "PATCH", path, {"name": "Ann"}, self.tag(path)))
        self.assertEqual(renamed["name"], "Ann")
        self.expect(409, "POST", "/api/voice/train", {"voice": made["id"]})
        self.expect(422, "PUT", "/api/receptionist/draft", {"voice": {"id": made["id"]}}, self.tag())
        sentence = json.loads(self.expect(202, "POST", "/api/voice/consents/sentence"))
        query = urllib.parse.urlencode({"sentence": sentence["id"], "relation": "permitted", "speaker": "Amy Ward"})
        self.expect(422, "POST", f"{path}/consent?{query}", wav(5), WAV)
        self.expect(404, "DELETE", path + "/consent")
        self.consent(path)
        refused = json.loads(self.expect(409, "POST", "/api/voice/train", {"voice": made["id"]}))
        self.assertIn("no cloning service", refused["detail"])
        withdrawn = json.loads(self.expect(200, "DELETE", path + "/consent"))
        self.assertEqual((withdrawn["state"], withdrawn["consent"]), ("withdrawn", None))
        self.expect(409, "GET", path + "/preview")
        self.expect(204, "DELETE", path)
        self.expect(404, "DELETE", path)
        self.expect(404, "GET", path)

    def consent(self, path):
        """Read aloud by the built-in voice; past the proxy, which cannot carry the bytes. A sentence whose random words
        are not understood is followed by another, as people are asked to do."""
        for _ in range(READINGS):
            sentence = json.loads(self.expect(202, "POST", "/api/voice/consents/sentence"))
            query = urllib.parse.urlencode({"sentence": sentence["id"], "relation": "permitted", "speaker": "Amy Ward"})
            spoken = self.server.fetch("/api/voice/libritts:403/preview?text=" + urllib.parse.quote(sentence["sentence"]))
            request = urllib.request.Request(f"http://{self.server.http}{path}/consent?{query}", method="POST", data=spoken,
                                             headers=WAV)
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    self.assertEqual(answer.status, 201)
                    consent = json.loads(answer.read())["consent"]
                break
            except urllib.error.HTTPError as problem:
                with problem:
                    self.assertIn(problem.code, (422, 503), problem.read())
        else:
            self.fail(f"not one of {READINGS} sentences was understood")
        self.assertEqual((consent["words"], consent["same_speaker"]), ("matched", "not_checked"))
        self.assertGreaterEqual(consent["words_matched"], 0.7)
        # And once more through it: the sentence was used.
        self.expect(409, "POST", f"{path}/consent?{query}", wav(5), WAV)

    def test_2_files_that_are_no_voices(self):
        upload = "/api/voice/upload?name=X"
        self.expect(422, "POST", upload, b"PK\x03\x04 no sound at all", WAV)
        self.expect(422, "POST", upload, wav(5), WAV)
        self.expect(422, "POST", upload, wav(20, amplitude=0), WAV)
        self.expect(422, "POST", upload, wav(20)[:44], WAV)
        self.expect(404, "POST", "/api/voice/train", {"voice": "voice_none"})
        self.expect(404, "PATCH", "/api/voice/voice_none", {"name": "X"}, {"If-Match": "*"})
        self.expect(404, "POST", "/api/voice/voice_none/consent?sentence=x&relation=mine&speaker=X", wav(5), WAV)
