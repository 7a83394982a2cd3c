#!/usr/bin/env python3
"""20,000 SIP requests a second from a million addresses for 90 s, while calls run and a provider makes new ones: memory,
set-up times of those, losses of the running ones. In a network of its own, where all of 10/8 is this machine; so it
needs root. Writes bench/flood.json when --save is given."""
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "system"))
from frontdesk import PROGRAM, Frontdesk, ROOT  # noqa: E402

RATE = 20_000
SECONDS = int(os.environ.get("FLOOD_SECONDS", "90"))
CALLS = 10
SERVER, PROVIDER, FIRST = "10.0.0.1", "10.0.0.9", "10.100.0.0"
CONFIG = f"""[server]
direct_callers = []
[trunk]
domain = "{PROVIDER}"
port = 5060
transport = "udp"
register = false
[limits]
max_calls = 40
silence_seconds = 120
[business]
name = "Flooded"
"""
SDP = f"v=0\r\no=- 1 1 IN IP4 {PROVIDER}\r\ns=-\r\nc=IN IP4 {PROVIDER}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


def resident_kb(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def request(method, number, sequence, to_tag="", body=""):
    tag = f";tag={to_tag}" if to_tag else ""
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (f"{method} sip:talk-test@{SERVER} SIP/2.0\r\nVia: SIP/2.0/UDP {PROVIDER};branch=z9hG4bK{number}{method};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:p@{PROVIDER}>;tag=p\r\nTo: <sip:talk-test@{SERVER}>{tag}\r\n"
            f"Call-ID: {number}\r\nCSeq: {sequence} {method}\r\nContact: <sip:p@{PROVIDER}>\r\n{kind}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def set_up(peer, number):
    """Milliseconds from the INVITE to its 200, repeated as RFC 3261 says; None: none came in 5 s."""
    invite = request("INVITE", number, 1, body=SDP)
    begun = time.monotonic()
    wait, again = 0.5, begun + 0.5
    peer.send(invite)
    while time.monotonic() - begun < 5:
        peer.settimeout(max(0.001, again - time.monotonic()))
        try:
            answer = peer.recv(4096).decode(errors="replace")
        except TimeoutError:
            wait *= 2
            again = time.monotonic() + wait
            peer.send(invite)
            continue
        if f"Call-ID: {number}\r\n" not in answer:
            continue
        again = time.monotonic() + 5  # a provisional answer stops the repetition
        if answer.startswith("SIP/2.0 200") and "INVITE" in answer:
            took = 1000 * (time.monotonic() - begun)
            tag = answer.split("\r\nTo: ")[1].split("\r\n")[0].split(";tag=")[1]
            peer.send(request("ACK", number, 1, tag))
            peer.send(request("BYE", number, 2, tag))
            return took
    return None


def percentile(values, share):
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 1) if values else None


def measure():
    subprocess.run("ip link set lo up && ip route add local 10.0.0.0/8 dev lo", shell=True, check=True)
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "frontdesk.toml")
        with open(config, "w") as file:
            file.write(CONFIG)
        with Frontdesk("--config", config, "--diagnostics", "--voice", "flite:slt", sip=f"{SERVER}:0") as server:
            return during(server)


def during(server):
    port = int(server.sip.split(":")[1])
    running = subprocess.Popen([PROGRAM, "call", f"sip:talk-test@{SERVER}:{port}", "--bind", PROVIDER, "--json", "--calls",
                                str(CALLS), "--listen-only", str(SECONDS + 4)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    time.sleep(3)
    pid = server.process.pid
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.bind((PROVIDER, 0))
    peer.connect((SERVER, port))
    quiet = [set_up(peer, f"quiet-{i}") for i in range(10)]
    memory, cpu, peak = resident_kb(pid), cpu_seconds(pid), [0]
    flood = subprocess.Popen([os.path.join(os.path.dirname(PROGRAM), "frontdesk_flood"), SERVER, str(port), str(RATE),
                              str(SECONDS), FIRST, "1000000"], stdout=subprocess.PIPE, text=True)

    def watch():
        while flood.poll() is None:
            peak[0] = max(peak[0], resident_kb(pid))
            time.sleep(0.2)
    watcher = threading.Thread(target=watch)
    watcher.start()
    times = []
    while flood.poll() is None:
        times.append(set_up(peer, f"flood-{len(times)}"))
        time.sleep(0.5)
    watcher.join()
    sent = json.load(flood.stdout)
    used = cpu_seconds(pid) - cpu
    totals = json.loads(running.communicate(timeout=60)[0])["totals"]
    done = [t for t in times if t is not None]
    return {"messages_per_second": sent["per_second"], "seconds": SECONDS, "memory_growth_kb": peak[0] - memory,
            "server_cores": round(used / SECONDS, 3), "provider_calls": len(times), "failed": len(times) - len(done),
            "set_up_ms": {"p50": percentile(done, 0.5), "p95": percentile(done, 0.95), "max": percentile(done, 1)},
            "quiet_set_up_ms_p50": percentile([t for t in quiet if t is not None], 0.5),
            "running_calls": {"calls": CALLS, "ok": totals["ok"], "received": totals["received"], "lost": totals["lost"],
                              "late": totals["late"]}, "cores": os.cpu_count()}


def main():
    if "--inside" not in sys.argv:
        os.execvp("unshare", ["unshare", "--net", sys.executable, os.path.abspath(__file__), *sys.argv[1:], "--inside"])
    result = measure()
    print(json.dumps(result, indent=2))
    if "--save" in sys.argv:
        with open(os.path.join(ROOT, "bench", "flood.json"), "w") as file:
            json.dump(result, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
