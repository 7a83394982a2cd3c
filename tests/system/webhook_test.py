"""Events reach a receiver signed, and reach it after all when it, or the program, was away."""
import hashlib
import hmac
import http.server
import json
import os
import socket
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from frontdesk import ROOT, Frontdesk, call, main, wait_for

SAMPLE = os.path.join(ROOT, "examples", "hillside-dental.toml")


def verify(header, body, secret):
    """As the user's documentation has it."""
    parts = [part.partition("=")[::2] for part in header.split(",")]
    moment = next(value for name, value in parts if name == "t")
    expected = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    fresh = abs(time.time() - int(moment)) <= 300
    return fresh and any(hmac.compare_digest(expected, value) for name, value in parts if name == "v1")


class Receiver:
    """A real HTTP server that keeps what it was sent; answers `status`."""

    def __init__(self, port=0):
        self.got = []
        self.status = 204
        receiver = self

        class Posts(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Posts)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def events(self, name):
        return [(headers, body) for headers, body in list(self.got) if headers.get("Frontdesk-Event") == name]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class WebhookTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="frontdesk-webhooks-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.data = os.path.join(self.folder, "data")

    def serve(self, allowed='["127.0.0.1"]'):
        """The sample business, with a data folder that outlives the program."""
        path = os.path.join(self.folder, "frontdesk.toml")
        with open(SAMPLE, encoding="utf-8") as sample, open(path, "w", encoding="utf-8") as file:
            file.write(sample.read() + f"\n[outbound]\nallowed_private = {allowed}\n")
        server = Frontdesk("--config", path, data=self.data)
        self.addCleanup(lambda: server.process.poll() is None and server.stop())
        return server

    def ask(self, server, method, path, body=None, headers=None):
        request = urllib.request.Request(f"http://{server.http}{path}", method=method, headers=headers or {})
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, json.loads(problem.read())

    def make(self, server, url, events=("call.ended",)):
        status, hook = self.ask(server, "POST", "/api/webhooks", {"url": url, "events": list(events)})
        self.assertEqual(status, 201, hook)
        return hook

    def deliveries(self, server, hook):
        return self.ask(server, "GET", f"/api/webhooks/{hook['id']}/deliveries")[1]["deliveries"]

    def test_a_call_is_told_of_signed_and_sent_again_by_hand(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        server = self.serve()
        hook = self.make(server, f"http://127.0.0.1:{receiver.port}/events")
        code, _, errors = call(server.sip, "--say", "What time do you open?", "--no-transcripts")
        self.assertEqual(code, 0, errors)
        headers, body = wait_for(lambda: receiver.events("call.ended"), 20, "the event")[0]
        self.assertTrue(verify(headers["Frontdesk-Signature"], body, hook["secret"]))
        self.assertFalse(verify(headers["Frontdesk-Signature"], body + b" ", hook["secret"]))
        event = json.loads(body)
        told = server.newest_call()
        self.assertEqual(event["data"]["call"], told["id"])
        self.assertEqual(event["data"]["ended_at"], told["ended_at"])
        self.assertIn("open", event["data"]["transcript_excerpt"])
        self.assertEqual(receiver.events("call.started"), [], "it was not chosen")
        delivery = wait_for(lambda: [each for each in self.deliveries(server, hook) if each["state"] == "done"], 10,
                            "the delivery's end")[0]
        self.assertEqual((delivery["last_status"], delivery["attempts"]), (204, 1))
        status, _ = self.ask(server, "POST", f"/api/webhooks/{hook['id']}/deliveries/{delivery['id']}/resend")
        self.assertEqual(status, 202)
        again = wait_for(lambda: receiver.events("call.ended")[1:], 20, "the event again")[0]
        self.assertEqual(again[1], body)
        usage = self.ask(server, "GET", "/api/usage")[1]
        self.assertEqual([total["records"] for total in usage["totals"]], [1])
        self.assertGreater(usage["call_minutes"], 0)
        # After the secret was replaced both sign.
        status, renewed = self.ask(server, "POST", f"/api/webhooks/{hook['id']}/secret")
        self.assertEqual(status, 200)
        self.ask(server, "POST", f"/api/webhooks/{hook['id']}/test")
        headers, body = wait_for(lambda: receiver.events("webhook.test"), 20, "the test event")[0]
        for secret in (hook["secret"], renewed["secret"]):
            self.assertTrue(verify(headers["Frontdesk-Signature"], body, secret))

    def test_a_receiver_that_was_down_gets_it_after_all_although_the_program_was_killed(self):
        port = free_port()
        server = self.serve()
        hook = self.make(server, f"http://127.0.0.1:{port}/")
        code, _, errors = call(server.sip, "--say", "What time do you open?", "--no-transcripts")
        self.assertEqual(code, 0, errors)
        ended = server.newest_call()["id"]
        failed = wait_for(lambda: [each for each in self.deliveries(server, hook)
                                   if each["event"] == "call.ended" and each["attempts"] > 0], 20, "a failed attempt")[0]
        self.assertTrue(failed["last_error"])
        server.kill()
        receiver = Receiver(port)
        self.addCleanup(receiver.close)
        server = self.serve()
        # A slow machine may have got as far as the attempt after which two minutes pass.
        _, body = wait_for(lambda: receiver.events("call.ended"), 200, "the event, after all")[0]
        self.assertEqual(json.loads(body)["data"]["call"], ended)
        wait_for(lambda: all(each["state"] == "done" for each in self.deliveries(server, hook)), 20, "all delivered")
        self.assertIsNone(self.ask(server, "GET", f"/api/webhooks/{hook['id']}")[1]["failing_since"])

    def test_a_private_address_that_is_not_allowed_is_not_connected_to(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        server = self.serve(allowed="[]")
        for host in ("127.0.0.1", "localhost", "[::1]"):
            hook = self.make(server, f"http://{host}:{receiver.port}/")
            self.ask(server, "POST", f"/api/webhooks/{hook['id']}/test")
            dead = wait_for(lambda: [each for each in self.deliveries(server, hook) if each["state"] == "dead"], 20,
                            "a dead letter")
            self.assertIsNone(dead[0]["last_status"])
        self.assertEqual(receiver.got, [])

    def test_a_repeated_request_is_recognised_after_a_restart_and_answers_hold_no_plain_secret(self):
        server = self.serve()
        key = {"Idempotency-Key": "one"}
        body = {"url": "https://crm.example.org/", "events": ["*"]}
        status, first = self.ask(server, "POST", "/api/webhooks", body, key)
        self.assertEqual(status, 201)
        server.stop()
        server = self.serve()
        self.assertEqual(self.ask(server, "POST", "/api/webhooks", body, key), (201, first))
        self.assertEqual(len(self.ask(server, "GET", "/api/webhooks")[1]["webhooks"]), 1)
        self.assertEqual(self.ask(server, "POST", "/api/webhooks", {**body, "events": ["call.ended"]}, key)[0], 422)
        server.stop()
        for folder, _, names in os.walk(self.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(first["secret"].encode(), file.read(), name)


if __name__ == "__main__":
    main()
