#!/usr/bin/env python3
"""Fills the model cache from the npm packages named in catalogue.tsv.

Usage: fetch_models.py [--packages DIR] [--check]

  --packages DIR  take tarballs made by `npm pack` from DIR first: installs a machine without a network
  --check         fetch nothing: exit 1 and name what is missing or damaged (hashes every file)

The cache is $FRONTDESK_CACHE, else $XDG_CACHE_HOME/frontdesk, else $HOME/.cache/frontdesk. Files
appear there whole or not at all. A stamp (size, modification time, sha256) makes a second run cheap.
"""
import argparse
import base64
import csv
import fcntl
import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FETCH_TIMEOUT_S = 900
ATTEMPTS = 2


class FetchError(Exception):
    """Says which file could not be provided and why."""


def cache_root():
    if os.environ.get("FRONTDESK_CACHE"):
        return pathlib.Path(os.environ["FRONTDESK_CACHE"])
    if os.environ.get("XDG_CACHE_HOME"):
        return pathlib.Path(os.environ["XDG_CACHE_HOME"]) / "frontdesk"
    return pathlib.Path(os.environ["HOME"]) / ".cache" / "frontdesk"


def catalogue():
    """The entries for this machine, in the order of the file."""
    with open(HERE / "catalogue.tsv", newline="", encoding="utf-8") as lines:
        entries = list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))
    wanted = [e for e in entries if e["machine"] in ("any", platform.machine())]
    if not any(e["destination"].startswith("onnxruntime/lib") for e in wanted):
        raise FetchError(f"there is no ONNX Runtime for {platform.machine()} in catalogue.tsv (x86_64 and aarch64 only)")
    return wanted


# --- what is on disk -------------------------------------------------------------------------------


def sha256_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def sha256_tree(path):
    """Of the names and hashes of a flat folder's files."""
    lines = [f"{sha256_file(p)}  {p.name}\n" for p in sorted(path.iterdir())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def sha256_path(path):
    return sha256_tree(path) if path.is_dir() else sha256_file(path)


def stamp_of(path):
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    stats = [f.stat() for f in files]
    return [sum(s.st_size for s in stats), max((s.st_mtime_ns for s in stats), default=0)]


class Stamps:
    """What was verified before, so that nothing is hashed twice."""

    def __init__(self, root):
        self.path = root / "stamps.json"
        try:
            self.known = json.loads(self.path.read_text())
        except (OSError, ValueError):
            self.known = {}

    def present(self, root, entry, rehash=False):
        path = root / entry["destination"]
        if not path.exists():
            return False
        stamp = stamp_of(path) + [entry["sha256"]]
        if not rehash and self.known.get(entry["destination"]) == stamp:
            return True
        if sha256_path(path) != entry["sha256"]:
            return False
        self.known[entry["destination"]] = stamp
        return True

    def save(self):
        if not self.path.parent.is_dir():
            return
        text = json.dumps(self.known, indent=1, sort_keys=True)
        if self.path.exists() and self.path.read_text() == text:
            return
        temporary = self.path.with_suffix(".new")
        temporary.write_text(text)
        temporary.replace(self.path)


# --- packages --------------------------------------------------------------------------------------


class Packages:
    """Tarballs by package@version, each fetched once."""

    def __init__(self, folder, local):
        self.folder = folder
        self.local = local
        self.fetched = {}

    def tarball(self, spec):
        if spec not in self.fetched:
            self.fetched[spec] = self.find_local(spec) or self.pack(spec)
        return self.fetched[spec]

    def forget(self, spec):
        self.fetched.pop(spec, None)
        self.local = None

    def find_local(self, spec):
        if self.local is None:
            return None
        name, version = spec.rsplit("@", 1)
        path = pathlib.Path(self.local) / f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"
        return path if path.exists() else None

    def pack(self, spec):
        command = ["npm", "pack", "--ignore-scripts", "--json", "--pack-destination", str(self.folder), spec]
        try:
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S)
        except FileNotFoundError:
            raise FetchError("npm is not installed: apt-get install npm") from None
        except subprocess.TimeoutExpired:
            raise FetchError(f"npm pack {spec} took longer than {FETCH_TIMEOUT_S} s") from None
        if done.returncode != 0:
            reasons = [line for line in done.stderr.splitlines() if "npm error" in line or "npm ERR" in line]
            raise FetchError(f"npm pack {spec}: {' / '.join(reasons[:3]) or 'failed without a reason'}")
        name, version = spec.rsplit("@", 1)
        return self.folder / f"{name.lstrip('@').replace('/', '-')}-{version}.tgz"


def members(tarball, wanted):
    """Reads the members for which wanted(name) holds; names without the leading package/."""
    found = {}
    with tarfile.open(tarball, "r:gz") as archive:
        for member in archive:
            name = member.name.split("/", 1)[-1]
            if member.isfile() and wanted(name):
                found[name] = archive.extractfile(member).read()
    return found


def member(tarball, name):
    found = members(tarball, lambda candidate: candidate == name)
    if name not in found:
        raise FetchError(f"{name} is not in the package")
    return found[name]


# --- transforms: from members of a package to the bytes that we keep -----------------------------------


def take_file(tarball, entry):
    return member(tarball, entry["member"])


def take_tree(tarball, entry):
    prefix = entry["member"].rstrip("/") + "/"
    return {name[len(prefix):]: data for name, data in members(tarball, lambda n: n.startswith(prefix)).items()}


def take_slice(tarball, entry):
    """One file of a preloaded bundle: an index in the .js, the bytes in the .data beside it."""
    data_name, inner = entry["member"].split("!")
    index_name = re.sub(r"\.data$", ".js", data_name)
    found = members(tarball, lambda n: n in (data_name, index_name))
    pattern = r'filename:\s*"/%s",\s*start:\s*(\d+),\s*end:\s*(\d+)' % re.escape(inner)
    place = re.search(pattern, found[index_name].decode("utf-8", "replace"))
    if place is None:
        raise FetchError(f"{inner} is not listed in {index_name}")
    return found[data_name][int(place[1]):int(place[2])]


def take_base64_vocabulary(tarball, entry):
    """A vocabulary held as one base64 string constant, one token a line."""
    name, constant = entry["member"].split("!")
    text = member(tarball, name).decode("utf-8")
    found = re.search(re.escape(constant) + r'\s*=\s*"([A-Za-z0-9+/=]+)"', text)
    if found is None:
        raise FetchError(f"{constant} is not in {name}")
    return base64.b64decode(found[1]) + b"\n"


def graph_weights(tarball, entry):
    groups = json.loads(member(tarball, entry["member"]))["weightsManifest"]
    return [path for group in groups for path in group["paths"]], [w for group in groups for w in group["weights"]]


def take_joined_weights(tarball, entry):
    shards, _ = graph_weights(tarball, entry)
    folder = entry["member"].rsplit("/", 1)[0]
    found = members(tarball, lambda n: n.startswith(folder) and n.rsplit("/", 1)[-1] in shards)
    return b"".join(found[f"{folder}/{shard}"] for shard in shards)


def take_weight_manifest(tarball, entry):
    """Tensor name, type, shape (comma-separated, empty for a scalar) and byte offset, one a line."""
    _, weights = graph_weights(tarball, entry)
    lines, offset = [], 0
    for weight in weights:
        if weight["dtype"] not in ("float32", "int32"):
            raise FetchError(f"tensor {weight['name']} has the unexpected type {weight['dtype']}")
        shape = ",".join(str(n) for n in weight["shape"])
        lines.append(f"{weight['name']}\t{weight['dtype']}\t{shape}\t{offset}\n")
        count = 1
        for n in weight["shape"]:
            count *= n
        offset += 4 * count
    return "".join(lines).encode()


def take_scored_vocabulary(tarball, entry):
    """Token and log-probability, one a line; the line number from 0 is the id."""
    pairs = json.loads(member(tarball, entry["member"]))
    return "".join(f"{token}\t{score}\n" for token, score in pairs).encode()


TRANSFORMS = {
    "file": take_file,
    "tree": take_tree,
    "slice": take_slice,
    "base64-vocabulary": take_base64_vocabulary,
    "joined-weights": take_joined_weights,
    "weight-manifest": take_weight_manifest,
    "scored-vocabulary": take_scored_vocabulary,
}


# --- putting it in place -------------------------------------------------------------------------------


def write_aside(target, content):
    """Writes content beside target under a temporary name on the same file system."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    if isinstance(content, dict):
        aside.mkdir()
        for name, data in content.items():
            (aside / name).write_bytes(data)
    else:
        with open(aside, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    return aside


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


def install(root, entry, content):
    target = root / entry["destination"]
    aside = write_aside(target, content)
    try:
        actual = sha256_path(aside)
        if actual != entry["sha256"]:
            raise FetchError(f"wrong sha256: {actual} where {entry['sha256']} was expected")
        if target.is_dir() or aside.is_dir():
            remove(target)
        os.replace(aside, target)
    finally:
        remove(aside)


def fetch(root, entry, packages):
    for attempt in range(1, ATTEMPTS + 1):
        try:
            content = TRANSFORMS[entry["transform"]](packages.tarball(entry["package"]), entry)
            install(root, entry, content)
            return
        except (FetchError, OSError, EOFError, KeyError, ValueError, tarfile.TarError) as error:
            packages.forget(entry["package"])
            if attempt == ATTEMPTS:
                raise FetchError(f"{entry['name']} ({entry['destination']} from {entry['package']}): {error}") from error


def size_text(entry):
    size = int(entry["bytes"])
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{max(1, size // 1000)} kB"


def fetch_all(root, entries, stamps, local):
    failures = []
    with tempfile.TemporaryDirectory(prefix="frontdesk-models-") as folder:
        packages = Packages(pathlib.Path(folder), local)
        for number, entry in enumerate(entries, 1):
            print(f"[{number}/{len(entries)}] {entry['name']} ({size_text(entry)}) ... ", end="", flush=True)
            if stamps.present(root, entry):
                print("present")
                continue
            try:
                fetch(root, entry, packages)
                stamps.present(root, entry)
                stamps.save()
                print("ok")
            except FetchError as error:
                failures.append(str(error))
                print("FAILED")
    return failures


def main():
    parser = argparse.ArgumentParser(description="Fills the model cache.")
    parser.add_argument("--packages", metavar="DIR")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    root = cache_root()
    entries = catalogue()
    stamps = Stamps(root)
    if options.check:
        failures = [f"{e['name']}: {root / e['destination']} is missing or damaged: run ./dev setup" for e in entries
                    if not stamps.present(root, e, rehash=True)]
    else:
        root.mkdir(parents=True, exist_ok=True)
        with open(root / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            stamps = Stamps(root)
            failures = fetch_all(root, entries, stamps, options.packages)
            stamps.save()
    for failure in failures:
        print(f"models: could not provide {failure}" if not options.check else f"models: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except FetchError as problem:
        sys.exit(f"models: {problem}")
