#!/usr/bin/env python3
"""Twenty calls at once with the plain voice: packets lost and the send clock, measured at the callers
with the kernel's receive stamps. Writes bench/load.json when --save is given."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "system"))
from frontdesk import Frontdesk, ROOT, call  # noqa: E402

CALLS = 20
SECONDS = 30


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    with Frontdesk("--diagnostics", "--voice", "flite:slt") as server:
        before = cpu_seconds(server.process.pid)
        code, report, errors = call(server.sip, "--calls", str(CALLS), "--listen-only", str(SECONDS), extension="talk-test")
        if report is None:
            sys.exit("the calls failed: " + errors)
        used = cpu_seconds(server.process.pid) - before
        health = server.get("/api/health")
    totals = report["totals"]
    result = {"calls": CALLS, "seconds": SECONDS, "ok": totals["ok"], "received": totals["received"], "lost": totals["lost"],
              "late": totals["late"], "interval_ms": totals.get("interval_ms"), "server_cores": round(used / SECONDS, 3),
              "tick_late_p99_ms": health.get("tick_late_p99_ms"), "cores": os.cpu_count()}
    print(json.dumps(result, indent=2))
    if "--save" in sys.argv:
        with open(os.path.join(ROOT, "bench", "load.json"), "w") as file:
            json.dump(result, file, indent=2)
            file.write("\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
