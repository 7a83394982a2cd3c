"""Sizes, headers, comments and what must not stand in a public repository."""
import ast
import re

from cpp_text import functions
from repository import Finding

MAX_FILE_LINES = 700
MAX_FUNCTION_LINES = 70
MIN_PURPOSE_CHARACTERS = 20

_SOURCE = re.compile(r"(^|/)dev$|\.(cpp|hpp|c|h|py|sh|ts|tsx|js|jsx|mjs|css|cmake)$|(^|/)CMakeLists\.txt$")
_GENERATED = re.compile(r"(^|/)(schema|routeTree\.gen)\.(d\.)?ts$|(^|/)testdata/|^tests/data/")


def _sources(repo):
    for path in repo.files:
        if _SOURCE.search(path) and not _GENERATED.search(path) and repo.text(path) is not None:
            yield path


def long_file(repo):
    for path in _sources(repo):
        lines = repo.text(path).count("\n")
        if lines > MAX_FILE_LINES:
            yield Finding(path, MAX_FILE_LINES + 1, "long-file", f"{lines} lines; split it by purpose (at most {MAX_FILE_LINES}, aim for 300)")


def long_function(repo):
    for path in _sources(repo):
        for name, first, lines in _functions_of(repo, path):
            if lines > MAX_FUNCTION_LINES:
                yield Finding(path, first, "long-function", f"{name} has {lines} lines; split it (at most {MAX_FUNCTION_LINES}, aim for 40)")


def _functions_of(repo, path):
    if path.endswith((".cpp", ".hpp")):
        return [(each.name, each.first_line, each.lines) for each in functions(repo.cpp(path).code)]
    if path.endswith(".py"):
        return _python_functions(repo.text(path))
    if path.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs")):
        return _script_functions(repo.text(path))
    return []


def _python_functions(text):
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [(node.name, node.lineno, node.end_lineno - node.lineno + 1) for node in ast.walk(tree) if isinstance(node, kinds)]


_SCRIPT_FUNCTION = re.compile(
    r"^(?P<indent>\s*)(?:export\s+)?(?:default\s+)?(?:async\s+)?"
    r"(?:function\s*\*?\s*(?P<name>\w*)|(?:const|let)\s+(?P<const>\w+)\b[^;]*=>\s*[{(]\s*$)"
)


def _script_functions(text):
    """By indentation, which the formatter guarantees: a function ends at the first line that closes
    at its own depth."""
    lines, found = text.split("\n"), []
    for number, line in enumerate(lines, 1):
        match = _SCRIPT_FUNCTION.match(line)
        if not match:
            continue
        closing = re.compile(rf"^{match.group('indent')}[}})]")
        opening = line.rstrip()
        seen_opening = opening.endswith(("{", "=> (")) and not opening.endswith("({")
        for last in range(number, len(lines)):
            if not closing.match(lines[last]):
                continue
            if not seen_opening and lines[last].rstrip().endswith("{"):
                seen_opening = True
                continue
            found.append((match.group("name") or match.group("const") or "(function)", number, last + 2 - number))
            break
    return found


def header_purpose(repo):
    """A header starts by saying what it is for, and guards itself."""
    for path in repo.cpp_files:
        if not path.endswith(".hpp"):
            continue
        text = repo.text(path) or ""
        comment = re.match(r"((?:\s*//[^\n]*\n)+|\s*/\*.*?\*/)", text, re.DOTALL)
        if not comment or len(re.sub(r"[/*\s]+", " ", comment.group(0)).strip()) < MIN_PURPOSE_CHARACTERS:
            yield Finding(path, 1, "header-purpose", "begin with a comment: what this is for, units, errors, source")
        if "#pragma once" not in text:
            yield Finding(path, 1, "header-purpose", "add #pragma once after the comment")


# Spelled in pieces so that this file does not report itself.
_OPEN_WORK = re.compile(r"\b(" + "TO" + "DO|FIX" + r"ME)\b(?!\(ADR-\d{4}\))")


def open_work(repo):
    """Unfinished work stands in an issue or a decision, not in the code."""
    for path in _sources(repo):
        text = repo.cpp(path).comments if path.endswith((".cpp", ".hpp")) else repo.text(path)
        for number, line in enumerate(text.split("\n"), 1):
            match = _OPEN_WORK.search(line)
            if match:
                yield Finding(path, number, "open-work", f"do it, or write {match.group(1)}(ADR-nnnn) with the decision that postpones it")


_CODE_STATEMENT = re.compile(
    r"^\s*//(?!/)\s*("
    r"return( [^\s()]+(\(.*\))?)?;|break;|continue;|\}( else \{)?;?"
    r"|(if|for|while) \(.*[;{}]|(delete|throw) \S+;|using [\w ]+ = .*;|(auto|const) .*=.*;|std::.*;"
    r"|#\s*include\s*[<\"][^>\"]+[>\"]"
    r"|[\w.>:\[\]-]+\s*(=|\+=|-=)\s*[^=].*;"
    r"|[\w.>:-]+\([^)]*\);"
    r")\s*$"
)


def commented_code(repo):
    """Git keeps what was. A block is reported once."""
    for path in repo.cpp_files:
        previous = False
        for number, line in enumerate(repo.cpp(path).comments.split("\n"), 1):
            matches = bool(_CODE_STATEMENT.match(line))
            if matches and not previous:
                yield Finding(path, number, "commented-code", "delete it; write why, not what was")
            previous = matches


_PRIVATE_WORDS = [
    ("a path of one machine", re.compile(r"(?<![\w.\-])/(?:wo" + r"rk|ro" + r"ot)/")),
    ("a path of one machine", re.compile(r"(?<![\w.\-])/ho" + r"me/(?!\$)[a-z][\w-]*/")),
    ("a package registry's address", re.compile(
        r"\b(?:registry\.npm" + r"js\.org|registry\.yarn" + r"pkg\.com|(?:deb|security|snapshot)\.deb" + r"ian\.org|pyp" + r"i\.org"
        r"|proxy\.go" + r"lang\.org|crates" + r"\.io)\b")),
]


def private_word(repo):
    """Nothing in the repository depends on, or tells about, the machine it was written on."""
    for path in repo.files:
        text = repo.text(path)
        if text is None:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            for what, pattern in _PRIVATE_WORDS:
                match = pattern.search(line)
                if match:
                    yield Finding(path, number, "private-word", f"'{match.group(0)}' is {what}: use a variable, a default or a relative path")


_SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>])(::)?sleep\s*\(")


def sleeping_test(repo):
    """A test waits for something to happen, with a deadline; it does not sleep and hope."""
    for path in repo.cpp_files:
        if not path.endswith("_test.cpp") and not path.startswith("tests/"):
            continue
        for number, line in enumerate(repo.cpp(path).code.split("\n"), 1):
            if _SLEEP.search(line):
                yield Finding(path, number, "sleeping-test", "wait for the event itself (condition variable, poll, promise) with a deadline")


_TEST = re.compile(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
_NAMED_TEST = re.compile(r"`([A-Z]\w+\.[A-Z]\w+|system\.\w+)`")


def named_test(repo):
    """What a document calls a proof is a test that there is."""
    path = "docs/developer/withstands.md"
    if path not in repo.files:
        return
    tests = {f"{suite}.{name}" for each in repo.cpp_files if each.endswith("_test.cpp")
             for suite, name in _TEST.findall(repo.text(each))}
    tests |= {f"system.{match.group(1)}" for each in repo.files
              if (match := re.match(r"tests/system/(\w+)_test\.py$", each))}
    for number, line in enumerate(repo.text(path).split("\n"), 1):
        for name in _NAMED_TEST.findall(line):
            if name not in tests:
                yield Finding(path, number, "named-test", f"{name} is no test: name the one that shows it")


RULES = [named_test, sleeping_test, long_file, long_function, header_purpose, open_work, commented_code, private_word]
