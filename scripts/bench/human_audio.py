"""Recorded human speech from Debian packages, test data only: fetched by apt into the cache, never installed,
never passed on. A source is written PACKAGE:NAME, as in bench/corpus/utterances.tsv."""
import hashlib
import os
import struct
import subprocess
import wave

# name: package, version, hash, folder of the sounds inside it
PACKAGES = {
    "asterisk": ("asterisk-core-sounds-en-wav", "1.6.1-1",
                 "2be3ea287d83299d143815fa804f11179a75b7affd4a758b98b55f5afc18a35d",
                 "usr/share/asterisk/sounds/en_US_f_Allison"),
    "codec2": ("codec2-examples", "1.0.5-1",
               "7af8cd128f269a1d8116993c9d2bd7d4d452fc17da46a09899aaca2b9bd993d4", "usr/share/codec2"),
    "sphinx": ("pocketsphinx-testdata", "0.8+5prealpha+1-15",
               "eaeb7a01d54f20b799d1a81ef110ec544b2cb47ea006614078220737a33019f0",
               "usr/share/pocketsphinx/test/data"),
    "sky": ("beneath-a-steel-sky", "0.0372-8",
            "e2a25c880220c26a4dfd42904b878cc655afa1c72895f9c932befbd078622934",
            "usr/share/scummvm/beneath-a-steel-sky"),
}
RAW_RATE = {"codec2": 8000, "sphinx": 16000}  # of files without a header
SKY_RATE = 11025
SKY_HEADER = 22  # bytes before the compressed samples of a spoken line
FETCH_SECONDS = 300


def package_folder(name, cache):
    """The folder of the package's sounds, fetched and unpacked at first use."""
    package, version, sha256, inside = PACKAGES[name]
    unpacked = os.path.join(cache, "packages", f"{package}_{version}")
    if not os.path.isdir(unpacked):
        downloads = os.path.join(cache, "downloads")
        os.makedirs(downloads, exist_ok=True)
        subprocess.run(["apt-get", "download", f"{package}={version}"], cwd=downloads, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=FETCH_SECONDS)
        archive = next(os.path.join(downloads, f) for f in os.listdir(downloads) if f.startswith(package + "_"))
        with open(archive, "rb") as file:
            found = hashlib.sha256(file.read()).hexdigest()
        if found != sha256:
            raise SystemExit(f"{archive} is not the file the cut list was made for: delete it and try again")
        os.makedirs(unpacked + ".new", exist_ok=True)
        subprocess.run(["dpkg", "-x", archive, unpacked + ".new"], check=True, timeout=FETCH_SECONDS)
        os.rename(unpacked + ".new", unpacked)
        os.remove(archive)
    return os.path.join(unpacked, inside)


def write_wav(path, rate, frames):
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(frames)


def source_wav(source, cache):
    """A WAV file with the whole recording `source`, at its own rate."""
    name, inside = source.split(":", 1)
    folder = package_folder(name, cache)
    if name == "asterisk":
        return os.path.join(folder, inside + ".wav")
    if inside.endswith(".wav"):
        return os.path.join(folder, inside)
    converted = os.path.join(cache, "sources", source.replace(":", "-").replace("/", "-") + ".wav")
    if not os.path.exists(converted):
        os.makedirs(os.path.dirname(converted), exist_ok=True)
        if name == "sky":
            samples = sky_line(folder, int(inside))
            write_wav(converted, SKY_RATE, b"".join(struct.pack("<h", (value - 128) * 200) for value in samples))
        else:
            with open(os.path.join(folder, inside), "rb") as file:
                write_wav(converted, RAW_RATE[name], file.read())
    return converted


def sky_line(folder, number):
    """The 8-bit samples of a spoken line. sky.dnr lists number, offset and size of each file in sky.dsk."""
    with open(os.path.join(folder, "sky.dnr"), "rb") as file:
        index = file.read()
    for at in range(4, len(index) - 7, 8):
        if int.from_bytes(index[at:at + 2], "little") != number:
            continue
        offset = int.from_bytes(index[at + 2:at + 5], "little")
        size = int.from_bytes(index[at + 5:at + 8], "little") & 0x3FFFFF
        offset = (offset & 0x7FFFFF) << 4 if offset >> 23 else offset
        with open(os.path.join(folder, "sky.dsk"), "rb") as file:
            file.seek(offset)
            return unpack_rnc(file.read(size)[SKY_HEADER:])
    raise SystemExit(f"there is no line {number} in sky.dsk")


class RncBits:
    """The bits of a ProPack stream: 16-bit words, lowest bit first, with whole bytes in between."""

    def __init__(self, data, at):
        self.data, self.at, self.count = data, at, 16
        self.bits = self.word()

    def word(self):
        return int.from_bytes(self.data[self.at:self.at + 2], "little")

    def skip(self, count):
        self.bits >>= count
        self.count -= count
        if self.count < 16:
            self.at += 2
            self.bits |= self.word() << self.count
            self.count += 16

    def take(self, count):
        value = self.bits & ((1 << count) - 1)
        self.skip(count)
        return value

    def take_bytes(self, count):
        taken = self.data[self.at:self.at + count]
        self.at += count
        self.count -= 16
        self.bits = self.bits & ((1 << self.count) - 1) | self.word() << self.count
        self.count += 16
        return taken

    def table(self):
        lengths = [self.take(4) for _ in range(self.take(5))]
        codes, code = {}, 0
        for length in range(1, max(lengths, default=0) + 1):
            for value, its_length in enumerate(lengths):
                if its_length == length:
                    codes[length, int(format(code, f"0{length}b")[::-1], 2)] = value
                    code += 1
            code <<= 1
        return codes

    def number(self, codes):
        for length in range(1, 17):
            value = codes.get((length, self.bits & ((1 << length) - 1)))
            if value is not None:
                self.skip(length)
                return value if value < 2 else 1 << (value - 1) | self.take(value - 1)
        raise SystemExit("a damaged compressed file")


def unpack_rnc(data):
    """Rob Northen compression, method 1: https://segaretro.org/Rob_Northen_compression"""
    if data[:4] != b"RNC\x01":
        raise SystemExit("not compressed as expected")
    chunks, bits, out = data[17], RncBits(data, 18), bytearray()
    bits.skip(2)
    for _ in range(chunks):
        literals, distances, lengths = bits.table(), bits.table(), bits.table()
        left = bits.take(16)
        while True:
            count = bits.number(literals)
            if count:
                out += bits.take_bytes(count)
            left -= 1
            if left <= 0:
                break
            distance = bits.number(distances) + 1
            for _ in range(bits.number(lengths) + 2):
                out.append(out[-distance])
    return bytes(out)
