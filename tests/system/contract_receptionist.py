"""Cases of the API's contract: the receptionist, her knowledge, voices and messages."""
import json


class ReceptionistCases:
    def tag(self, path="/api/receptionist/config"):
        status, fields, content = self.proxy.ask("GET", path)
        self.assertEqual(status, 200, content[:400])
        return {"If-Match": fields["ETag"]}

    def test_2_receptionist(self):
        config = "/api/receptionist/config"
        first = json.loads(self.expect(200, "GET", config))
        self.assertEqual(first["version"], 0)
        # All that a file says can be saved as it stands.
        saved = json.loads(self.expect(200, "PUT", config, first["settings"], self.tag()))
        self.assertEqual(saved["settings"], first["settings"])
        self.expect(412, "PUT", config, {"greeting": "x"}, {"If-Match": '"other"'})
        self.expect(404, "GET", "/api/receptionist/draft")
        self.expect(404, "GET", "/api/receptionist/diff")
        self.expect(404, "POST", "/api/receptionist/publish", {}, self.tag())
        self.expect(200, "PUT", "/api/receptionist/draft", {"greeting": "Good day from the draft."}, self.tag())
        self.expect(200, "PUT", config + "?draft=true", {"greeting": "Good day."}, self.tag())
        self.expect(200, "GET", "/api/receptionist/draft")
        self.assertTrue(json.loads(self.expect(200, "GET", "/api/receptionist/diff"))["changes"])
        told = json.loads(self.expect(200, "POST", "/api/receptionist/test", {"say": "Hello?", "version": "draft"}))
        self.assertTrue(told["answer"])
        self.expect(200, "POST", "/api/receptionist/publish", {"note": "why"}, self.tag())
        self.expect(200, "PUT", "/api/receptionist/draft", {"greeting": "Never mind."}, self.tag())
        self.expect(204, "DELETE", "/api/receptionist/draft", None, self.tag())
        self.expect(200, "GET", "/api/receptionist/versions?limit=5")
        self.expect(200, "GET", "/api/receptionist/versions/1")
        self.expect(404, "GET", "/api/receptionist/versions/99")
        self.expect(200, "POST", "/api/receptionist/versions/1/restore", None, self.tag())
        self.expect(200, "GET", "/api/receptionist/models")

    def test_2_knowledge(self):
        body = {"title": "House", "text": "# Dogs\nNo dogs, but guide dogs."}
        made = json.loads(self.expect(201, "POST", "/api/knowledge/documents", body))
        path = "/api/knowledge/documents/" + made["id"]
        self.expect(200, "GET", "/api/knowledge/documents?limit=5")
        self.expect(200, "GET", path)
        self.expect(404, "GET", "/api/knowledge/documents/doc_none")
        self.expect(200, "GET", "/api/knowledge/search?q=may%20dogs%20come%20in&limit=3")
        self.expect(200, "PUT", path, {**body, "source": "house.md"}, self.tag(path))
        self.expect(412, "DELETE", path, None, {"If-Match": '"other"'})
        self.expect(204, "DELETE", path, None, self.tag(path))

    def test_2_voices(self):
        self.expect(200, "GET", "/api/voice/profiles?limit=3&engine=flite")
        sound = self.expect(200, "GET", "/api/voice/flite:slt/preview?text=Hello&speed=1.5")
        self.assertEqual(sound[:4], b"RIFF")
        self.assertGreater(len(sound), 8000)
        self.expect(404, "GET", "/api/voice/nobody/preview")

    def test_2_messages(self):
        self.expect(200, "GET", "/api/messages?limit=5&status=new")
        self.expect(404, "GET", "/api/messages/msg_none")
        self.expect(404, "PATCH", "/api/messages/msg_none", {"status": "read"})
        self.expect(404, "DELETE", "/api/messages/msg_none")
