#!/usr/bin/env python3
"""A hundred calls kept up, each a minute long and replaced at once: does memory grow, is a packet lost, is anything left?

  --minutes N   how long (default 30; the first fifth, at most 5 minutes, is warm-up and not in the slope)
  --save        writes bench/soak.json

bench/README.md says what each figure is."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "system"))
import figures  # noqa: E402
from load import Load, Server, difference, heard, holdings, resident_mb  # noqa: E402

CALLS, HOLD, SAMPLE_SECONDS = 100, 60, 5


def slope_per_hour(samples):
    """Least squares over (seconds, MB)."""
    n = len(samples)
    mean_t, mean_mb = sum(t for t, _ in samples) / n, sum(mb for _, mb in samples) / n
    spread = sum((t - mean_t) ** 2 for t, _ in samples)
    return 3600 * sum((t - mean_t) * (mb - mean_mb) for t, mb in samples) / spread if spread else 0.0


def measure(minutes):
    length, warm_up, samples = 60 * minutes, min(300, 12 * minutes), []
    with Server() as server:
        Load(server.sip, 3, "--calls", 5).report()
        before, idle_mb = holdings(server), resident_mb(server.pid)
        begun, over = time.monotonic(), threading.Event()

        def watch():
            while not over.wait(SAMPLE_SECONDS):
                samples.append((time.monotonic() - begun, resident_mb(server.pid)))
        load = Load(server.sip, length, "--calls", CALLS, "--hold", HOLD)
        watcher = threading.Thread(target=watch)
        watcher.start()
        report = heard(load.report())
        over.set()
        watcher.join()
        after = holdings(server)
    steady = [(t, mb) for t, mb in samples if warm_up < t < length - SAMPLE_SECONDS]
    lost = report["packets_lost"]
    return {"calls_at_once": CALLS, "minutes": minutes, "warm_up_seconds": warm_up,
            "resident_mb": {"idle": idle_mb, "after_warm_up": steady[0][1], "end": steady[-1][1],
                            "max": max(mb for _, mb in samples)},
            "resident_mb_per_minute": [mb for _, mb in samples[::max(1, 60 // SAMPLE_SECONDS)]],
            "slope_mb_per_hour": round(slope_per_hour(steady), 2),
            "delivered_percent": round(100 * (1 - lost / max(1, report["packets_expected"])), 5),
            "left_behind": difference(before, after), **report}


def main():
    minutes = float(sys.argv[sys.argv.index("--minutes") + 1]) if "--minutes" in sys.argv else 30
    busy = os.getloadavg()[0]
    result = {"machine": figures.machine(), **measure(minutes)}
    result["machine_load"] = {"before": round(busy, 1), "after": round(os.getloadavg()[0], 1)}
    figures.show(result, figures.saved("soak.json"))
    if "--save" in sys.argv:
        figures.save("soak.json", result)
    met = result["slope_mb_per_hour"] <= 1 and result["delivered_percent"] >= 99.999
    sys.exit(0 if met and not result["failed"] and not any(result["left_behind"].values()) else 1)


if __name__ == "__main__":
    main()
