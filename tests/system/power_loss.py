"""A folder as a power failure would leave it: made from what build/.../libfrontdesk_write_log.so noted of a program's
writes (tests/power_loss/write_log.cpp).

What was synchronised is there. Of the rest either nothing is (`keep=None`), or, with a seeded `random.Random`, each block
of 4 KiB or not, each cut or not, and of the changes to folders the first few: as file systems order them, but none
promises more.
"""
import os
import shutil
import struct

HEAD = struct.Struct("<cQII")
BLOCK = 4096


def notes(log_path):
    if not os.path.exists(log_path):
        return  # nothing was written
    with open(log_path, "rb") as log:
        data = log.read()
    at = 0
    while at + HEAD.size <= len(data):
        kind, offset, path_length, length = HEAD.unpack_from(data, at)
        end = at + HEAD.size + path_length + length
        if end > len(data):
            return  # killed as it was written: the program had not gone on
        path = data[at + HEAD.size:end - length].decode()
        yield kind.decode(), path, offset, data[end - length:end]
        at = end


class File:
    def __init__(self, content=b""):
        self.content = bytearray(content)
        self.pending = []  # (offset, data), or (length, None) for a cut

    def apply(self, offset, data):
        if data is None:
            del self.content[offset:]
            self.content.extend(bytes(offset - len(self.content)))
            return
        if len(self.content) < offset:
            self.content.extend(bytes(offset - len(self.content)))
        self.content[offset:offset + len(data)] = data

    def synchronise(self):
        for offset, data in self.pending:
            self.apply(offset, data)
        self.pending = []

    def lose_some(self, keep):
        for offset, data in self.pending:
            if data is None:
                if keep.random() < 0.5:
                    self.apply(offset, None)
                continue
            at = 0
            while at < len(data):
                size = min(BLOCK - (offset + at) % BLOCK, len(data) - at)
                if keep.random() < 0.5:
                    self.apply(offset + at, data[at:at + size])
                at += size
        self.pending = []


class Folder:
    """What is in memory, and what is on the device."""

    def __init__(self, root):
        self.root = root
        self.now = {}        # path -> File; None: a folder
        self.later = []      # changes of folders that nobody waited for: (the folders, a function on the device's names)
        for where, _, names in os.walk(root):
            self.now[where] = None
            for name in names:
                with open(os.path.join(where, name), "rb") as file:
                    self.now[os.path.join(where, name)] = File(file.read())
        self.device = dict(self.now)

    def change(self, paths, doing):
        doing(self.now)
        self.later.append(({os.path.dirname(path) for path in paths}, doing))

    def take(self, kind, path, offset, data):
        if kind in "cd":
            made = File() if kind == "c" else None
            self.change([path], lambda names: names.__setitem__(path, made))
        elif kind == "r":
            to = data.decode()
            def rename(names, source=path, target=to):
                if source in names:
                    names[target] = names.pop(source)
            self.change([path, to], rename)
        elif kind == "u":
            self.change([path], lambda names: names.pop(path, None))
        elif kind == "s" and self.now.get(path) is None:
            for folders, doing in [each for each in self.later if path in each[0]]:
                doing(self.device)
            self.later = [each for each in self.later if path not in each[0]]
        elif kind == "s":
            self.now[path].synchronise()
        elif isinstance(self.now.get(path), File):
            self.now[path].pending.append((offset, None if kind == "t" else data))

    def fail(self, keep):
        if keep is not None:
            for _, doing in self.later[:keep.randint(0, len(self.later))]:
                doing(self.device)
            for file in {id(file): file for file in self.device.values() if file}.values():
                file.lose_some(keep)

    def write(self, target):
        for path in sorted(self.device):
            file, to = self.device[path], os.path.join(target, os.path.relpath(path, self.root))
            if file is None:
                if os.path.isdir(os.path.dirname(to)) or path == self.root:
                    os.makedirs(to, exist_ok=True)
                continue
            if not os.path.isdir(os.path.dirname(to)):
                continue  # its folder is not there
            with open(to, "wb") as out:
                out.write(file.content)
            os.chmod(to, 0o600)


def after_power_failure(before, root, log_path, target, keep=None):
    """`before`: a copy of the folder `root` from before the program was started."""
    folder = Folder(before)
    for kind, path, offset, data in notes(log_path):
        def moved(each):
            return before + each[len(root):] if each.startswith(root) else each
        folder.take(kind, moved(path), offset, moved(data.decode()).encode() if kind == "r" else data)
    folder.fail(keep)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    folder.write(target)
