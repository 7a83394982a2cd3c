#!/usr/bin/env python3
"""How soon the end of a turn is decided, and how often callers who pause are cut off: recordings through the real
detector, recogniser and conversation, in virtual time (tests/turn_taking). About a minute.

  --save    writes bench/turn_taking.json and the table in bench/README.md
  --cases   explains each cut-off and each slow answer of the shipped policy
  --shipped only the shipped policy, not the curve
  --detector product|none|prosody|smart"""
import json
import os
import subprocess
import sys

import corpus
import figures

README = os.path.join(figures.ROOT, "bench", "README.md")
BEGIN, END = "<!-- turns: written by ./dev bench turns --save -->", "<!-- end of turns -->"
LIMIT_SECONDS = 600


def table(result):
    lines = ["| policy | half | cut off, % of pausing callers | delay p50 | delay p95, ms |", "|---|---|---|---|---|"]
    for point in result["curve"]:
        if point["policy"] == "adaptive" and point["factor"] not in (0.5, 0.7, 1.0, 1.3, 2.0):
            continue
        if point["policy"] == "fixed" and point["factor"] not in (0.3, 0.5, 0.7, 1.0):
            continue
        name = f"adaptive x {point['factor']:g}" if point["policy"] == "adaptive" else f"fixed {point['factor'] * 1000:.0f} ms"
        for half in ("tuning", "held-out"):
            complete, pausing = point[half]["complete"], point[half]["pausing"]
            lines.append(f"| {name} | {half} | {pausing['cut_off_percent']:g} | {complete.get('delay_p50_ms', 0):.0f} "
                         f"| {complete.get('delay_p95_ms', 0):.0f} |")
    return "\n".join(lines)


def write_table(result):
    with open(README, encoding="utf-8") as file:
        text = file.read()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    with open(README, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n{table(result)}\n{END}{after}")


def main():
    if not os.path.exists(corpus.TOOL):
        sys.exit(f"{corpus.TOOL} is not built: run ./dev build")
    path, _ = corpus.prepare()
    result_path = os.path.join(corpus.cache_folder(), "turn_taking.json")
    passed_on = [word for word in sys.argv[1:] if word != "--save"]
    subprocess.run([corpus.TOOL, "measure", path, "--json", result_path, *passed_on], check=True,
                   timeout=LIMIT_SECONDS)
    with open(result_path, encoding="utf-8") as file:
        result = json.load(file)
    shipped = next(p for p in result["curve"] if p["policy"] == "adaptive" and p["factor"] == 1.0)
    before = next((p for p in figures.saved("turn_taking.json").get("curve", [])
                   if p["policy"] == "adaptive" and p["factor"] == 1.0), {})
    print("as shipped, and the ratio to the saved result")
    figures.show({half: shipped[half] for half in ("tuning", "held-out")}, before)
    if "--save" in sys.argv:
        if "--shipped" in sys.argv:
            sys.exit("--save needs the whole curve: leave out --shipped")
        figures.save("turn_taking.json", {"machine": figures.machine(), **result})
        write_table(result)


if __name__ == "__main__":
    main()
