#!/usr/bin/env python3
"""Reply gap on the waveform and barge-in stop, over real SIP and RTP with the local engines.

Places whole conversations with the test caller, one at a time, and prints the distribution of every
reply's gap with the stage times behind it. Writes bench/latency.json when --save is given."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "system"))
from frontdesk import Frontdesk, ROOT, call  # noqa: E402

REPEATS = int(os.environ.get("FRONTDESK_BENCH_REPEATS", "2"))
PLANS = ["five-turns", "message", "barge-in"]
STAGES = ["endpoint_ms", "stt_ms", "llm_ms", "tts_ms", "reply_ms", "gap_ms"]


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else None


def summary(values):
    return {"n": len(values), "p50": percentile(values, 50), "p95": percentile(values, 95), "max": max(values, default=None)}


def machine():
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")
    return {"cpu": model, "cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2)}


def main():
    result = {"machine": machine(), "repeats": REPEATS, "unanswered": 0}
    gaps, stops = [], []
    stages = {stage: [] for stage in STAGES}
    with Frontdesk() as server:
        for plan in PLANS * REPEATS:
            _, report, errors = call(server.sip, "--plan", f"examples/calls/{plan}.toml", "--no-transcripts")
            if report is None:
                sys.exit("the call failed: " + errors)
            for turn in report["calls"][0]["turns"]:
                result["unanswered"] += turn["answer_awaited"] and not turn["answered"]
                barge_in = turn.get("barge_in")
                if barge_in:
                    stops.append(barge_in["stopped_after_ms"])
                elif turn["gap_ms"] is not None:
                    gaps.append(turn["gap_ms"])
            for turn in server.newest_call()["turns"]:
                for stage in STAGES:
                    if turn.get(stage) is not None:
                        stages[stage].append(turn[stage])
    result["gap_at_the_caller_ms"] = summary(gaps)
    result["barge_in_stop_ms"] = summary(stops)
    result["stages_ms"] = {stage: summary(values) for stage, values in stages.items()}
    print("machine:", result["machine"])
    print("replies not given:", result["unanswered"])
    for name in ("gap_at_the_caller_ms", "barge_in_stop_ms"):
        print(f"{name:24}", result[name])
    for stage, values in result["stages_ms"].items():
        print(f"  {stage:22}", values)
    if "--save" in sys.argv:
        with open(os.path.join(ROOT, "bench", "latency.json"), "w") as file:
            json.dump(result, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
