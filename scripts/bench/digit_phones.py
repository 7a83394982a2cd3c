"""Telephones that press digits as fast as is legal: telephone events over a bad line (RFC 4733), SIP INFO, tones. All in
one thread, on one clock of 20 ms. What arrived is read from the calls' tapes."""
import difflib
import math
import os
import random
import re
import socket
import struct
import sys
import time
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "system"))
from frontdesk import journal, wait_for  # noqa: E402

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import audioop

FORMS = ("rfc4733", "info", "in_band")
KEYS = "0123456789*#"
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
LAYOUT = ("123", "456", "789", "*0#")
FRAME, PCMU, EVENTS, TICK = 160, 0, 101, 0.02
TONE_FRAMES, DIGIT_FRAMES = 2, 4   # 40 ms of tone, 40 ms of pause: the shortest that a receiver must accept (Q.24)
SETTLE_FRAMES = 100                # of silence before the first digit and after the last
LOSS, SWAP, TWICE = 0.25, 0.15, 0.15
SILENT = b"\xff" * FRAME


def tone_frames(key):
    """The frames of a press, the phase unbroken."""
    row = next(i for i, keys in enumerate(LAYOUT) if key in keys)
    low, high = ROWS[row], COLUMNS[LAYOUT[row].index(key)]
    pcm = b"".join(struct.pack("<h", int(5000 * math.sin(2 * math.pi * low * i / 8000) + 6000 * math.sin(2 * math.pi * high * i / 8000)))
                   for i in range(TONE_FRAMES * FRAME))
    sound = audioop.lin2ulaw(pcm, 2)
    return [sound[i * FRAME:(i + 1) * FRAME] for i in range(TONE_FRAMES)]


TONES = {key: tone_frames(key) for key in KEYS}


class Phone:
    """`bad`: its telephone events get lost, overtaken and doubled; at least one packet of each press arrives."""

    def __init__(self, address, number, form, digits, dice, bad):
        self.form, self.digits, self.dice, self.bad, self.number = form, digits, dice, bad, number
        host, port = address.split(":")
        self.sip, self.rtp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (self.sip, self.rtp):
            each.bind(("127.0.0.1", 0))
            each.setblocking(False)
        self.sip.connect((host, int(port)))
        self.address, self.target = address, f"sip:reception@{address}"
        self.to_rtp, self.tag, self.cseq = None, "", 1
        self.frame, self.sequence, self.stamp = 0, dice.randrange(60_000), dice.randrange(1 << 30)
        self.info, self.info_at, self.ended, self.held = 0, None, False, []
        self.arriving = []  # numbers of presses, in the order of the first packet of each that the line lets through
        self.event_packets = self.dropped = self.swapped = self.doubled = 0
        self.sent_at = time.monotonic()
        self.last = self.message("INVITE", self.sdp(), "application/sdp")
        self.sip.send(self.last)

    def sdp(self):
        media = f"m=audio {self.rtp.getsockname()[1]} RTP/AVP {PCMU}"
        if self.form == "rfc4733":
            media += f" {EVENTS}\r\na=rtpmap:{EVENTS} telephone-event/8000\r\na=fmtp:{EVENTS} 0-15"
        return f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{media}\r\n"

    def message(self, method, body="", kind=""):
        port = self.sip.getsockname()[1]
        to_tag = f";tag={self.tag}" if self.tag else ""
        text = (f"{method} {self.target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};"
                f"branch=z9hG4bK{self.number}x{self.cseq}{method};rport\r\nFrom: <sip:{self.number}@127.0.0.1>;tag=t\r\n"
                f"To: <sip:reception@{self.address}>{to_tag}\r\nCall-ID: digits-{self.number}\r\nCSeq: {self.cseq} {method}\r\n"
                f"Max-Forwards: 70\r\nContact: <sip:{self.number}@127.0.0.1:{port}>\r\n")
        if kind:
            text += f"Content-Type: {kind}\r\n"
        return (text + f"Content-Length: {len(body)}\r\n\r\n{body}").encode()

    def read(self):
        for each, use in ((self.rtp, None), (self.sip, self.understand)):
            try:
                while True:
                    data = each.recv(65535)
                    if use:
                        use(data.decode(errors="replace"))
            except OSError:
                pass

    def understand(self, text):
        if not text.startswith("SIP/2.0"):
            head = [line for line in text.split("\r\n") if re.match(r"(via|from|to|call-id|cseq):", line, re.I)]
            self.sip.send("\r\n".join(["SIP/2.0 200 OK", *head, "Content-Length: 0", "", ""]).encode())
            self.ended = self.ended or text.startswith("BYE")
            return
        status, (cseq, method) = int(text.split()[1]), re.search(r"^CSeq: *(\d+) (\w+)", text, re.M | re.I).groups()
        if status < 200:
            return
        if method == "INVITE":
            self.tag = re.search(r"^To:.*tag=([^;\s]+)", text, re.M | re.I).group(1)
            if status >= 300:
                raise SystemExit(f"call {self.number} was refused: {status}")
            self.target = re.search(r"^Contact:.*<([^>]+)>", text, re.M | re.I).group(1)
            self.sip.send(self.message("ACK"))
            self.to_rtp = ("127.0.0.1", int(re.search(r"^m=audio (\d+)", text, re.M).group(1)))
        elif method == "INFO" and self.info_at is not None and int(cseq) == self.cseq:
            if status != 200:
                raise SystemExit(f"an INFO was refused: {status}")
            self.info, self.info_at = self.info + 1, None

    def done(self):
        if self.form == "info":
            return self.info == len(self.digits) and self.frame > SETTLE_FRAMES
        return self.frame >= 2 * SETTLE_FRAMES + DIGIT_FRAMES * len(self.digits)

    def send_frame(self, now):
        if self.to_rtp is None or self.ended:
            if self.to_rtp is None and now - self.sent_at > 0.5:
                self.sent_at = now
                self.sip.send(self.last)
            return
        at = self.frame - SETTLE_FRAMES
        number, part = divmod(at, DIGIT_FRAMES)
        key = self.digits[number] if at >= 0 and number < len(self.digits) else None
        if key and self.form == "rfc4733":
            self.send_event(number, key, part)
        else:
            sound = TONES[key][part] if key and self.form == "in_band" and part < TONE_FRAMES else SILENT
            self.send_rtp(struct.pack("!BBHII", 0x80, PCMU, self.sequence & 0xFFFF, self.stamp, 77) + sound)
        if self.form == "info" and at >= 0:
            self.send_info(now, part)
        self.sequence += 1
        self.stamp = (self.stamp + FRAME) & 0xFFFFFFFF
        self.frame += 1

    def send_rtp(self, packet):
        try:
            self.rtp.sendto(packet, self.to_rtp)
        except OSError:
            pass

    def send_event(self, number, key, part):
        """Begin, end, and the end twice again."""
        if part == 0:
            self.event_stamp, self.spared = self.stamp, self.dice.randrange(4)
        last = 0x80 if part >= 1 else 0
        packet = struct.pack("!BBHIIBBH", 0x80, EVENTS | (0x80 if part == 0 else 0), self.sequence & 0xFFFF, self.event_stamp,
                             77, KEYS.index(key), last | 10, min(part + 1, TONE_FRAMES) * FRAME)
        self.event_packets += 1
        packet, out, self.held = (number, packet), self.held, []
        if self.bad and part != self.spared and self.dice.random() < LOSS:
            self.dropped += 1
        elif self.bad and self.dice.random() < SWAP:
            self.held, self.swapped = [packet], self.swapped + 1  # the next one overtakes it
        elif self.bad and self.dice.random() < TWICE:
            out, self.doubled = [packet, *out, packet], self.doubled + 1
        else:
            out = [packet, *out]
        self.let_through(out)

    def let_through(self, packets):
        for number, packet in packets:
            self.send_rtp(packet)
            if number not in self.arriving[-3:]:
                self.arriving.append(number)

    def sent(self):
        """The digits as the line let them through: a press of which nothing but its last packet arrives may be overtaken."""
        return "".join(self.digits[number] for number in self.arriving) if self.form == "rfc4733" else self.digits

    def send_info(self, now, part):
        """The next once the last is answered, one in 80 ms at most."""
        if self.info_at is not None:
            if now - self.info_at > 0.5:
                self.info_at = now
                self.sip.send(self.last)
        elif part == 0 and self.info < len(self.digits):
            self.cseq += 1
            self.info_at = now
            self.last = self.message("INFO", f"Signal={self.digits[self.info]}\r\nDuration=40\r\n", "application/dtmf-relay")
            self.sip.send(self.last)

    def hang_up(self):
        self.let_through(self.held)
        self.held = []
        if not self.ended:
            self.cseq += 1
            self.sip.send(self.message("BYE"))


def run(phones):
    due, latest = time.monotonic(), 0.0
    while not all(phone.done() or phone.ended for phone in phones):
        due += TICK
        now = time.monotonic()
        latest = max(latest, now - due)
        time.sleep(max(0, due - now))
        for phone in phones:
            phone.read()
            if not phone.done():
                phone.send_frame(time.monotonic())
    return latest


def call_ids(server):
    """By the number that called."""
    return {call["caller"]: call["id"] for call in server.get("/api/calls/logs?limit=100")["calls"]}


def whole_tape(server, call_id):
    """What the call's machine was told and did; None until its end is written."""
    text = journal(server.data, call_id)
    return text if "end_call" in text else None


def press_digits(server, form, total, calls, seed):
    dice, phones = random.Random(seed), []
    for i in range(calls):
        digits = "".join(dice.choice(KEYS) for _ in range(total // calls))
        phones.append(Phone(server.sip, 3335550100 + i, form, digits, random.Random(seed + i), form == "rfc4733" and i % 2 == 1))
        time.sleep(0.02)
    began = time.monotonic()
    caller_late = run(phones)
    took = time.monotonic() - began
    ended_early = sum(phone.ended for phone in phones)
    for phone in phones:
        phone.hang_up()
    lost = extra = arrived = 0
    ids = call_ids(server)
    for phone in phones:
        tape = wait_for(lambda: whole_tape(server, ids[str(phone.number)]), 30, f"the tape of {phone.number}")
        seen = "".join(re.findall(r"^\s*[\d.]+\s+digit (\S)", tape, re.M))
        arrived += len(seen)
        for kind, a, b, c, d in difflib.SequenceMatcher(None, phone.sent(), seen, autojunk=False).get_opcodes():
            lost += b - a if kind in ("delete", "replace") else 0
            extra += d - c if kind in ("insert", "replace") else 0
    return {"calls_at_once": calls, "pressed": sum(len(phone.digits) for phone in phones), "arrived": arrived, "lost": lost,
            "extra": extra, "ended_early": ended_early, "ms_per_digit": round(1000 * took / (total // calls)),
            "caller_late_ms_max": round(1000 * caller_late, 1),
            "bad_line": {"calls": sum(phone.bad for phone in phones), "event_packets": sum(p.event_packets for p in phones if p.bad),
                         "lost": sum(p.dropped for p in phones), "overtaken": sum(p.swapped for p in phones),
                         "doubled": sum(p.doubled for p in phones),
                         "presses_overtaken": sum(a > b for p in phones for a, b in zip(p.arriving, p.arriving[1:]))}}
