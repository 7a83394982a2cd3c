#!/usr/bin/env python3
"""Replies as a caller hears them: real SIP and RTP calls by the test caller, human and synthetic lines.

  --only PART[,PART]   single, interruptions, pauses, ten, capacity, stubs (default: all, about 20 minutes)
  --smoke              a few turns of each: does it work? Its figures mean nothing and cannot be saved
  --save               writes the parts that were run to bench/latency.json

bench/README.md says what each figure is. Run it on an idle machine."""
import json
import os
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "system"))
from frontdesk import Frontdesk, PROGRAM, ROOT, wait_for  # noqa: E402

import corpus  # noqa: E402
import figures  # noqa: E402

SMOKE = "--smoke" in sys.argv
STUBBED = os.path.join(os.path.dirname(PROGRAM), "frontdesk_stubbed")
STUB_MS = {"stt": 100, "llm": 100, "tts": 80}
SECONDS_A_LINE = 25  # at most: the limit of a caller's run is this times its lines
SLOW_MS = 450  # a reply later than this is named
TURN_SECONDS = 9  # about: calls are spread over one turn
CAPACITY_LEVELS = [1, 4, 8, 16, 24, 32, 48]


class Stubbed(Frontdesk):
    """The server around engines of known delay."""

    def __init__(self, delays_ms):
        self.data = tempfile.mkdtemp(prefix="frontdesk-bench-")
        self.owns_data = True
        delays = [word for stage, ms in delays_ms.items() for word in (f"--{stage}-ms", str(ms))]
        self.process = subprocess.Popen(
            [STUBBED, "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data", self.data, *delays],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        self.sip = self.http = None
        self._await_ready()


# --- lines and plans

def complete_lines(rows):
    """Whole questions; human and synthetic voices in turn. (What statements wait is in turn_taking.json.)"""
    lines = [row for row in rows if row["middle"] == "-" and row["kind"] == "question"]
    human = [row for row in lines if not corpus.is_synthetic(row)]
    synthetic = [row for row in lines if corpus.is_synthetic(row)]
    random.Random(1).shuffle(human)
    random.Random(2).shuffle(synthetic)
    return [row for pair in zip(human, synthetic) for row in pair]


def questions(rows):
    """Questions about the practice: their answers last long enough to be interrupted."""
    return [row for row in rows if row["kind"] == "question" and corpus.is_synthetic(row)]


def pausing_lines(rows, count):
    lines = [row for row in rows if row["middle"] != "-" and row["half"] != "extra"]
    return random.Random(3).sample(lines, count)


class Caller:
    """One run of `frontdesk call` with a plan of its own; several may run at once."""

    def __init__(self, server, lines, calls=1, stagger_ms=0, barge_in_ms=None):
        plan = [f"stagger_ms = {stagger_ms}"]
        for i, row in enumerate(lines):
            plan += ["[[step]]", "play = " + json.dumps(row["wav"])]
            if barge_in_ms and i > 0:
                plan.append(f"barge_in_after_ms = {barge_in_ms}")
        with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False) as file:
            file.write("\n".join(plan) + "\n")
        self.plan, self.lines = file.name, lines
        self.limit = 60 + SECONDS_A_LINE * len(lines)
        self.process = subprocess.Popen(
            [PROGRAM, "call", f"sip:reception@{server.sip}", "--json", "--no-transcripts", "--plan", self.plan,
             "--calls", str(calls)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)

    def report(self):
        try:
            out, errors = self.process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            sys.exit(f"a caller was not finished after {self.limit} s")
        finally:
            os.unlink(self.plan)
        if not out.strip():
            sys.exit("a call could not be placed: " + errors)
        return json.loads(out)


# --- what calls showed

def heard(reports):
    """At the caller, on the waveform."""
    calls = [call for report in reports for call in report["calls"]]
    turns = [turn for call in calls for turn in call["turns"]]
    plain = [turn for turn in turns if not turn.get("barge_in")]
    return {
        "calls": len(calls),
        "calls_gone_wrong": sum(1 for call in calls if not call["ok"]),
        "turns": len(turns),
        "unanswered": sum(1 for turn in turns if turn["answer_awaited"] and not turn["answered"]),
        "cut_ins": sum(1 for turn in plain if turn["cut_ins"]),
        "talk_over_ms": round(sum(call["talk_over_ms"] for call in calls)),
        "gap_ms": summary_of(turn["gap_ms"] for turn in turns if not turn["cut_ins"]),
    }


def summary_of(values):
    return figures.summary(list(values))


STAGES = ("endpoint_ms", "stt_ms", "llm_ms", "tts_ms", "reply_ms", "gap_ms")


def answers(server, calls):
    """The server's own account of its latest `calls` calls: the stage times of each answered turn."""
    def ended():
        listed = server.get(f"/api/calls/logs?limit={calls}")["calls"]
        return listed if len(listed) == calls and all(c["status"] != "in_progress" for c in listed) else None
    found = []
    for listed in wait_for(ended, 30, "the records of the calls"):
        times = {}
        for turn in server.get("/api/calls/" + listed["id"])["turns"]:
            times.update({name: turn[name] for name in STAGES if turn.get(name) is not None})
            if turn["speaker"] == "receptionist":
                if "endpoint_ms" in times:  # not the greeting
                    found.append(times)
                times = {}
    return found


def stages(found):
    """Of answers(). What follows the decision is our own share and as much of the engines' time as was not hidden
    behind the silence."""
    return {"stages_ms": {name: summary_of(turn.get(name) for turn in found) for name in STAGES},
            "after_decision_ms": summary_of(turn["gap_ms"] - turn["endpoint_ms"] for turn in found if "gap_ms" in turn),
            "decision_to_sound_ms": summary_of(turn["reply_ms"] - turn["endpoint_ms"] for turn in found
                                               if "reply_ms" in turn)}


# --- the parts

def single(rows):
    """One call at a time, ten lines each."""
    lines = complete_lines(rows)[:4 if SMOKE else 50]
    reports, slow, counted = [], {}, 0
    with Frontdesk() as server:
        for i in range(0, len(lines), 10):
            reports.append(Caller(server, lines[i:i + 10]).report())
            gaps = zip(lines[i:i + 10], (turn["gap_ms"] for call in reports[-1]["calls"] for turn in call["turns"]))
            slow.update({row["id"]: round(gap) for row, gap in gaps if gap is not None and gap > SLOW_MS})
            counted += 1
        return {**heard(reports), "slow": slow, **stages(answers(server, counted))}


def interruptions(rows):
    """Each line but the first cuts into the answer to the one before, a second after it began."""
    pool = questions(rows)
    reports = []
    with Frontdesk() as server:
        for i in range(1 if SMOKE else 4):
            reports.append(Caller(server, pool[i * 7:i * 7 + (3 if SMOKE else 7)], barge_in_ms=1000).report())
    cuts = [turn["barge_in"] for report in reports for call in report["calls"] for turn in call["turns"]
            if turn.get("barge_in") and turn["barge_in"]["at_ms"] is not None]
    return {"interruptions": len(cuts), "yielded": sum(1 for cut in cuts if cut["yielded"]),
            "stop_ms": summary_of(cut["stopped_after_ms"] for cut in cuts if cut["yielded"]),
            "unanswered": heard(reports)["unanswered"]}


def pauses(rows):
    """Callers who pause in mid-sentence: four calls at a time."""
    lines = pausing_lines(rows, 4 if SMOKE else 64)
    with Frontdesk() as server:
        callers = []
        for i in range(2 if SMOKE else 4):
            callers.append(Caller(server, lines[i::2 if SMOKE else 4]))
        reports = [caller.report() for caller in callers]
    by_line = [(row, turn) for caller, report in zip(callers, reports) for call in report["calls"]
               for row, turn in zip(caller.lines, call["turns"])]
    result = heard(reports)
    for half in ("tuning", "held-out"):
        own = [turn for row, turn in by_line if row["half"] == half]
        cut = sum(1 for turn in own if turn["cut_ins"])
        result[half] = {"n": len(own), "cut_off": cut, "percent": round(100 * cut / max(1, len(own)), 1)}
    result["cut_off"] = sorted(row["id"] for row, turn in by_line if turn["cut_ins"])
    result["cut_off_percent"] = round(100 * result["cut_ins"] / max(1, result["turns"]), 1)
    return result


def at_once(server, lines, calls):
    """What the callers heard, and the server's answers()."""
    report = Caller(server, lines, calls=calls, stagger_ms=TURN_SECONDS * 1000 // calls).report()
    taken = sum(1 for call in report["calls"] if call["answered_after_ms"] is not None)
    return heard([report]), answers(server, taken) if taken else []


def ten(rows):
    """Ten calls at once, spread over the length of a turn."""
    with Frontdesk() as server:
        result, found = at_once(server, complete_lines(rows)[:1 if SMOKE else 5], 3 if SMOKE else 10)
    return {**result, **stages(found)}


def capacity(rows):
    """More and more calls at once, until replies come twice as late as in one call, or not at all."""
    lines = complete_lines(rows)[:1 if SMOKE else 3]
    levels, limit, best = {}, None, 0
    for calls in CAPACITY_LEVELS[:2] if SMOKE else CAPACITY_LEVELS:
        with Frontdesk(environment={"FRONTDESK_LIMITS_MAX_CALLS": "100"}) as server:
            result, _ = at_once(server, lines * 2 if calls == 1 else lines, calls)
        gap = result["gap_ms"]
        levels[str(calls)] = {"p50": gap.get("p50"), "p95": gap.get("p95"), "unanswered": result["unanswered"],
                              "calls_gone_wrong": result["calls_gone_wrong"]}
        print(f"  {calls:3} calls: {levels[str(calls)]}", flush=True)
        late = limit is not None and gap.get("p95", float("inf")) > limit
        if late or result["unanswered"] or result["calls_gone_wrong"]:
            break
        limit = limit or 2 * gap["p95"]
        best = calls
    return {"calls": best, "late_means_over_ms": limit, "levels": levels}


def stubs(rows):
    """Engines that take a known time, in one call and in a hundred."""
    if not os.path.exists(STUBBED):
        sys.exit(f"{STUBBED} is not built: run ./dev build")
    lines, many = questions(rows), 10 if SMOKE else 100
    result = {}
    for name, delays in (("engines at once", {"stt": 0, "llm": 0, "tts": 0}), ("engines of 280 ms", STUB_MS)):
        found = {}
        with Stubbed(delays) as server:
            found["1 call"] = at_once(server, lines[:2 if SMOKE else 12], 1)
            found[f"{many} calls"] = at_once(server, lines[:1 if SMOKE else 4], many)
            late = server.get("/api/health").get("tick_late_p99_ms")
        measured = {calls: {**said, **stages(own)} for calls, (said, own) in found.items()}
        one, crowd = measured.values()
        figure = "gap_ms" if any(delays.values()) else "after_decision_ms"
        if one[figure]["n"] and crowd.get(figure, {}).get("n"):
            measured[f"{figure} p95, added by {many} calls"] = round(crowd[figure]["p95"] - one[figure]["p95"], 1)
        result[name] = {**measured, "tick_late_p99_ms": late}
    # With engines that take no time, what follows the decision is ours alone.
    result["own_share_ms"] = {calls: each["decision_to_sound_ms"] for calls, each in result["engines at once"].items()
                              if calls.endswith(("call", " calls")) and isinstance(each, dict)}
    return result


PARTS = {part.__name__: part for part in (single, interruptions, pauses, ten, capacity, stubs)}


def main():
    wanted = list(PARTS)
    if "--only" in sys.argv:
        wanted = sys.argv[sys.argv.index("--only") + 1].split(",")
        unknown = [name for name in wanted if name not in PARTS]
        if unknown:
            sys.exit(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    if SMOKE and "--save" in sys.argv:
        sys.exit("a smoke run is not worth saving")
    before = figures.saved("latency.json")
    result = {**before.get("parts", {})}
    machine = figures.machine()
    print("machine:", machine)
    _, rows = corpus.prepare()
    for name in wanted:
        began = time.monotonic()
        print(f"== {name}: {PARTS[name].__doc__.strip()}", flush=True)
        result[name] = {**PARTS[name](rows), "machine": machine}
        figures.show({key: value for key, value in result[name].items() if key != "machine"},
                     before.get("parts", {}).get(name, {}))
        print(f"  took {time.monotonic() - began:.0f} s", flush=True)
        if "--save" in sys.argv:  # at once: a later part may fail
            figures.save("latency.json", {"parts": result})


if __name__ == "__main__":
    main()
