"""The repository as the rules see it: files with their texts, and the modules with what they declare."""
import pathlib
import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property

from cpp_text import CppText, read_cpp

MAX_TEXT_BYTES = 2_000_000
SKIPPED_FOLDERS = {".git", "build", "node_modules", "data", "__pycache__", "dist"}


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    advice: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


@dataclass
class Module:
    name: str
    folder: str  # from src/, "sip" or "reception/voicemail"
    cmake: str
    line: int
    pure: bool = False
    depends: list = field(default_factory=list)
    test_depends: list = field(default_factory=list)


def _module_calls(text):
    """(line, words) of every frontdesk_module(...) call."""
    text = re.sub(r"#[^\n]*", "", text)
    for match in re.finditer(r"\bfrontdesk_module\s*\(([^)]*)\)", text):
        yield text.count("\n", 0, match.start()) + 1, match.group(1).split()


_CMAKE_KEYWORDS = {"DEPENDS", "LIBRARIES", "TEST_DEPENDS", "TEST_LIBRARIES"}


def _parse_module(cmake, line, words):
    module = Module(words[0], str(pathlib.PurePosixPath(cmake).parent)[len("src/") :], cmake, line)
    section = None
    for word in words[1:]:
        if word == "PURE":
            module.pure, section = True, None
        elif word in _CMAKE_KEYWORDS:
            section = word
        elif section == "DEPENDS":
            module.depends.append(word)
        elif section == "TEST_DEPENDS":
            module.test_depends.append(word)
    return module


class Repository:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self._cpp = {}
        self._texts = {}

    @cached_property
    def files(self):
        """Tracked files and new ones that are not ignored, sorted, relative to the root."""
        if (self.root / ".git").exists():
            listed = subprocess.run(
                ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                cwd=self.root, capture_output=True, check=True,
            ).stdout.decode().split("\0")
            return sorted({name for name in listed if name and (self.root / name).is_file()})
        found = (path for path in self.root.rglob("*") if path.is_file())
        names = (path.relative_to(self.root) for path in found)
        return sorted(str(name) for name in names if not SKIPPED_FOLDERS.intersection(name.parts))

    def text(self, path):
        """None for what is not text: binary or too large."""
        if path not in self._texts:
            data = (self.root / path).read_bytes()
            is_text = len(data) <= MAX_TEXT_BYTES and b"\0" not in data
            self._texts[path] = data.decode("utf-8", "replace") if is_text else None
        return self._texts[path]

    def cpp(self, path) -> CppText:
        if path not in self._cpp:
            self._cpp[path] = read_cpp(self.text(path) or "")
        return self._cpp[path]

    @cached_property
    def cpp_files(self):
        return [path for path in self.files if path.endswith((".cpp", ".hpp"))]

    @cached_property
    def modules(self):
        """By folder below src/."""
        found = {}
        for path in self.files:
            if not re.fullmatch(r"src/.+/CMakeLists\.txt", path):
                continue
            for line, words in _module_calls(self.text(path)):
                if words:
                    module = _parse_module(path, line, words)
                    found[module.folder] = module
        return found

    @cached_property
    def modules_by_name(self):
        return {module.name: module for module in self.modules.values()}

    def module_of(self, path_below_src):
        """The module whose folder holds `sip/message.hpp`, or None."""
        folder = pathlib.PurePosixPath(path_below_src).parent
        for candidate in (folder, *folder.parents):
            if str(candidate) in self.modules:
                return self.modules[str(candidate)]
        return None

    def source_module(self, path):
        return self.module_of(path[len("src/") :]) if path.startswith("src/") else None

    def resolve_include(self, target):
        """src/-relative path of a project header, or None."""
        return target if (self.root / "src" / target).is_file() else None


def is_test(path):
    return path.endswith(("_test.cpp", "_test.hpp"))
