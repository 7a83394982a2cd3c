"""A telephone in the hands of a script: calls and is called, speaks G.711, presses keys (RFC 4733), can be asked to
transfer (REFER). Written for the tests; knows nothing of the program."""
import math
import random
import re
import socket
import struct
import threading
import time
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import audioop

FRAME = 160
ALAW, EVENTS = 8, 101


def tone(hertz, seconds, level=6000):
    return b"".join(struct.pack("<h", int(level * math.sin(2 * math.pi * hertz * i / 8000)))
                    for i in range(int(8000 * seconds)))


def strength(pcm, hertz):
    """Of a tone in samples, against all there is: 0 to 1 (Goertzel)."""
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    step = 2 * math.cos(2 * math.pi * hertz / 8000)
    a = b = 0.0
    for sample in samples:
        a, b = sample + step * a - b, a
    power = sum(s * s for s in samples)
    return 2 * (a * a + b * b - step * a * b) / (len(samples) * power) if power else 0.0


class Telephone:
    """`behaviour`: what to do with an INVITE: "answer", "busy" or "ring"; `refers`: with a REFER: "accept" or "refuse"."""

    def __init__(self, behaviour="answer", refers="refuse", port=0):
        self.behaviour, self.refers = behaviour, refers
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.bind(("127.0.0.1", port))
        self.rtp.bind(("127.0.0.1", 0))
        self.sip.settimeout(0.1)
        self.rtp.settimeout(0.1)
        self.port, self.rtp_port = self.sip.getsockname()[1], self.rtp.getsockname()[1]
        self.tag, self.cseq = "%x" % random.getrandbits(40), 1
        self.heard, self.out, self.keys = bytearray(), bytearray(), []
        self.to_rtp = self.peer = None
        self.senders = set()  # of sound
        self.rung, self.up, self.over = threading.Event(), threading.Event(), threading.Event()
        self.referred_to = None
        self.closing = False
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._signal, self._send, self._receive)]
        for thread in self.threads:
            thread.start()

    def close(self):
        self.closing = True
        for thread in self.threads:
            thread.join(5)
        self.sip.close()
        self.rtp.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- what its user does

    def call(self, address, whom="reception"):
        self.call_id, self.remote_tag, self.cseq = "c%x" % random.getrandbits(60), "", 1
        self.target = f"sip:{whom}@{address}"
        host, port = address.split(":")
        self.peer = (host, int(port))
        self._request("INVITE", self._sdp(), "application/sdp")

    def hold(self, on):
        self.cseq += 1
        self._request("INVITE", self._sdp() + ("a=sendonly\r\n" if on else "a=sendrecv\r\n"), "application/sdp")

    def hang_up(self):
        self.cseq += 1
        self._request("BYE")
        self.over.set()

    def say(self, pcm):
        self.out += pcm

    def press(self, key):
        self.keys.append(key)

    def hears(self, hertz, seconds=0.5, within=10):
        """A tone, for a while."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            last = bytes(self.heard[-int(16000 * seconds):])
            if len(last) >= int(16000 * seconds) and strength(last, hertz) > 0.5:
                return True
            time.sleep(0.05)
        return False

    # --- signalling

    def _sdp(self):
        return (f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {self.rtp_port} RTP/AVP "
                f"{ALAW} {EVENTS}\r\na=rtpmap:{EVENTS} telephone-event/8000\r\na=fmtp:{EVENTS} 0-15\r\n")

    def _request(self, method, body="", kind="", extra=""):
        to_tag = f";tag={self.remote_tag}" if self.remote_tag else ""
        branch = "z9hG4bK%x" % random.getrandbits(60)
        text = (f"{method} {self.target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch};rport\r\n"
                f"From: <sip:tester@127.0.0.1>;tag={self.tag}\r\nTo: <sip:reception@frontdesk>{to_tag}\r\n"
                f"Call-ID: {self.call_id}\r\nCSeq: {self.cseq} {method}\r\nMax-Forwards: 70\r\n"
                f"Contact: <sip:tester@127.0.0.1:{self.port}>\r\n{extra}")
        if kind:
            text += f"Content-Type: {kind}\r\n"
        self.sip.sendto((text + f"Content-Length: {len(body)}\r\n\r\n{body}").encode(), self.peer)

    def _reply(self, request, status, body="", kind=""):
        lines = [line for line in request.split("\r\n\r\n")[0].split("\r\n")
                 if re.match(r"(via|from|call-id|cseq|record-route):", line, re.I)]
        to = re.search(r"^To:.*$", request, re.M | re.I).group(0).strip()
        if "tag=" not in to:
            to += f";tag={self.tag}"
        lines += [to, f"Contact: <sip:person@127.0.0.1:{self.port}>"]
        if kind:
            lines.append(f"Content-Type: {kind}")
        head = "\r\n".join([f"SIP/2.0 {status}", *lines, f"Content-Length: {len(body)}"])
        self.sip.sendto((head + "\r\n\r\n" + body).encode(), self.peer)

    def _media_to(self, message):
        port = re.search(r"^m=audio (\d+)", message, re.M)
        if port:
            self.to_rtp = ("127.0.0.1", int(port.group(1)))

    def _signal(self):
        while not self.closing:
            try:
                data, self_peer = self.sip.recvfrom(65535)
            except TimeoutError:
                continue
            message = data.decode(errors="replace")
            if not message.strip():
                continue
            self.peer = self_peer
            if message.startswith("SIP/2.0"):
                self._on_response(message)
            else:
                getattr(self, "_on_" + message.split(" ")[0].lower(), lambda m: self._reply(m, "200 OK"))(message)

    def _on_response(self, message):
        status, method = int(message.split(" ")[1]), re.search(r"^CSeq: *\d+ (\w+)", message, re.M | re.I).group(1)
        if method != "INVITE" or status < 200:
            return
        self.remote_tag = re.search(r"^To:.*tag=([^;\s]+)", message, re.M | re.I).group(1)
        contact = re.search(r"^Contact:.*<([^>]+)>", message, re.M | re.I)
        self.target = contact.group(1) if contact else self.target
        self._request("ACK")
        if status < 300:
            self._media_to(message)
            self.up.set()
        else:
            self.over.set()

    def _on_invite(self, message):
        self.rung.set()
        self.invite = message
        self.call_id = re.search(r"^Call-ID: *(\S+)", message, re.M | re.I).group(1)
        self.remote_tag = re.search(r"^From:.*tag=([^;\s]+)", message, re.M | re.I).group(1)
        self.target = re.search(r"^Contact:.*<([^>]+)>", message, re.M | re.I).group(1)
        if self.behaviour == "busy":
            return self._reply(message, "486 Busy Here")
        self._reply(message, "180 Ringing")
        if self.behaviour == "answer":
            self._media_to(message)
            self._reply(message, "200 OK", self._sdp(), "application/sdp")

    def _on_ack(self, _):
        if self.behaviour == "answer":
            self.up.set()

    def _on_cancel(self, message):
        self._reply(message, "200 OK")
        self._reply(self.invite, "487 Request Terminated")
        self.over.set()

    def _on_bye(self, message):
        self._reply(message, "200 OK")
        self.over.set()

    def _on_refer(self, message):
        self.referred_to = re.search(r"^Refer-To: *<?([^>\s]+)", message, re.M | re.I).group(1)
        if self.refers == "refuse":
            return self._reply(message, "405 Method Not Allowed")
        self._reply(message, "202 Accepted")
        for line, state in (("SIP/2.0 100 Trying", "active"), ("SIP/2.0 200 OK", "terminated;reason=noresource")):
            self.cseq += 1
            self._request("NOTIFY", line + "\r\n", "message/sipfrag",
                          f"Event: refer\r\nSubscription-State: {state}\r\n")

    # --- sound

    def _send(self):
        sequence, stamp, ssrc = random.getrandbits(15), random.getrandbits(30), random.getrandbits(31)
        due = time.monotonic()
        while not self.closing:
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))
            if self.to_rtp is None or self.over.is_set():
                continue
            if self.keys:
                code = "0123456789*#".index(self.keys.pop(0))
                for i in range(8):
                    end = 0x80 if i >= 5 else 0
                    packet = struct.pack("!BBHII", 0x80, EVENTS | (0x80 if i == 0 else 0), sequence & 0xFFFF, stamp, ssrc)
                    self.rtp.sendto(packet + struct.pack("!BBH", code, end | 10, min(i + 1, 6) * FRAME), self.to_rtp)
                    sequence += 1
                    if i < 5:
                        time.sleep(0.02)
                stamp += 8 * FRAME
                due = time.monotonic()
                continue
            frame = bytes(self.out[:2 * FRAME]).ljust(2 * FRAME, b"\0")
            del self.out[:2 * FRAME]
            packet = struct.pack("!BBHII", 0x80, ALAW, sequence & 0xFFFF, stamp & 0xFFFFFFFF, ssrc)
            self.rtp.sendto(packet + audioop.lin2alaw(frame, 2), self.to_rtp)
            sequence += 1
            stamp += FRAME

    def _receive(self):
        while not self.closing:
            try:
                packet, sender = self.rtp.recvfrom(2048)
            except TimeoutError:
                continue
            self.senders.add(sender)
            if len(packet) > 12 and packet[1] & 0x7F == ALAW:
                self.heard += audioop.alaw2lin(packet[12:], 2)
