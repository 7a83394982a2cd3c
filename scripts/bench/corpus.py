"""The callers of the benches: turns bench/corpus/utterances.tsv into 8 kHz WAV files in the cache and a list
of them. Synthetic lines are spoken by the local voice, human ones are cut from recordings; a pause is put where
the text has a '|'. bench/README.md says how each kind is made.

  python3 scripts/bench/corpus.py      prints the path of the list"""
import array
import hashlib
import math
import os
import random
import shutil
import subprocess
import sys
import wave

import human_audio

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLE = os.path.join(ROOT, "bench", "corpus", "utterances.tsv")
TOOL = os.path.join(ROOT, "build", "release", "tests", "turn_taking", "frontdesk_turns")
VERSION = "2"  # of the way sound is made: a new one makes everything again
RATE = 8000
BLOCK = 40  # samples: 5 ms, as in src/meter
LEVEL = 2300.0  # RMS of the loud blocks, about -23 dBFS
LINE_NOISE = 12.0  # RMS of what lies under synthetic speech, about -69 dBFS
TAIL_MS = 300  # of the line's own noise after the last sound
GAP_SEARCH = 90  # blocks either side of where the first part should end


def cache_folder():
    base = os.environ.get("FRONTDESK_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "frontdesk")
    return os.path.join(base, "bench")


def read_table():
    columns = ["id", "kind", "half", "source", "cut", "pause", "text", "asked"]
    rows = []
    with open(TABLE, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                rows.append(dict(zip(columns, line.rstrip("\n").split("\t"), strict=True)))
    return rows


def is_synthetic(row):
    return row["source"].startswith("libritts:")


def digest(*words):
    return hashlib.sha256("\n".join((VERSION,) + words).encode()).hexdigest()[:12]


# --- samples

def read_wav(path):
    with wave.open(path) as file:
        assert file.getframerate() == RATE and file.getnchannels() == 1
        return array.array("h", file.readframes(file.getnframes()))


def levels(samples):
    return [math.sqrt(sum(s * s for s in samples[i:i + BLOCK]) / BLOCK) for i in range(0, len(samples) - BLOCK + 1, BLOCK)]


def loud_level(of_blocks):
    """RMS of the blocks within 25 dB of the loudest: of the speech, not its pauses."""
    loudest = max(of_blocks)
    loud = [level for level in of_blocks if level > loudest / 18]
    return math.sqrt(sum(level * level for level in loud) / len(loud))


def quiet_below(of_blocks):
    """A level between the pauses and the speech."""
    floor = sorted(of_blocks)[len(of_blocks) // 20]
    return max(floor * 2.8, loud_level(of_blocks) / 25)


def quiet_runs(of_blocks, least):
    """Stretches [from, to) of at least `least` quiet blocks in a row."""
    limit, runs, start = quiet_below(of_blocks), [], None
    for i, level in enumerate(of_blocks + [math.inf]):
        if level < limit:
            start = i if start is None else start
        elif start is not None:
            if i - start >= least:
                runs.append((start, i))
            start = None
    return runs


def scaled(samples):
    gain = LEVEL / loud_level(levels(samples))
    peak = max(max(samples), -min(samples))
    gain = min(gain, 32000 / peak)
    return array.array("h", (int(s * gain) for s in samples))


def line_noise(count, rng):
    return array.array("h", (int(rng.gauss(0, LINE_NOISE)) for _ in range(count)))


def own_noise(samples, count, rng):
    """`count` samples of a recording's own noise: random pieces of its quietest 60 ms, laid over each other."""
    of_blocks = levels(samples)
    width = 12
    at = min(range(len(of_blocks) - width), key=lambda i: sum(of_blocks[i:i + width])) * BLOCK
    quiet = samples[at:at + width * BLOCK]
    piece, out = 240, [0.0] * (count + 240)
    for start in range(0, count, piece // 2):
        offset = rng.randrange(len(quiet) - piece)
        for i in range(piece):
            fade = math.sin(math.pi * (i + 0.5) / piece)
            if start + i < len(out):
                out[start + i] += quiet[offset + i] * fade
    return array.array("h", (int(s) for s in out[:count]))


def with_noise(samples, rng):
    return array.array("h", (max(-32768, min(32767, int(s + rng.gauss(0, LINE_NOISE)))) for s in samples))


# --- pauses

def insert_pause(samples, gap, wanted_ms, noise):
    """Stretches the quiet run `gap` (blocks) to `wanted_ms` in all; `noise` makes what is put in."""
    middle = (gap[0] + gap[1]) * BLOCK // 2
    missing = wanted_ms * RATE // 1000 - (gap[1] - gap[0]) * BLOCK
    if missing <= 0:
        return samples, middle
    before, after = samples[:middle], samples[middle:]
    for i in range(BLOCK):  # words that run into each other are faded apart
        before[-1 - i] = before[-1 - i] * i // BLOCK
        after[i] = after[i] * i // BLOCK
    return before + noise(missing) + after, middle + missing // 2


def word_gap_candidates(samples, first_part):
    """Places in a synthetic line where its first part may end: stretches [from, to) of blocks, quietest first."""
    of_blocks = levels(samples)
    smooth = [sum(of_blocks[max(0, i - 2):i + 3]) for i in range(len(of_blocks))]
    expected = len(levels(first_part))
    runs = {run[0]: run for run in quiet_runs(of_blocks, 3)}
    for i in range(20, len(smooth) - 20):
        if smooth[i] == min(smooth[i - 6:i + 7]) and not any(f <= i < t for f, t in runs.values()):
            runs[i] = (i, i + 1)
    near = [run for run in runs.values() if abs(sum(run) / 2 - expected) < GAP_SEARCH and run[0] > 20]
    near = [run for run in near if run[1] < len(of_blocks) - 20]
    return sorted(near, key=lambda run: smooth[sum(run) // 2])


def words(text):
    letters = "".join(c if c.isalnum() or c == "'" else " " for c in text.lower())
    return ["um" if word in ("uh", "er", "erm") else word for word in letters.split()]


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def choose_word_gaps(rows, cache, tool):
    """For each row the place after which our recogniser hears the first part, and before which the second."""
    scratch = os.path.join(cache, "scratch")
    os.makedirs(scratch, exist_ok=True)
    parts = {}
    for row in rows:
        raw = [read_wav(path) for path, _ in raw_jobs(row, cache)]
        for n, run in enumerate(word_gap_candidates(scaled(raw[0]), raw[1])):
            middle = sum(run) * BLOCK // 2
            for side, samples in (("first", raw[0][:middle]), ("second", raw[0][middle:])):
                path = os.path.join(scratch, f"{row['id']}-{n}-{side}.wav")
                human_audio.write_wav(path, RATE, (samples + array.array("h", [0] * 1600)).tobytes())
                parts[path] = (row, run, side)
    heard = subprocess.run([tool, "look", *parts], check=True, capture_output=True, text=True, timeout=600).stdout
    errors = {}
    for line in heard.splitlines():
        path, text, _ = line.split("\t")
        row, run, side = parts[path]
        part = row["text"].partition("|")[0 if side == "first" else 2]
        per_row = errors.setdefault(row["id"], {})
        per_row[run] = per_row.get(run, 0) + distance(words(text), words(part))
    shutil.rmtree(scratch)
    return {row_id: min(runs, key=lambda run: runs[run]) for row_id, runs in errors.items()}


def recorded_gap(row, samples, at):
    """The recording's own pause: the longest inside it, or the one at `at` seconds."""
    of_blocks = levels(samples)
    runs = [run for run in quiet_runs(of_blocks, 8) if run[0] > 20 and run[1] < len(of_blocks) - 20]
    if at is not None:
        runs = [run for run in runs if run[0] - 10 <= at * RATE / BLOCK <= run[1] + 10]
    if not runs:
        raise SystemExit(f"{row['id']}: there is no pause in the recording where the list says")
    return max(runs, key=lambda run: run[1] - run[0])


# --- making

def spoken(text):
    """What the voice is given: a '|' after a word becomes a comma, so that the melody goes on."""
    before, bar, after = text.partition("|")
    before = before.rstrip()
    if bar and before[-1].isalnum():
        before += ","
    return (before + " " + after.strip()).strip()


def raw_jobs(row, cache):
    """(file, line for `frontdesk_turns prepare`) of everything a row needs at 8 kHz."""
    jobs = []
    if is_synthetic(row):
        voice, pace = row["source"].split("@")
        texts = [spoken(row["text"])] + ([row["text"].partition("|")[0].rstrip(" ,") + ","] if "|" in row["text"] else [])
        for text in texts:
            path = os.path.join(cache, "raw", digest(voice, pace, text) + ".wav")
            jobs.append((path, "\t".join(["say", voice, pace, text, path])))
    else:
        path = os.path.join(cache, "raw", digest(row["source"]) + ".wav")
        if not os.path.exists(path):
            jobs.append((path, "\t".join(["read", human_audio.source_wav(row["source"], cache), path])))
        else:
            jobs.append((path, ""))
    return jobs


def make(row, raw, gap, rng):
    """The samples of a row and the middle of its pause in milliseconds, or '-'."""
    samples = read_wav(raw[0])
    if row["cut"] != "-":
        first, last = (float(x) for x in row["cut"].split("-"))
        samples = samples[int(first * RATE):int(last * RATE)]
    samples = scaled(samples)
    if is_synthetic(row):
        samples = with_noise(samples, rng)
    recorded = samples

    def noise(count):
        return line_noise(count, rng) if is_synthetic(row) else own_noise(recorded, count, rng)

    middle = None
    if is_synthetic(row) and row["pause"] != "-":
        samples, middle = insert_pause(samples, gap, int(row["pause"]), noise)
    elif row["pause"] == "natural":
        gap = recorded_gap(row, samples, None)
        middle = (gap[0] + gap[1]) * BLOCK // 2
    elif row["pause"] != "-":
        wanted, at = row["pause"][1:].split("@")
        samples, middle = insert_pause(samples, recorded_gap(row, samples, float(at)), int(wanted), noise)
    samples += noise(TAIL_MS * RATE // 1000)
    return samples, "-" if middle is None else str(middle * 1000 // RATE)


def prepare(tool=TOOL):
    """Makes what is missing. Returns the path of the list and its rows, each with `wav` and `middle`."""
    cache = cache_folder()
    os.makedirs(os.path.join(cache, "raw"), exist_ok=True)
    os.makedirs(os.path.join(cache, "utterances"), exist_ok=True)
    rows = read_table()
    jobs = {path: line for row in rows for path, line in raw_jobs(row, cache) if not os.path.exists(path)}
    if jobs:
        todo = os.path.join(cache, "todo.tsv")
        with open(todo, "w", encoding="utf-8") as file:
            file.write("\n".join(jobs.values()) + "\n")
        subprocess.run([tool, "prepare", todo], check=True, timeout=600)
    missing = []
    for row in rows:
        row["wav"] = os.path.join(cache, "utterances", f"{row['id']}-{digest(*row.values())}.wav")
        if not os.path.exists(row["wav"] + ".middle"):
            missing.append(row)
    paused = [row for row in missing if is_synthetic(row) and "|" in row["text"]]
    gaps = choose_word_gaps(paused, cache, tool) if paused else {}
    for row in missing:
        samples, middle = make(row, [path for path, _ in raw_jobs(row, cache)], gaps.get(row["id"]), random.Random(row["id"]))
        human_audio.write_wav(row["wav"], RATE, samples.tobytes())
        with open(row["wav"] + ".middle", "w", encoding="utf-8") as file:
            file.write(middle)
    for row in rows:
        with open(row["wav"] + ".middle", encoding="utf-8") as file:
            row["middle"] = file.read()
    path = os.path.join(cache, "utterances.tsv")
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            voice = "synthetic" if is_synthetic(row) else "human"
            file.write("\t".join([row["id"], row["kind"], row["half"], voice, row["middle"], row["wav"],
                                  row["asked"], row["text"]]) + "\n")
    return path, rows


if __name__ == "__main__":
    print(prepare(*sys.argv[1:])[0])
