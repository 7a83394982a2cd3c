#!/usr/bin/env python3
"""Many calls at once: what they cost, what gets lost, how fast they are set up. Measured at the callers and in /proc.

  --only PART[,PART]   echo_cost, hundred, held, rate, burst, leaks, sipp (default: all, about 8 minutes)
  --full               held and rate for 10 minutes each (all: about 27 minutes)
  --smoke              seconds of each: does it work? Its figures mean nothing and cannot be saved
  --save               writes the parts that were run to bench/load.json

bench/README.md says what each figure is. Run it on an idle machine: server and callers share its cores."""
import array
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "system"))
from frontdesk import Frontdesk, PROGRAM, ROOT, wait_for  # noqa: E402

import corpus  # noqa: E402
import figures  # noqa: E402
import human_audio  # noqa: E402

SMOKE, FULL = "--smoke" in sys.argv, "--full" in sys.argv
BUILD = os.path.dirname(os.path.abspath(PROGRAM))
SCENARIOS = os.path.join(ROOT, "tests", "load")
RATE = 8000
NANO = 1e9


def seconds(short, full):
    return 6 if SMOKE else full if FULL else short


# --- processes, and what /proc says about them

class Server(Frontdesk):
    """The receptionist with engines that cost nothing: what is left is signalling, media and records."""

    def __init__(self):
        self.data = tempfile.mkdtemp(prefix="frontdesk-bench-")
        self.owns_data = True
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "frontdesk_stubbed"), "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data",
             self.data, "--rtp", "12000-19999", "--max-calls", "1000"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        self.sip = self.http = None
        self._await_ready()
        self.pid = self.process.pid


class BareEcho:
    """epoll_wait, recvfrom, sendto."""

    def __enter__(self):
        self.process = subprocess.Popen([os.path.join(BUILD, "bare_echo")], stdout=subprocess.PIPE, text=True)
        self.sip = re.match(r"ready sip=(\S+)", self.process.stdout.readline()).group(1)
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def thread_seconds(pid):
    """CPU seconds so far by the name of the thread; exact, where `ps` counts ticks."""
    total = {}
    for task in glob.glob(f"/proc/{pid}/task/*"):
        try:
            with open(task + "/comm") as name, open(task + "/schedstat") as spent:
                name = name.read().strip()
                total[name] = total.get(name, 0) + int(spent.read().split()[0]) / NANO
        except FileNotFoundError:
            continue
    return total


class Window:
    """The cores that processes use between two moments."""

    def __init__(self, *pids):
        self.pids, self.begun = pids, time.monotonic()
        self.before = [thread_seconds(pid) for pid in pids]

    def cores(self):
        """For each process: the cores of all its threads, and of each that counts."""
        length = time.monotonic() - self.begun
        out = []
        for pid, before in zip(self.pids, self.before):
            used = {name: (now - before.get(name, 0)) / length for name, now in thread_seconds(pid).items()}
            out.append((sum(used.values()), {name: round(cores, 4) for name, cores in used.items() if cores > 0.0005}))
        return out


def resident_mb(pid):
    with open(f"/proc/{pid}/status") as status:
        return round(int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024, 1)


def holdings(server):
    """What could leak, once no call is running."""
    wait_for(lambda: server.get("/api/health")["calls"]["now"] == 0, 60, "a server without calls")
    time.sleep(1)
    folder = f"/proc/{server.pid}/fd/"
    links = []
    for descriptor in os.listdir(folder):
        try:
            links.append(os.readlink(folder + descriptor))
        except FileNotFoundError:
            continue
    return {"descriptors": len(links), "sockets": sum(1 for link in links if link.startswith("socket")),
            "threads": len(os.listdir(f"/proc/{server.pid}/task"))}


class Load:
    """`frontdesk load` as a process."""

    def __init__(self, address, length, *arguments, extension="echo-test"):
        self.limit = length + 120
        self.process = subprocess.Popen(
            [PROGRAM, "load", f"sip:{extension}@{address}", "--json", "--minutes", str(length / 60), *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def report(self):
        out, errors = self.process.communicate(timeout=self.limit)
        if not out.strip():
            sys.exit("the load caller failed: " + errors)
        return json.loads(out)


def heard(report):
    calls, packets = report["calls"], report["packets"]
    return {"calls": calls["placed"], "failed": calls["failed"], "failures": calls["failures"],
            "without_audio": calls["without_audio"] + calls["silent"] + calls["cut_short"],
            "packets_expected": packets["expected"], "packets_lost": packets["lost"],
            "dropped_at_caller": packets["dropped_here"], "packets_late": packets["late"],
            "setup_ms": report["setup_ms"], "clock_off_ms": report["interval_deviation_ms"],
            "caller_late_ms": report["caller_late_ms"]}


# --- parts

def echo_cost():
    """The server and a bare loop, each with a hundred callers of its own, side by side."""
    calls, ramp, length = 100, 100, seconds(30, 60)
    runs = []
    with Server() as server, BareEcho() as bare:
        for _ in range(1 if SMOKE else 3):
            loads = [Load(each.sip, length, "--calls", calls, "--rate", ramp, "--hold", 3600) for each in (server, bare)]
            time.sleep(calls / ramp + 1)
            window = Window(server.pid, bare.pid)
            time.sleep(length - calls / ramp - 3)
            (ours, threads), (least, _) = window.cores()
            reports = [load.report() for load in loads]
            runs.append({"server_cores": round(ours, 4), "bare_cores": round(least, 4), "ratio": round(ours / least, 3),
                         "threads": threads, "lost": [report["packets"]["lost"] for report in reports]})
    return {"calls": calls, "seconds": length, "runs": runs,
            "ratio_median": figures.percentile([run["ratio"] for run in runs], 50)}


def talking_caller():
    """Questions with time for the answers between them, repeated: half a minute of 8 kHz sound."""
    _, rows = corpus.prepare()
    lines = [row for row in rows if row["kind"] == "question" and corpus.is_synthetic(row) and row["middle"] == "-"]
    sound = array.array("h")
    for row in lines[:3]:
        sound += array.array("h", [0] * RATE) + array.array("h", corpus.read_wav(row["wav"]))
        sound += array.array("h", [0] * 7 * RATE)
    path = os.path.join(tempfile.gettempdir(), f"frontdesk-caller-{os.getpid()}.wav")
    human_audio.write_wav(path, RATE, sound.tobytes())
    return path


ENGINES = ("voice activity",)


def hundred():
    """A hundred conversations. The engines answer at once, but the detector of speech is the real one: counted apart."""
    calls, length = 100, seconds(60, 60)
    sound = talking_caller()
    try:
        with Server() as server:
            load = Load(server.sip, length, "--calls", calls, "--rate", 20, "--hold", 3600, "--sound", sound,
                        extension="reception")
            time.sleep(calls / 20 + 1 if not SMOKE else 2)
            window = Window(server.pid)
            time.sleep(max(1, length - calls / 20 - 3))
            (total, threads), = window.cores()
            report = heard(load.report())
    finally:
        os.unlink(sound)
    engines = sum(cores for name, cores in threads.items() if name in ENGINES)
    return {"calls_at_once": calls, "seconds": length, "cores_without_engines": round(total - engines, 4),
            "cores_of_engines": round(engines, 4), "threads": threads, **report}


def held():
    """Five hundred calls that stay up."""
    calls, length = 500, seconds(60, 600)
    with Server() as server:
        Load(server.sip, 3, "--calls", 5).report()
        idle_mb, before = resident_mb(server.pid), holdings(server)
        load = Load(server.sip, length, "--calls", calls, "--rate", 50, "--hold", 7200)
        time.sleep(min(calls / 50 + 2, length - 3))
        window = Window(server.pid, load.process.pid)
        threads_during = len(os.listdir(f"/proc/{server.pid}/task"))
        time.sleep(max(0.5, length - calls / 50 - 5))
        (cores, threads), (caller, _) = window.cores()
        busy_mb = resident_mb(server.pid)
        report = heard(load.report())
        after = holdings(server)
    return {"calls_at_once": calls, "seconds": length, "cores": round(cores, 4), "threads": threads,
            "caller_cores": round(caller, 4), "resident_mb": {"idle": idle_mb, "busy": busy_mb,
                                                             "per_call": round((busy_mb - idle_mb) / calls, 3)},
            "threads_more_than_idle": threads_during - before["threads"], "left_behind": difference(before, after), **report}


def difference(before, after):
    return {name: after[name] - before[name] for name in before}


def arrivals(rate, length):
    with Server() as server:
        Load(server.sip, 3, "--calls", 5).report()
        window = Window(server.pid)
        report = heard(Load(server.sip, length, "--rate", rate).report())
        (cores, threads), = window.cores()
        mb = resident_mb(server.pid)
    return {"new_calls_per_second": rate, "seconds": length, "cores": round(cores, 4), "threads": threads,
            "resident_mb": mb, **report}


def rate():
    """Fifty new calls a second, of two seconds each."""
    return arrivals(50, seconds(60, 600))


def burst():
    """Two hundred new calls a second for a quarter of a minute."""
    return arrivals(200, seconds(15, 15))


def leaks():
    """Ten thousand calls, then the same descriptors, sockets and threads as before."""
    calls, per_second = (200 if SMOKE else 10_000), 100
    with Server() as server:
        Load(server.sip, 3, "--rate", 20).report()
        before, before_mb = holdings(server), resident_mb(server.pid)
        report = heard(Load(server.sip, calls / per_second, "--rate", per_second, "--hold", 1).report())
        after = holdings(server)
        time.sleep(0 if SMOKE else 40)  # for what SIP remembers of a call that is over (RFC 3261, 64 * T1)
        after_mb = resident_mb(server.pid)
    return {"left_behind": difference(before, after), "resident_mb": {"before": before_mb, "after": after_mb}, **report}


def sipp():
    """A second caller, not ours: 50 new calls a second of two seconds, its packets sent back to itself by the echo."""
    length, per_second = seconds(30, 60), 50
    folder = tempfile.mkdtemp(prefix="frontdesk-sipp-")
    with Server() as server:
        command = ["sipp", server.sip, "-sf", os.path.join(SCENARIOS, "two_seconds.xml"), "-s", "talk-test", "-i",
                   "127.0.0.1", "-r", str(per_second), "-m", str(per_second * length), "-l", "1000", "-rtp_echo", "-nostdin",
                   "-timeout", str(length + 60), "-trace_stat", "-stf", os.path.join(folder, "stat.csv"), "-fd", "1"]
        done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              timeout=length + 120)
        with open(os.path.join(folder, "stat.csv")) as file:
            rows = [line.rstrip("\n").split(";") for line in file]
        last = dict(zip(rows[0], rows[-1]))
        left = server.get("/api/health")["calls"]["now"]
    shutil.rmtree(folder)
    return {"seconds": length, "exit_code": done.returncode, "calls": int(last["TotalCallCreated"]),
            "completed": int(last["SuccessfulCall(C)"]), "failed": int(last["FailedCall(C)"]),
            "retransmissions": int(last["Retransmissions(C)"]), "calls_left_on_server": left}


PARTS = {"echo_cost": echo_cost, "hundred": hundred, "held": held, "rate": rate, "burst": burst, "leaks": leaks,
         "sipp": sipp}


def misses(result):
    """What the product promises and a run did not show."""
    checks = {
        "echo_cost": lambda r: [(r["ratio_median"] <= 2, "an echo call costs more than twice the bare loop")],
        "hundred": lambda r: [(r["cores_without_engines"] <= 0.25, "100 calls need more than a quarter of a core"),
                              (r["clock_off_ms"]["p99"] <= 2, "the send clock is off by more than 2 ms (p99)")],
        "held": lambda r: [(r["packets_lost"] == 0 and r["failed"] == 0, "calls or packets were lost at 500 calls"),
                           (r["resident_mb"]["busy"] <= 60 + 0.2 * r["calls_at_once"], "more memory than allowed"),
                           (r["threads_more_than_idle"] == 0, "threads grow with the calls"),
                           (not any(r["left_behind"].values()), "something was left behind")],
        "rate": lambda r: [(r["failed"] == 0, "calls failed at 50 a second"),
                           (r["setup_ms"]["p95"] <= 20, "setting a call up takes longer than 20 ms (p95)")],
        "burst": lambda r: [(r["failed"] == 0, "calls failed at 200 a second")],
        "leaks": lambda r: [(not any(r["left_behind"].values()) and r["failed"] == 0, "something was left behind")],
        "sipp": lambda r: [(r["failed"] == 0 and r["exit_code"] == 0, "calls of sipp failed")],
    }
    return [text for part, found in result.items() for met, text in checks[part](found) if not met]


def main():
    only = sys.argv[sys.argv.index("--only") + 1].split(",") if "--only" in sys.argv else list(PARTS)
    unknown = [part for part in only if part not in PARTS]
    if unknown:
        sys.exit("there is no part " + ", ".join(unknown) + "; there are: " + ", ".join(PARTS))
    machine, before, result = figures.machine(), figures.saved("load.json"), {}
    for part in only:
        print(part + ": " + " ".join(PARTS[part].__doc__.split()) if PARTS[part].__doc__ else part, flush=True)
        busy = os.getloadavg()[0]
        result[part] = PARTS[part]()
        # Figures of a machine that others use as well are to be read as such.
        result[part]["machine_load"] = {"before": round(busy, 1), "after": round(os.getloadavg()[0], 1)}
        figures.show(result[part], before.get(part, {}))
    missed = misses(result)
    for text in missed:
        print("MISSED: " + text)
    if "--save" in sys.argv and not SMOKE:
        latest = figures.saved("load.json")  # another run may have saved its parts meanwhile
        merged = {part: result.get(part, latest.get(part)) for part in PARTS if part in result or part in latest}
        figures.save("load.json", {"machine": machine, **merged})
    sys.exit(1 if missed and not SMOKE else 0)


if __name__ == "__main__":
    main()
