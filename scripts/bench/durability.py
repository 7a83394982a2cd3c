#!/usr/bin/env python3
"""What a client was told survives SIGKILL and power failures: 200 of each at random moments (--kills, --power-failures:
other numbers; --seed), while callers talk and the API is written to. Fails if anything was lost. Writes
bench/durability.json when --save is given."""
import argparse
import os
import statistics
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.argv.insert(1, os.environ.get("FRONTDESK_PROGRAM", os.path.join(ROOT, "build", "release", "frontdesk")))
sys.path.insert(0, os.path.join(ROOT, "tests", "system"))
import durability  # noqa: E402
import figures  # noqa: E402
import frontdesk  # noqa: E402

frontdesk.READY_SECONDS = 300  # how long a start takes is a figure here, and the machine may have other things to do

TIMES = ("sound_missing_s", "start_s", "clean_start_s")


def shortened(found):
    return {name: {"n": len(each), "p50": statistics.median(each), "max": max(each)} if name in TIMES else each
            for name, each in found.items() if each != []}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--power-failures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    result = {"machine": figures.machine(), "seed": options.seed}
    problems = []
    for name, rounds, power in (("kills", options.kills, False), ("power_failures", options.power_failures, True)):
        if rounds == 0:
            continue
        found, lost = durability.run(rounds, options.seed, power, lambda text, of=name: print(f"  {of} {text}", flush=True))
        result[name] = shortened(found)
        problems += lost
    saved = figures.saved("durability.json")
    figures.show(result, saved)
    for problem in problems:
        print(problem)
    if options.save:
        figures.save("durability.json", {**saved, **result})
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
