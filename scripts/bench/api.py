#!/usr/bin/env python3
"""Requests to the API over loopback: how many a second from 16 connections, how long one takes when nothing else asks,
and what one costs of a core; then the clock of 20 calls without and beside 500 requests a second. The sender (wrk) shares
the machine's cores with the program. `--only beside` or `--only alone` measures one of them. Writes bench/api.json when
--save is given."""
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "system"))
import figures  # noqa: E402
from frontdesk import Frontdesk  # noqa: E402

CALLS = 1000
SECONDS = int(os.environ.get("API_SECONDS", "6"))
CONNECTIONS = 16
CONFIG = '[server]\nrequests_per_second = 100000\n[business]\nname = "Measured"\n'
POST = """wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"domain": "sip.example.com", "port": 5060, "username": "u", "password": "p", "transport": "UDP", \
"inboundNumber": "03333357324"}'
"""
REQUESTS = {
    "nothing but the frame": ("/api/health/live", None),
    "health": ("/api/health", None),
    "one call": ("/api/calls/last", None),
    "50 calls of 1000": ("/api/calls/logs", None),
    "a line, checked": ("/api/sip/validate", POST),
}
MIXED = """local paths = {"/api/health", "/api/calls/last", "/api/calls/logs?limit=50"}
local at = 0
function delay() return %d end
function request()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""
BESIDE = {"calls": 20, "seconds": 40, "a_second": 500, "connections": 16}
PAIRS = 3         # of runs; the median of the differences counts, because the machine has other moods
CLOCK_LIMIT_MS = 2
UNITS_MS = {"us": 0.001, "ms": 1, "s": 1000}


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seed(data):
    """Calls as rows; whatever a column needs."""
    database = sqlite3.connect(os.path.join(data, "frontdesk.db"), timeout=30)
    columns = [(name, kind) for _, name, kind, needed, usual, _ in database.execute("PRAGMA table_info(calls)")
               if needed and usual is None]
    begun = int(time.time() * 1000) - CALLS * 60_000
    known = {"status": lambda i: "answered", "started_at": lambda i: begun + i * 60_000, "id": lambda i: f"call_{i:032x}",
             "organisation": lambda i: "org_local", "caller": lambda i: f"+4433355{i:05d}"}
    usual = {"INTEGER": 0, "REAL": 0.0}
    names = [name for name, _ in columns]
    rows = [[known.get(name, lambda _, k=kind: usual.get(k.upper(), ""))(i) for name, kind in columns] for i in range(CALLS)]
    with database:
        database.executemany(f"INSERT INTO calls ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)
    database.close()


def wrk(server, path, script, connections, seconds, pid):
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", f"http://{server}{path}"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
        if script:
            lua.write(script)
            lua.flush()
            command[1:1] = ["-s", lua.name]
        before = cpu_seconds(pid)
        text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
        used = cpu_seconds(pid) - before
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"{path} did not answer as it should:\n{text}")
    count = int(re.search(r"(\d+) requests in", text).group(1))
    times = {f"p{share}": round(float(value) * UNITS_MS[unit], 2)
             for share, value, unit in re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)", text, re.MULTILINE)}
    return {"a_second": round(count / seconds), "core_us": round(used * 1e6 / count, 1), "took_ms": times}


def measure():
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "frontdesk.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG)
        with Frontdesk("--config", config, "--voice", "flite:slt") as server:
            seed(server.data)
            pid = server.process.pid
            time.sleep(5)  # until what is prepared after the start is prepared
            for name, (path, script) in REQUESTS.items():
                many = wrk(server.http, path, script, CONNECTIONS, SECONDS, pid)
                alone = wrk(server.http, path, script, 1, max(2, SECONDS // 3), pid)
                found[name] = {"a_second": many["a_second"], "core_us": many["core_us"], "p99_ms": many["took_ms"]["p99"],
                               "alone_p50_ms": alone["took_ms"]["p50"], "alone_p99_ms": alone["took_ms"]["p99"]}
    return {"connections": CONNECTIONS, "seconds": SECONDS, "requests": found}


def clock_of_calls(server, requests):
    """How far the time between two packets is from 20 ms, and how many requests a second were answered meanwhile."""
    from load import Load, heard
    load = Load(server.sip, BESIDE["seconds"], "--calls", BESIDE["calls"], "--rate", 20, "--hold", 3600)
    time.sleep(3)
    answered = 0
    if requests:
        pause = round(1000 * BESIDE["connections"] / BESIDE["a_second"]) - 3
        asked = wrk(server.http, "/", MIXED % pause, BESIDE["connections"], BESIDE["seconds"] - 6, server.process.pid)
        answered = asked["a_second"]
    report = heard(load.report())
    return {"requests_a_second": answered, "clock_off_ms": report["clock_off_ms"], "packets_lost": report["packets_lost"],
            "caller_late_p99_ms": report["caller_late_ms"]["p99"]}


def beside_calls():
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "frontdesk.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG)
        with Frontdesk("--config", config, "--voice", "flite:slt", "--diagnostics") as server:
            seed(server.data)
            time.sleep(5)
            for _ in range(PAIRS):
                runs.append((clock_of_calls(server, False), clock_of_calls(server, True)))
    worse = [beside["clock_off_ms"]["p99"] - alone["clock_off_ms"]["p99"] for alone, beside in runs]
    alone, beside = runs[worse.index(statistics.median(worse))]
    return {"calls": BESIDE["calls"], "seconds": BESIDE["seconds"], "without_requests": alone, "with_requests": beside,
            "p99_worse_by_ms": [round(each, 3) for each in worse], "limit_ms": CLOCK_LIMIT_MS}


def main():
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    kept = figures.saved("api.json")
    result = {"machine": figures.machine()}
    result.update(measure() if only != "beside" else {name: kept[name] for name in kept if name not in ("machine", "beside_calls")})
    if only != "alone":
        result["beside_calls"] = {"load_before": round(os.getloadavg()[0], 2), **beside_calls()}
    figures.show({key: value for key, value in result.items() if key != "machine"}, figures.saved("api.json"))
    print("  machine", result["machine"])
    if "--save" in sys.argv:
        figures.save("api.json", result)


if __name__ == "__main__":
    main()
