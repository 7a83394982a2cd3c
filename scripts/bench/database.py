#!/usr/bin/env python3
"""100,000 calls in a database: how long each filter's first page takes, a call with its turns, the commit of a turn, the
nearest of 20,000 pieces of documents. On SQLite; with --postgres also on a PostgreSQL server started for it. Fails if the
median of any list on SQLite is above 50 ms. Writes bench/database.json when --save is given."""
import glob
import json
import os
import subprocess
import sys
import tempfile

from figures import ROOT, machine, save, saved, show, summary

PROGRAM = os.path.join(ROOT, "build", "release", "frontdesk_database_bench")
LIMIT_MS = 50
NOT_LISTS = ("fill", "commit_of_a_turn", "nearest_of_20000_chunks")


def measured(*arguments):
    result = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=1200, check=False)
    if result.returncode != 0:
        sys.exit(f"database: {result.stderr.strip()}")
    times = json.loads(result.stdout)
    return {name: {key: round(value, 2) for key, value in summary(values).items()} for name, values in times.items()}


def as_postgres(command):
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else command


def on_postgres(folder):
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    os.chmod(folder, 0o777)
    data = os.path.join(folder, "pg")
    for command in ([f"{programs}/initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"],
                    [f"{programs}/pg_ctl", "-D", data, "-w", "-l", os.path.join(folder, "log"), "-o",
                     f"-c listen_addresses= -k {folder}", "start"]):
        subprocess.run(as_postgres(command), check=True, stdout=subprocess.DEVNULL, timeout=120, cwd="/")
    try:
        return measured(folder, f"postgresql:///postgres?user=postgres&host={folder}")
    finally:
        subprocess.run(as_postgres([f"{programs}/pg_ctl", "-D", data, "-m", "fast", "stop"]), check=False,
                       stdout=subprocess.DEVNULL, timeout=120, cwd="/")


def main():
    result = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        result["sqlite_ms"] = measured(folder)
    if "--postgres" in sys.argv:
        with tempfile.TemporaryDirectory() as folder:
            result["postgres_ms"] = on_postgres(folder)
    lists = {name: each["p50"] for name, each in result["sqlite_ms"].items() if name not in NOT_LISTS}
    slowest = max(lists, key=lists.get)
    result["slowest_list"] = {"name": slowest, "p50_ms": lists[slowest], "limit_ms": LIMIT_MS}
    show(result, saved("database.json"))
    if "--save" in sys.argv:
        save("database.json", result)
    sys.exit(1 if lists[slowest] > LIMIT_MS else 0)


if __name__ == "__main__":
    main()
