#!/usr/bin/env python3
"""Checks the house rules that no compiler checks. Usage: tidy.py [ROOT]

Prints `path:line: rule: what to do` for each finding and exits 1 if there is any. The rules are the
functions listed in RULES of rules_*.py; the few exceptions stand, with reasons, in exemptions.txt.
"""
import pathlib
import sys

import rules_modules
import rules_purity
import rules_text
from repository import Finding, Repository

ALL_RULES = rules_modules.RULES + rules_purity.RULES + rules_text.RULES
EXEMPTIONS = "tests/tidy/exemptions.txt"


def read_exemptions(repo):
    """{(path, rule): line}"""
    found = {}
    if EXEMPTIONS not in repo.files:
        return found
    for number, line in enumerate(repo.text(EXEMPTIONS).split("\n"), 1):
        words = line.split(maxsplit=2)
        if len(words) == 3 and not line.startswith("#"):
            found[words[0], words[1]] = number
    return found


def check(root):
    repo = Repository(root)
    exemptions = read_exemptions(repo)
    used, findings = set(), []
    for rule in ALL_RULES:
        for finding in rule(repo):
            key = (finding.path, finding.rule)
            if key in exemptions:
                used.add(key)
            else:
                findings.append(finding)
    for key, line in exemptions.items():
        if key not in used:
            findings.append(Finding(EXEMPTIONS, line, "stale-exemption", f"{key[0]} no longer needs it: delete the line"))
    return sorted(findings, key=lambda each: (each.path, each.line, each.rule))


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    findings = check(root)
    for finding in findings:
        print(finding)
    print(f"tidy: {len(findings)} to mend" if findings else "tidy: in order")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
