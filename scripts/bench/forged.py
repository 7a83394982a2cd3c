#!/usr/bin/env python3
"""What refusing a forged SRTP packet costs above the MAC that has to be computed for it. --save: bench/forged.json.

bench/README.md says what each figure is."""
import json
import os
import subprocess
import sys

import figures

ALLOWED_US = 2


def main():
    program = os.path.join(figures.ROOT, "build", "release", "frontdesk_srtp_cost")
    done = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True)
    result = {"machine": figures.machine(), **json.loads(done.stdout)}
    figures.show(result, figures.saved("forged.json"))
    if "--save" in sys.argv:
        figures.save("forged.json", result)
    sys.exit(0 if all(result[f"session_{source}_source"]["us_above_mac"] <= ALLOWED_US for source in ("known", "unknown")) else 1)


if __name__ == "__main__":
    main()
