"""Clients that are not ours hold a five-turn conversation: baresip, and sipp with media. What they say is
the caller's side of a call that our own test caller held just before."""
import os
import shutil
import subprocess
import tempfile
import unittest
import warnings
import wave

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Debian 12's Python 3.11 warns that 3.13 will not have it
    import audioop

import frontdesk
from frontdesk import Frontdesk, call, wait_for

RATE = 8000
QUIET = 200        # RMS below which a block of the recording is silence
BLOCK = RATE // 50
EXTRA_SECONDS = 1.0  # more room after each question than the first caller left

BARESIP_CONFIG = """
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
audio_source aufile,{folder}/caller.wav
audio_player aufile,{folder}/heard.wav
audio_alert aufile,{folder}/none.wav
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
module_path {modules}
module stdio.so
module g711.so
module aufile.so
module_app account.so
module_app menu.so
"""

SIPP_SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="five turns">
  <send retrans="500"><![CDATA[
INVITE sip:reception@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:reception@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: sip:sipp@[local_ip]:[local_port]
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
]]></send>
  <recv response="100" optional="true" />
  <recv response="180" optional="true" />
  <recv response="200" />
  <send><![CDATA[
ACK sip:reception@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
  <nop><action><exec rtp_stream="{folder}/caller.al,1,8" /></action></nop>
  <recv request="BYE" timeout="{timeout}" />
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""


def spread_out(pcm):
    """The same words with longer pauses between them."""
    out, silent = bytearray(), 10**6
    step = BLOCK * 2
    for at in range(0, len(pcm) - step + 1, step):
        block = pcm[at:at + step]
        if audioop.rms(block, 2) > QUIET:
            if silent > 2 * 50:  # two seconds: a new question begins
                out += bytes(int(EXTRA_SECONDS * RATE) * 2)
            silent = 0
        else:
            silent += 1
        out += block
    return bytes(out) + bytes(10 * RATE * 2)


class OtherClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="frontdesk-clients-")
        cls.server = Frontdesk()
        path = cls.folder + "/first.wav"
        code, _, errors = call(cls.server.sip, "--no-transcripts", "--record", path)
        assert code == 0, errors
        with wave.open(path) as recording:
            caller = audioop.tomono(recording.readframes(recording.getnframes()), 2, 1, 0)
        words = spread_out(caller)
        cls.seconds = len(words) / 2 / RATE
        with wave.open(cls.folder + "/caller.wav", "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(words)
        with open(cls.folder + "/caller.al", "wb") as out:
            out.write(audioop.lin2alaw(words, 2))

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        shutil.rmtree(cls.folder)

    def check_record(self, before):
        record = wait_for(lambda: self.finished_call_after(before), 20, "the call in the log")
        said = [t["text"] for t in record["turns"] if t["speaker"] == "caller"]
        answered = [t for t in record["turns"] if t["speaker"] == "receptionist"]
        print(said)
        self.assertGreaterEqual(len(said), 5)
        self.assertGreaterEqual(len(answered), 6)
        replies = " ".join(t["text"] for t in answered)
        facts = [fact for fact in ("8 am", "£48", "park", "Patel") if fact in replies]
        self.assertGreaterEqual(len(facts), 3, replies)
        self.assertEqual(record["end_class"], "completed")
        self.assertEqual(record["loss_percent"], 0)

    def finished_call_after(self, before):
        newest = self.server.newest_call(ended=False)
        return newest if newest["id"] != before and newest["status"] != "in_progress" else None

    def test_baresip(self):
        before = self.server.newest_call()["id"]
        modules = next(p for p in ("/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules") if os.path.isdir(p))
        with open(self.folder + "/config", "w") as file:
            file.write(BARESIP_CONFIG.format(folder=self.folder, modules=modules))
        with open(self.folder + "/accounts", "w") as file:
            file.write("<sip:tester@127.0.0.1>;regint=0\n")
        open(self.folder + "/contacts", "w").close()
        client = subprocess.Popen(["baresip", "-f", self.folder, "-e", f"/dial sip:reception@{self.server.sip}",
                                   "-t", str(int(self.seconds) + 20)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            wait_for(lambda: client.poll() is not None or self.finished_call_after(before), self.seconds + 40,
                     "the end of the call")
        finally:
            client.kill()
            output = client.communicate()[0]
        try:
            self.check_record(before)
        except AssertionError:
            print(output)
            raise

    def test_sipp_with_media(self):
        before = self.server.newest_call()["id"]
        with open(self.folder + "/five.xml", "w") as file:
            file.write(SIPP_SCENARIO.format(folder=self.folder, timeout=int(self.seconds + 30) * 1000))
        done = subprocess.run(["sipp", self.server.sip, "-sf", self.folder + "/five.xml", "-m", "1", "-i", "127.0.0.1",
                               "-mi", "127.0.0.1", "-nostdin", "-timeout", f"{int(self.seconds + 60)}s"],
                              capture_output=True, text=True, timeout=self.seconds + 90, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr)
        self.check_record(before)


if __name__ == "__main__":
    frontdesk.main()
