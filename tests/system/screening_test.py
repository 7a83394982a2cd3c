"""Who calls and whether they may: a provider sends every kind of identity header, and the records say in words what
was made of them."""
import base64
import json
import subprocess
import tempfile
import time
import unittest

import frontdesk
from frontdesk import PROGRAM, ROOT, Frontdesk, journal, sip_exchange, wait_for
from sip_peer import SipPeer

CONFIG = """
business = "{root}/examples/hillside-dental.toml"
{trunks}
[voice]
name = "flite:kal"
{more}
"""
TRUNK = """
[[trunk]]
name = "{name}"
domain = "{host}"
port = {port}
transport = "udp"
register = false
username = "{account}"
inbound_number = "{number}"
{more}
"""
BLOCKED = "+447700900666"
PRIORITY = "+447700900111"
LISTS = f'[screening]\nblock = ["07700900666", "0900*"]\npriority = ["{PRIORITY}"]\n'


class Provided(Frontdesk):
    """`frontdesk serve` behind a provider that knows us by our address."""

    def __init__(self, peer, more=LISTS, trunk="", second_trunk=None):
        self.config = tempfile.NamedTemporaryFile("w", suffix=".toml")
        lines = [("provider", "acc-1", "03335550100", trunk)]
        if second_trunk is not None:
            lines.append(("second", "acc-2", "03335550200", second_trunk))
        trunks = "".join(TRUNK.format(name=name, account=account, number=number, more=extra, host=peer.host,
                                      port=peer.port) for name, account, number, extra in lines)
        self.config.write(CONFIG.format(root=ROOT, trunks=trunks, more=more))
        self.config.flush()
        super().__init__("--config", self.config.name)
        host, port = self.sip.split(":")
        peer.server = (host, int(port))

    def record_of(self, call, ended=True):
        def look():
            for each in self.get("/api/calls/logs?limit=200")["calls"]:
                if each["sip_call_id"] == call.call_id and not (ended and each["status"] == "in_progress"):
                    return self.get("/api/calls/" + each["id"])
        return wait_for(look, 15, "the record of a call")


def passport(attest, caller, called, age=0):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    head = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": "https://cert.example/shaken.pem"}
    body = {"attest": attest, "dest": {"tn": [called]}, "iat": int(time.time()) - age, "orig": {"tn": caller},
            "origid": "123e4567-e89b-12d3-a456-426655440000"}
    return f"Identity: {part(head)}.{part(body)}.c2lnbmF0dXJl;info=<https://cert.example/shaken.pem>;alg=ES256;ppt=shaken"


class Screening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.peer = SipPeer()
        cls.server = Provided(cls.peer)
        wait_for(lambda: (cls.server.get("/api/health")["trunk"] or {}).get("state") == "peered", 15, "the trunk")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.peer.close()

    def record(self, status, **invite):
        call = self.peer.invite(**invite)
        self.assertEqual(call.await_final(), status)
        if status == 200:
            self.peer.hang_up(call)
        record = self.server.record_of(call)
        self.assertEqual(record["trunk"], "provider")
        self.assertEqual(record["status"] == "rejected", status != 200)
        return record

    def test_an_asserted_number_is_kept_and_a_spoofed_one_is_not(self):
        record = self.record(200, sender=f'"Vip" <sip:{PRIORITY}@x>', extra=[
            'P-Asserted-Identity: "Ann Smith" <sip:+442079460000;verstat=TN-Validation-Passed-B@provider.example>'])
        self.assertEqual(record["caller"], "+442079460000")
        self.assertEqual(record["caller_name"], "Ann Smith")
        self.assertFalse(record["priority"])
        identity = record["identity"]
        self.assertEqual((identity["source"], identity["attestation"]), ("asserted", "b"))
        self.assertIn("(B)", identity["attestation_words"])
        self.assertIn("P-Asserted-Identity", identity["asserted_by"])
        self.assertEqual(record["called"], "+443335550100")

    def test_a_spoofed_from_does_not_come_around_the_block_list_either(self):
        record = self.record(603, extra=[f"P-Asserted-Identity: <tel:{BLOCKED}>"])
        self.assertEqual(record["screening"], "the caller's number is on the block list")
        self.assertEqual(record["sip_status"], 603)
        self.assertEqual(record["caller"], BLOCKED)
        self.assertIsNone(record["recording_url"])
        shown = subprocess.run([PROGRAM, "calls", "show", record["id"], "--data", self.server.data],
                               capture_output=True, text=True, timeout=20, check=True).stdout
        self.assertIn("refused: the caller's number is on the block list", shown)
        listed = subprocess.run([PROGRAM, "calls", "list", "--limit", "200", "--data", self.server.data],
                                capture_output=True, text=True, timeout=20, check=True).stdout
        self.assertIn("the caller's number is on the block list", listed)

    def test_remote_party_id_diversion_and_history(self):
        record = self.record(200, extra=['Remote-Party-ID: <sip:02079460007@x>;party=calling;privacy=off;screen=yes',
                                         "Diversion: <sip:03335550155@x>;reason=no-answer"])
        self.assertEqual((record["caller"], record["identity"]["source"]), ("+442079460007", "remote_party"))
        self.assertEqual(record["identity"]["diverted_by"], "+443335550155")
        record = self.record(200, extra=["History-Info: <sip:03335550177@x>;index=1, "
                                         "<sip:03335550100@x;cause=408>;index=1.1;mp=1"])
        self.assertTrue(record["identity"]["diverted"])
        self.assertEqual(record["identity"]["diverted_words"], "from +443335550177")

    def test_a_withheld_number_is_in_no_record(self):
        record = self.record(200, sender='"Anonymous" <sip:anonymous@anonymous.invalid>', extra=[
            'P-Asserted-Identity: "Shy" <sip:+442079460042@provider.example>', "Privacy: id"])
        self.assertTrue(record["identity"]["withheld"])
        self.assertEqual((record["caller"], record["caller_name"]), ("", ""))
        self.assertNotIn("442079460042", json.dumps(record))

    def test_a_signed_statement_is_read_and_not_called_verified(self):
        good = self.record(200, extra=["P-Asserted-Identity: <sip:+442079460000@x>",
                                       passport("A", "442079460000", "443335550100")])
        self.assertEqual(good["identity"]["statement"],
                         "a signed statement gives full attestation (A); its signature was not verified by us")
        self.assertEqual(good["identity"]["attestation"], "unverified")
        for reason, header in (("older than a minute", passport("A", "442079460000", "443335550100", 120)),
                               ("another caller's number", passport("A", "442079460009", "443335550100")),
                               ("another number", passport("A", "442079460000", "447")),
                               ("cannot be read", "Identity: rubbish")):
            record = self.record(200, extra=["P-Asserted-Identity: <sip:+442079460000@x>", header])
            self.assertIn(reason, record["identity"]["statement"])

    def test_requests_name_the_account_and_the_record_the_number(self):
        record = self.record(200, called="acc-1", extra=["P-Asserted-Identity: <sip:+442079460000@x>"])
        self.assertEqual(record["called"], "+443335550100")

    def test_a_priority_caller_is_marked(self):
        record = self.record(200, extra=[f"P-Asserted-Identity: <sip:{PRIORITY}@x>"])
        self.assertTrue(record["priority"])
        self.assertIn("priority list", record["screening"])
        lines = journal(self.server.data, record["id"]).splitlines()
        self.assertIn("on the owner's list of priority callers", lines[0] + lines[1])

    def test_how_it_sounded_is_kept(self):
        call = self.peer.invite(extra=["P-Asserted-Identity: <sip:+442079460000@x>"])
        self.assertEqual(call.await_final(), 200)
        self.peer.talk(call, 3, lose_every=10)
        self.peer.hang_up(call)
        record = self.server.record_of(call)
        quality = record["quality"]
        self.assertEqual((quality["codec"], quality["packet_ms"], quality["srtp"]), ("PCMA", 20, "off"))
        self.assertAlmostEqual(quality["packets_in"], 135, delta=3)
        self.assertAlmostEqual(quality["packets_lost"], 14, delta=2)
        self.assertLess(quality["mos"], 4.3)
        self.assertGreater(quality["mos"], 1)
        self.assertIn(f"({quality['mos']:.1f})", quality["words"])
        self.assertGreaterEqual(quality["jitter_max_ms"], quality["jitter_mean_ms"])
        shown = subprocess.run([PROGRAM, "calls", "show", record["id"], "--data", self.server.data],
                               capture_output=True, text=True, timeout=20, check=True).stdout
        self.assertIn("sound quality: " + quality["words"], shown)

    def test_a_direct_caller_cannot_assert_a_number(self):
        status = sip_exchange(self.server.sip, """INVITE sip:nobody@{server} SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKdirect;rport
From: <sip:+442079460077@x>;tag=a
To: <sip:nobody@{server}>
Call-ID: direct-caller@test
CSeq: 1 INVITE
Contact: <sip:a@127.0.0.1:{port}>
P-Asserted-Identity: <sip:%s@x>
Max-Forwards: 70
Content-Length: 0

""" % PRIORITY)
        self.assertEqual(status, 404)
        found = wait_for(lambda: [each for each in self.server.get("/api/calls/logs?limit=200")["calls"]
                                  if each["sip_call_id"] == "direct-caller@test"], 10, "the record of the refusal")
        self.assertEqual(found[0]["caller"], "+442079460077")
        self.assertEqual(found[0]["identity"]["source"], "from")


class StricterScreening(unittest.TestCase):
    def test_an_allow_list_and_anonymous_callers(self):
        with SipPeer() as peer, Provided(peer, more='[screening]\nanonymous = "reject"\n',
                                         trunk='allowed_from = ["0207946*"]') as server:
            wait_for(lambda: (server.get("/api/health")["trunk"] or {}).get("state") == "peered", 15, "the trunk")
            friend = '"Friend" <sip:+442079460000@x>'
            asserted = ["P-Asserted-Identity: <sip:+442079460000@x>"]
            for status, sender, extra in (
                    (200, friend, []), (403, friend, ["P-Asserted-Identity: <sip:+441614960000@x>"]),
                    (200, "<sip:someone@x>", asserted), (403, friend, []),  # this provider names its callers
                    (433, "<sip:anonymous@anonymous.invalid>", [*asserted, "Privacy: id"])):
                call = peer.invite(sender=sender, extra=extra)
                self.assertEqual(call.await_final(), status, (sender, extra))
                if status == 200:
                    peer.hang_up(call)
                print(status, server.record_of(call)["screening"])

    def test_two_lines_of_one_provider(self):
        with SipPeer() as peer, Provided(peer, second_trunk='allowed_from = ["0207946*"]') as server:
            wait_for(lambda: (server.get("/api/health")["trunk"] or {}).get("state") == "peered", 15, "the trunk")
            for called, to, trunk, number in (("+443335550100", None, "provider", "+443335550100"),
                                              ("03335550200", None, "second", "+443335550200"),
                                              ("acc-2", "acc-2", "second", "+443335550200"),
                                              ("acc-1", "03335550200", "second", "+443335550200")):
                for caller, status in (("+442079460000", 200), ("+441614960000", 200 if trunk == "provider" else 403)):
                    call = peer.invite(called=called, to=to, extra=[f"P-Asserted-Identity: <sip:{caller}@x>"])
                    self.assertEqual(call.await_final(), status, (called, to, caller))
                    if status == 200:
                        peer.hang_up(call)
                    record = server.record_of(call)
                    self.assertEqual((record["trunk"], record["called"]), (trunk, number))

    def test_a_flood_of_refused_calls_leaves_few_rows(self):
        with SipPeer() as peer, Provided(peer) as server:
            wait_for(lambda: (server.get("/api/health")["trunk"] or {}).get("state") == "peered", 15, "the trunk")
            calls = [peer.invite(extra=[f"P-Asserted-Identity: <sip:{BLOCKED}@x>"]) for _ in range(150)]
            self.assertEqual({call.await_final() for call in calls}, {603})
            rows = wait_for(lambda: len(self.refused(server)) >= 60 and self.refused(server), 10, "the rows")
            self.assertEqual(len(rows), 60)
            self.assertGreaterEqual(server.get("/api/health")["calls"]["refused"], 150)

    @staticmethod
    def refused(server):
        return server.get("/api/calls/logs?limit=200&status=rejected")["calls"]


if __name__ == "__main__":
    frontdesk.main()
