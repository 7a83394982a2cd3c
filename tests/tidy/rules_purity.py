"""What a PURE module must not touch: anything that makes the same events give another result."""
import re

from repository import Finding, is_test

_IMPURE_HEADERS = {
    "a clock": {"base/clock.hpp", "ctime", "time.h", "sys/time.h"},
    "randomness": {"base/entropy.hpp", "random", "sys/random.h", "openssl/rand.h"},
    "threads": {
        "base/mailbox.hpp", "base/inheriting_mutex.hpp", "atomic", "barrier", "condition_variable", "future", "latch", "mutex", "semaphore",
        "shared_mutex", "stop_token", "thread", "pthread.h", "stdatomic.h",
    },
    "I/O": {
        "fstream", "iostream", "istream", "ostream", "sstream", "syncstream", "iomanip", "print",
        "filesystem", "unistd.h", "fcntl.h", "poll.h", "dlfcn.h", "sys/epoll.h", "sys/stat.h", "sys/mman.h", "dirent.h",
    },
    "sockets": {"arpa/inet.h", "netdb.h", "netinet/in.h", "sys/socket.h", "sys/un.h", "ifaddrs.h", "net/if.h"},
    "the locale": {"locale", "clocale", "locale.h", "regex"},
}
_IMPURE_LIBRARIES = {
    "sockets": ("boost/asio", "boost/beast", "re/", "re.h"),
    "I/O": ("soci", "sqlite3", "onnxruntime", "curl/"),
    "logging": ("spdlog",),
}
_IMPURE_WORDS = [
    ("a clock", r"\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday|localtime(_r)?|monotonic_now)\b|(?<![\w.>])wall_now\s*\("),
    ("a clock", r"\bstd::time\s*\(|(?<![\w.>:])time\s*\(\s*(nullptr|NULL|0|&)"),
    ("randomness", r"\brandom_device\b|(?<![\w.>])(std::)?s?rand\s*\(|\bgetrandom\b|\brandom_u64\b"),
    ("threads", r"\bstd::(j?thread|this_thread|(recursive_|timed_|shared_)*mutex|(lock|scoped)_?guard|(unique|shared|scoped)_lock)\b"),
    ("threads", r"\bstd::(atomic\w*|condition_variable\w*|async|future|promise|call_once|once_flag)\b|\bthread_local\b|\bvolatile\b"),
    ("I/O", r"\bstd::(cout|cerr|clog|cin|[io]?f?stream|[io]?stringstream|filesystem)\b"),
    ("I/O", r"(?<![\w.>:])(std::)?(v?f?printf|f?puts|f?putc|putchar|fopen|fread|fwrite|getenv|system)\s*\(|\bstd::getenv\b"),
    ("sockets", r"(?<![\w.>])::(socket|bind|connect|recv|recvfrom|send|sendto|open|read|write|close)\s*\("),
    ("the locale", r"\bstd::(locale|setlocale|regex)\b|\bsetlocale\s*\("),
]
_PATTERNS = [(what, re.compile(pattern)) for what, pattern in _IMPURE_WORDS]


def _impurity_of_header(target):
    for what, headers in _IMPURE_HEADERS.items():
        if target in headers:
            return what
    for what, prefixes in _IMPURE_LIBRARIES.items():
        if target.startswith(prefixes):
            return what
    return None


def _pure_sources(repo):
    for path in repo.cpp_files:
        module = repo.source_module(path)
        if module is not None and module.pure and not is_test(path):
            yield path


def impure_include(repo):
    """A pure module includes, directly or through other modules' headers, nothing impure."""
    for path in _pure_sources(repo):
        for line, target, _ in repo.cpp(path).includes:
            found = _impurity_behind(repo, path, target)
            if found:
                what, chain = found
                route = "" if len(chain) == 1 else f" (by {' -> '.join(chain)})"
                yield Finding(path, line, "impure-include", f"a PURE module uses no {what.removeprefix('a ').removeprefix('the ')}{route}: receive it as a value, or move this to a shell")


def _impurity_behind(repo, including, target):
    """(what, chain of includes) or None. Headers of the same module are judged where they stand."""
    module = repo.source_module(including)
    seen, pending = set(), [(target, [target])]
    while pending:
        header, chain = pending.pop()
        what = _impurity_of_header(header)
        if what:
            return what, chain
        path = f"src/{header}"
        if header in seen or path not in repo.files:
            continue
        seen.add(header)
        if repo.source_module(path) is not module:
            pending += [(inner, chain + [inner]) for _, inner, _ in repo.cpp(path).includes]
    return None


def impure_word(repo):
    """A pure module mentions no clock, thread, lock, randomness, I/O or locale."""
    for path in _pure_sources(repo):
        for number, line in enumerate(repo.cpp(path).code.split("\n"), 1):
            for what, pattern in _PATTERNS:
                match = pattern.search(line)
                if match:
                    word = match.group(0).strip(" (")
                    yield Finding(path, number, "impure-word", f"'{word}' is {what}: a PURE module receives it as a value or a command's answer")


_MUTABLE_STATIC = re.compile(r"^\s*(inline\s+)?static\s+(?!const\b|constexpr\b|constinit\b|inline\b|_)[\w:<>,\s*&]+(=[^=].*|\{.*\})?;\s*$")


def mutable_static(repo):
    """A pure module keeps its state in its machines, never in a static."""
    for path in _pure_sources(repo):
        for number, line in enumerate(repo.cpp(path).code.split("\n"), 1):
            if _MUTABLE_STATIC.match(line):
                yield Finding(path, number, "mutable-static", "make it const, or a member of the machine that owns it")


_UNORDERED = re.compile(r"\bunordered_(?:map|set|multimap|multiset)\s*<")


def _unordered_names(code):
    for match in _UNORDERED.finditer(code):
        depth, at = 1, match.end()
        while at < len(code) and depth:
            depth += {"<": 1, ">": -1}.get(code[at], 0)
            at += 1
        name = re.match(r"[\s&*]*(\w+)", code[at : at + 120])
        if name:
            yield name.group(1)


def unordered_iteration(repo):
    """The order of an unordered container differs between builds: a pure module may look up, not iterate."""
    for path in _pure_sources(repo):
        code = repo.cpp(path).code
        own_header = re.sub(r"\.cpp$", ".hpp", path)
        names = set(_unordered_names(code))
        if own_header != path and own_header in repo.files:
            names |= set(_unordered_names(repo.cpp(own_header).code))
        if not names:
            continue
        alternatives = "|".join(sorted(map(re.escape, names)))
        loop = re.compile(rf"\bfor\s*\([^;()]*[^:]:(?!:)\s*[\w.>*()-]*?\b({alternatives})\s*\)|\b({alternatives})\s*\.\s*c?begin\s*\(")
        for match in loop.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            yield Finding(path, line, "unordered-iteration", f"'{match.group(1) or match.group(2)}' has no defined order: use std::map or a sorted vector")


RULES = [impure_include, impure_word, mutable_static, unordered_iteration]
