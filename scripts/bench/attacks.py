#!/usr/bin/env python3
"""What strangers and bad lines send, while calls with media are up: damaged SIP, sprayed RTP, 10,000 digits in each form.

  --only PART[,PART]   damaged, spray, rfc4733, info, in_band (default: all, about 6 minutes)
  --save               writes the parts that were run to bench/attacks.json

In a network of its own, so that only its own server is attacked; so it needs root. bench/README.md says what each
figure is."""
import array
import io
import os
import random
import select
import socket
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "system"))
import figures  # noqa: E402
from digit_phones import FORMS, press_digits  # noqa: E402
from frontdesk import Frontdesk, ROOT, wait_for  # noqa: E402
from load import BUILD, Load, Server, difference, heard, holdings, resident_mb  # noqa: E402

SEED = 7
DAMAGED_MESSAGES, DAMAGED_PER_SECOND, DAMAGED_CALLS = 10_000, 200, 50
SPRAY_CALLS, SPRAY_PER_SECOND, SPRAY_SECONDS, SPRAY_FIRST, SPRAY_LAST = 100, 5000, 40, 20000, 20999
LOUD = 20_000
SPRAY_CONFIG = f"""[server]
rtp = "{SPRAY_FIRST}-{SPRAY_LAST}"
[limits]
max_calls = {SPRAY_CALLS}
silence_seconds = 120
[business]
name = "Sprayed"
"""
DIGITS, DIGIT_CALLS = 10_000, 40


class Target(Server):
    """The stubbed receptionist with other limits."""

    def __init__(self, max_calls, rtp):
        self.data = tempfile.mkdtemp(prefix="frontdesk-bench-")
        self.owns_data = True
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "frontdesk_stubbed"), "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data",
             self.data, "--rtp", rtp, "--max-calls", str(max_calls)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
        self.process.stderr = open(os.devnull, encoding="utf-8")  # a pipe that nobody reads would fill up
        self.sip = self.http = None
        self._await_ready()
        self.pid = self.process.pid


# --- damaged messages

METHODS = ("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO", "MESSAGE", "SUBSCRIBE", "UPDATE", "REFER",
           "NOTIFY", "PRACK", "PUBLISH")
NASTY = (b"", b"-1", b"4294967296", b"99999999999999999999", b"\0", b"\xff" * 40, b"A" * 3000, b"%00%s%n", b"<sip:@>;;tag",
         b"sip:[::1", b"SIP/2.0/UDP", b"\"", b";lr;lr;lr" * 50, b"*", b",,,,", b"1 " + b"X" * 200)


def whole_message(damage, number, transport, server):
    method = damage.choice(METHODS)
    sdp = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0 101\r\n"
           "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n") if method in ("INVITE", "UPDATE", "ACK") else ""
    first = f"{method} sip:echo-test@{server} SIP/2.0" if damage.random() < 0.85 else "SIP/2.0 200 OK"
    return "\r\n".join([
        first, f"Via: SIP/2.0/{transport} 127.0.0.1:5099;branch=z9hG4bK{number};rport", "Max-Forwards: 70",
        f"From: \"A\" <sip:a@example.org>;tag=f{number}", f"To: <sip:echo-test@{server}>", f"Call-ID: d{number}@x",
        f"CSeq: 1 {method}", "Contact: <sip:a@127.0.0.1:5099>", "Route: <sip:127.0.0.1;lr>", "Session-Expires: 1800",
        "Supported: timer, 100rel", "Content-Type: application/sdp", f"Content-Length: {len(sdp)}", "", sdp]).encode()


def damaged(damage, message):
    """One to four kinds of harm."""
    out = bytearray(message)
    for _ in range(damage.randrange(1, 5)):
        kind, at = damage.randrange(7), damage.randrange(len(out) or 1)
        lines = bytes(out).split(b"\r\n")
        line = damage.randrange(len(lines))
        if kind == 0:
            for _ in range(damage.randrange(1, 12)):
                out[damage.randrange(len(out))] = damage.randrange(256)
        elif kind == 1:
            out = out[:max(1, at)]
        elif kind == 2:
            del out[at:at + damage.randrange(1, 60)]
        elif kind == 3:
            out[at:at] = damage.randbytes(damage.randrange(1, 200))
        elif kind == 4:
            lines[line] = lines[line].split(b":")[0] + b": " + damage.choice(NASTY)
            out = bytearray(b"\r\n".join(lines))
        elif kind == 5:
            lines[line:line] = [lines[line]] * damage.randrange(1, 30)
            out = bytearray(b"\r\n".join(lines))
        else:
            damage.shuffle(lines)
            out = bytearray(b"\r\n".join(lines))
        out = out[:60_000] or bytearray(b"\r\n")
    return bytes(out)


def answers_waiting(sockets):
    count = 0
    for each in select.select(sockets, [], [], 0)[0]:
        try:
            while each.recv(65535):
                count += 1
        except OSError:
            pass
    return count


def send_damage(address, told):
    """Half by UDP from 200 addresses, half by TCP, some twenty to a connection."""
    host, port = address.split(":")
    damage, begun = random.Random(SEED), time.monotonic()
    told.update(udp=0, tcp=0, tcp_connections=0, answers=0)
    datagrams, stream = [], None
    for i in range(200):
        each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        each.bind((f"127.0.1.{i + 1}", 0))
        each.setblocking(False)
        datagrams.append(each)
    for number in range(DAMAGED_MESSAGES):
        time.sleep(max(0, begun + number / DAMAGED_PER_SECOND - time.monotonic()))
        by_tcp = number % 2 == 1
        message = damaged(damage, whole_message(damage, number, "TCP" if by_tcp else "UDP", address))
        if not by_tcp:
            datagrams[number // 2 % len(datagrams)].sendto(message, (host, int(port)))
            told["udp"] += 1
        else:
            for _ in range(3):  # the server may have closed what was damaged
                try:
                    if stream is None:
                        stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                        stream.settimeout(1)
                        stream.bind((f"127.0.2.{number // 2 % 200 + 1}", 0))
                        stream.connect((host, int(port)))
                        stream.setblocking(False)
                        told["tcp_connections"] += 1
                    stream.send(message)
                    told["tcp"] += 1
                    break
                except OSError:
                    stream.close()
                    stream = None
            if stream is not None:
                told["answers"] += answers_waiting([stream])
                if damage.random() < 0.05:
                    stream.close()
                    stream = None
        if number % 50 == 0:
            told["answers"] += answers_waiting(datagrams)
    told["answers"] += answers_waiting(datagrams)
    for each in datagrams + ([stream] if stream else []):
        each.close()


def options_seconds(address, number):
    """How long an answer to OPTIONS takes; None: longer than 5 s."""
    host, port = address.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.9", 0))
        peer.settimeout(5)
        text = (f"OPTIONS sip:reception@{address} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.9:{peer.getsockname()[1]};"
                f"branch=z9hG4bKprobe{number};rport\r\nFrom: <sip:probe@127.0.0.9>;tag=p\r\nTo: <sip:reception@{address}>\r\n"
                f"Call-ID: probe{number}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
        begun = time.monotonic()
        peer.sendto(text.encode(), (host, int(port)))
        try:
            return time.monotonic() - begun if peer.recv(4096).startswith(b"SIP/2.0 200") else None
        except TimeoutError:
            return None


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def fifty_calls(attack):
    """Fifty echo calls for as long as `attack` takes, which is given the server; what the callers saw."""
    length = DAMAGED_MESSAGES / DAMAGED_PER_SECOND + 12
    with Target(DAMAGED_CALLS + 20, "12000-19999") as server:
        Load(server.sip, 3, "--calls", 5).report()
        before = holdings(server)
        load = Load(server.sip, length, "--calls", DAMAGED_CALLS, "--rate", 25, "--hold", 3600)
        time.sleep(5)
        found = attack(server) if attack else {}
        report = heard(load.report())
        ended = time.monotonic()
        back = wait_for(lambda: descriptors(server.pid) <= before["descriptors"] and time.monotonic() - ended, 120,
                        "the descriptors of the start") if attack else 0
        after = holdings(server)
    return {**found, "descriptors_back_after_s": round(back, 1), "left_behind": difference(before, after), **report}


def under_damage(server):
    told, times, peak = {}, [], [0.0]
    memory = resident_mb(server.pid)
    sender = threading.Thread(target=send_damage, args=(server.sip, told))
    sender.start()
    while sender.is_alive():
        times.append(options_seconds(server.sip, len(times)))
        peak[0] = max(peak[0], resident_mb(server.pid))
        time.sleep(0.1)
    answered = [1000 * t for t in times if t is not None]
    return {"messages": told, "options": {"asked": len(times), "unanswered": len(times) - len(answered),
                                          "ms_p50": round(figures.percentile(answered, 50), 1),
                                          "ms_max": round(max(answered), 1)},
            "resident_growth_mb": round(peak[0] - memory, 1), "alive": server.process.poll() is None}


def damaged_sip():
    """10,000 damaged SIP messages by UDP and TCP while fifty calls carry sound; then the same calls in peace."""
    result = {"calls_at_once": DAMAGED_CALLS, "seed": SEED, **fifty_calls(under_damage)}
    result["packets_lost_in_peace"] = fifty_calls(None)["packets_lost"]
    return result


# --- sprayed RTP

def spray(over, sent, stranger):
    """Loud PCMU to every port of the range in turn; each port's sequence numbers in a row."""
    payload, number, began = b"\x80\x00" * 80, 0, time.monotonic()
    ports = SPRAY_LAST - SPRAY_FIRST + 1
    while not over.is_set():
        due = int((time.monotonic() - began) * SPRAY_PER_SECOND)
        while number < due:
            turn = number // ports
            head = bytes([0x80, 0]) + (turn & 0xFFFF).to_bytes(2, "big") + (turn * 160).to_bytes(4, "big") + b"\0\0\x0b\xad"
            try:
                stranger.sendto(head + payload, ("127.0.0.1", SPRAY_FIRST + number % ports))
            except OSError:  # a closed port said so
                pass
            number += 1
        time.sleep(0.002)
    sent.append((number, time.monotonic() - began))


def loudest(sound):
    """Of the caller's side, and of ours: that there is sound shows that the recording is one."""
    with wave.open(io.BytesIO(sound)) as recording:
        samples = array.array("h", recording.readframes(recording.getnframes()))
    return [max((abs(s) for s in samples[side::2]), default=0) for side in (0, 1)]


def recorded_levels(server):
    """The loudest sample of each caller's side. A call whose recording lacks our greeting proves nothing and is left out."""
    levels = []
    for each in server.get("/api/calls/logs?limit=100")["calls"]:
        try:
            caller, ours = loudest(server.fetch(f"/api/calls/{each['id']}/recording"))
            levels += [caller] if ours > 1000 else []
        except urllib.error.HTTPError as problem:
            print("no recording:", problem)
    return levels


def sprayed():
    """A stranger's sound to every port of the range, from before the first call's first packet."""
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind(("127.0.0.2", 0))
    stranger.setblocking(False)
    over, sent = threading.Event(), []
    folder = tempfile.mkdtemp(prefix="frontdesk-spray-")
    config = os.path.join(folder, "frontdesk.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(SPRAY_CONFIG)
    # The real program, which records; its voice is the one that takes least.
    with Frontdesk("--config", config, "--voice", "flite:slt") as server:
        sender = threading.Thread(target=spray, args=(over, sent, stranger))
        sender.start()
        report = heard(Load(server.sip, SPRAY_SECONDS, "--calls", SPRAY_CALLS, "--rate", 25, "--hold", 3600,
                            "--sound", "silence", extension="reception").report())
        over.set()
        sender.join()
        wait_for(lambda: server.get("/api/health")["calls"]["now"] == 0, 60, "a server without calls")
        time.sleep(3)
        levels = recorded_levels(server)
    shutil.rmtree(folder)
    answered = 0
    try:
        while stranger.recv(2048):
            answered += 1
    except OSError:
        pass
    stranger.close()
    (number, took), = sent
    return {"calls_at_once": SPRAY_CALLS, "strangers_packets": number, "per_second": round(number / took),
            "ports": SPRAY_LAST - SPRAY_FIRST + 1, "packets_sent_to_stranger": answered, "recordings": len(levels),
            "loudest_sample": max(levels, default=None), "stranger_sends": LOUD,
            "recordings_with_stranger": sum(1 for level in levels if level > LOUD // 10), **report}


# --- digits

def pressed(form):
    def part():
        with Target(200, "12000-19999") as server:
            return press_digits(server, form, DIGITS, DIGIT_CALLS, SEED)
    part.__doc__ = f"10,000 digits by {form} over {DIGIT_CALLS} calls, as fast as is legal."
    return part


PARTS = {"damaged": damaged_sip, "spray": sprayed, **{form: pressed(form) for form in FORMS}}


def misses(part, r):
    if part == "damaged":
        return [text for met, text in [
            (r["options"]["unanswered"] == 0 and r["options"]["ms_max"] <= 1000, "OPTIONS took longer than 1 s"),
            (r["packets_lost"] <= r["packets_lost_in_peace"] and not r["failed"], "calls lost packets"),
            (r["resident_growth_mb"] <= 20, "memory grew by more than 20 MB"),
            (r["descriptors_back_after_s"] <= 60 and r["left_behind"]["descriptors"] <= 0, "descriptors were left")] if not met]
    if part == "spray":
        return [text for met, text in [
            (r["packets_sent_to_stranger"] == 0, "packets went to the stranger"),
            (r["recordings"] == SPRAY_CALLS, "not every call has a recording"),
            (r["recordings_with_stranger"] == 0, "the stranger is in a recording")] if not met]
    return [] if r["lost"] == 0 and r["extra"] == 0 and r["pressed"] >= DIGITS else ["digits were lost or doubled"]


def main():
    if "--inside" not in sys.argv:
        os.execvp("unshare", ["unshare", "--net", sys.executable, os.path.abspath(__file__), *sys.argv[1:], "--inside"])
    subprocess.run("ip link set lo up", shell=True, check=True)
    only = sys.argv[sys.argv.index("--only") + 1].split(",") if "--only" in sys.argv else list(PARTS)
    missed = []
    for part in only:
        print(f"{part}: {PARTS[part].__doc__}", flush=True)
        busy = os.getloadavg()[0]
        result = PARTS[part]()
        result["machine_load"] = {"before": round(busy, 1), "after": round(os.getloadavg()[0], 1)}
        before = figures.saved("attacks.json")
        figures.show(result, before.get(part, {}))
        missed += [f"{part}: {text}" for text in misses(part, result)]
        if "--save" in sys.argv:
            figures.save("attacks.json", {**before, "machine": figures.machine(), part: result})
    for text in missed:
        print("MISSED:", text)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
