"""What the benches share: percentiles, the machine, saved results and the ratio to them."""
import json
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def percentile(values, percent):
    """By nearest rank: every figure is one that was measured."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else None


def summary(values):
    values = [value for value in values if value is not None]
    if not values:
        return {"n": 0}
    return {"n": len(values), "p50": percentile(values, 50), "p95": percentile(values, 95),
            "p99": percentile(values, 99), "max": max(values)}


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return {"cpu": model, "cores": os.cpu_count(), "load_before": round(os.getloadavg()[0], 2),
            "commit": commit.stdout.strip()}


def saved(name):
    try:
        with open(os.path.join(ROOT, "bench", name), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def save(name, result):
    with open(os.path.join(ROOT, "bench", name), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")


def show(figures, before, indent="  "):
    """Prints nested figures; behind each number its ratio to the saved one."""
    for name, value in figures.items():
        old = before.get(name) if isinstance(before, dict) else None
        if isinstance(value, dict) and any(isinstance(each, dict) for each in value.values()):
            print(f"{indent}{name}")
            show(value, old or {}, indent + "  ")
        elif isinstance(value, dict):
            print(f"{indent}{name:28}" + "  ".join(f"{key}={number(each, (old or {}).get(key))}"
                                                   for key, each in value.items()))
        else:
            print(f"{indent}{name:28}{number(value, old)}")


def number(value, old):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(old, (int, float)) and old and not isinstance(old, bool):
        return f"{value} (x{value / old:.2f})"
    return str(value)
