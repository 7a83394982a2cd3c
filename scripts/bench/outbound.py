#!/usr/bin/env python3
"""The HTTP client over loopback: from send() to the first byte of the response, on kept and on new connections, plain and
TLS, and how soon a piece of a stream is heard. Writes bench/outbound.json when --save is given."""
import json
import os
import subprocess
import sys

import figures

PROGRAM = os.path.join(figures.ROOT, "build", "release", "tests", "outbound", "outbound_latency")


def main():
    run = subprocess.run([PROGRAM], capture_output=True, text=True, timeout=300)
    if run.returncode != 0:
        sys.exit(f"the bench does not run: {run.stderr}")
    measured = json.loads(run.stdout)
    figures.show(measured, figures.saved("outbound.json"))
    if "--save" in sys.argv:
        figures.save("outbound.json", {**measured, "machine": figures.machine()})


if __name__ == "__main__":
    main()
