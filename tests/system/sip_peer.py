"""A provider's SIP server as a raw socket: places calls with any headers, answers what it is asked, notes when each
call was hung up. One UDP socket carries all calls."""
import random
import re
import socket
import threading
import time

SDP = """v=0
o=- 1 1 IN IP4 {host}
s=-
c=IN IP4 {host}
t=0 0
m=audio {port} RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=ptime:20
"""


def header(message, name):
    found = re.search(rf"^{name}:\s*(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found.group(1) if found else None


class Call:
    def __init__(self, call_id, tag):
        self.call_id, self.tag = call_id, tag
        self.changed = threading.Condition()
        self.status, self.answer, self.bye_at = None, "", None

    def await_final(self, seconds=15):
        with self.changed:
            if not self.changed.wait_for(lambda: self.status is not None, seconds):
                raise AssertionError(f"no final answer to {self.call_id} within {seconds} s")
            return self.status

    def await_bye(self, seconds):
        with self.changed:
            return self.changed.wait_for(lambda: self.bye_at is not None, seconds)

    def rtp_address(self):
        return re.search(r"^c=IN IP4 (\S+)", self.answer, re.M).group(1), int(
            re.search(r"^m=audio (\d+)", self.answer, re.M).group(1))


class SipPeer:
    """Listens on `host`; a trunk with domain = host and register = false takes it for the provider."""

    def __init__(self, host="127.0.0.2"):
        self.host = host
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.settimeout(0.2)
        self.port = self.socket.getsockname()[1]
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind((host, 0))
        self.server = None
        self.calls = {}
        self.stopping = False
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def close(self):
        self.stopping = True
        self.thread.join(timeout=5)
        self.socket.close()
        self.rtp.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _send(self, text):
        self.socket.sendto(text.replace("\r\n", "\n").replace("\n", "\r\n").encode(), self.server)

    def invite(self, called="+443335550100", sender='"Ann" <sip:+442079460000@provider.example>', to=None, extra=()):
        """`extra`: header lines such as "Privacy: id"."""
        unique = f"{random.getrandbits(64):x}"
        call = Call(unique + "@test", unique[:8])
        body = SDP.format(host=self.host, port=self.rtp.getsockname()[1])
        lines = [f"INVITE sip:{called}@{self.server[0]}:{self.server[1]} SIP/2.0",
                 f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{unique};rport", "Max-Forwards: 70",
                 f"From: {sender};tag={call.tag}", f"To: <sip:{to or called}@provider.example>",
                 f"Call-ID: {call.call_id}", "CSeq: 1 INVITE", f"Contact: <sip:peer@{self.host}:{self.port}>", *extra,
                 "Content-Type: application/sdp", f"Content-Length: {len(body.replace(chr(10), chr(13) + chr(10)))}"]
        call.uri = lines[0].split()[1]
        call.sender = f"{sender};tag={call.tag}"
        self.calls[call.call_id] = call
        self._send("\n".join(lines) + "\n\n" + body)
        return call

    def hang_up(self, call):
        self._send("\n".join(self._in_dialog(call, "BYE", 2)) + "\n\n")

    def _in_dialog(self, call, method, sequence):
        return [f"{method} {call.uri} SIP/2.0",
                f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{random.getrandbits(64):x};rport",
                "Max-Forwards: 70", f"From: {call.sender}", f"To: {header(call.answer, 'To')}",
                f"Call-ID: {call.call_id}", f"CSeq: {sequence} {method}", "Content-Length: 0"]

    def _listen(self):
        while not self.stopping:
            try:
                message = self.socket.recv(65535).decode(errors="replace")
            except TimeoutError:
                continue
            except OSError:
                return
            self._take(message)

    def _take(self, message):
        call = self.calls.get(header(message, "Call-ID"))
        if not message.startswith("SIP/2.0"):
            if not message.startswith("ACK"):
                copied = [f"{name}: {header(message, name)}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
                self._send("\n".join(["SIP/2.0 200 OK", *copied, "Content-Length: 0"]) + "\n\n")
            if call and message.startswith("BYE"):
                with call.changed:
                    call.bye_at = call.bye_at or time.monotonic()
                    call.changed.notify_all()
            return
        status = int(message.split()[1])
        if not call or status < 200 or not (header(message, "CSeq") or "").endswith("INVITE"):
            return
        with call.changed:
            call.answer = message
            self._send("\n".join(self._in_dialog(call, "ACK", 1)) + "\n\n")
            call.status = call.status or status
            call.changed.notify_all()

    def talk(self, call, seconds, lose_every=0):
        """Silence in PCMA, 50 packets a second; every `lose_every`th is not sent."""
        address = call.rtp_address()
        begun = time.monotonic()
        for i in range(int(seconds * 50)):
            pause = begun + i * 0.02 - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            if lose_every and i % lose_every == lose_every - 1:
                continue
            packet = bytes([0x80, 8]) + i.to_bytes(2, "big") + (i * 160).to_bytes(4, "big") + b"\1\2\3\4" + b"\xd5" * 160
            self.rtp.sendto(packet, address)
