"""Reads C++ just well enough to check it: code without comments and literals, comments without
code, and where functions begin and end. Line numbers are always those of the original text."""
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<line_comment>//(?:[^\n\\]|\\\n|\\.)*)
  | (?P<block_comment>/\*.*?\*/)
  | (?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
  | (?P<number>(?<![\w.])\.?[0-9](?:[eEpP][+-]|'?[\w.])*)
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<char>'(?:[^'\\\n]|\\.)+')
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class CppText:
    code: str  # comments gone, literals empty, everything else in its place
    comments: str  # comments alone, in their place
    includes: list  # (line, path, quoted)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def _without_inactive_branches(code):
    """Blanks preprocessor lines and every #else/#elif branch, so that braces balance."""
    kept, depth_skipped, stack = [], 0, []
    continued = False
    for line in code.split("\n"):
        directive = re.match(r"\s*#\s*(\w+)", line)
        word = directive.group(1) if directive and not continued else ""
        if word in ("if", "ifdef", "ifndef"):
            stack.append(False)
        elif word in ("else", "elif") and stack and not stack[-1]:
            stack[-1] = True
            depth_skipped += 1
        elif word == "endif" and stack:
            depth_skipped -= 1 if stack.pop() else 0
        is_directive = directive is not None or continued
        continued = is_directive and line.rstrip().endswith("\\")
        kept.append(" " * len(line) if is_directive or depth_skipped else line)
    return "\n".join(kept)


def read_cpp(text):
    code, comments, end = [], [], 0
    for match in _TOKEN.finditer(text):
        between = text[end : match.start()]
        token = match.group(0)
        code.append(between)
        comments.append(_blank(between))
        if match.lastgroup in ("line_comment", "block_comment"):
            code.append(_blank(token))
            comments.append(token)
        else:
            kept = token if match.lastgroup == "number" or _is_include_path(text, match.start()) else _emptied(token)
            code.append(kept.replace("'", "_") if match.lastgroup == "number" else kept)
            comments.append(_blank(token))
        end = match.end()
    code.append(text[end:])
    comments.append(_blank(text[end:]))
    whole = "".join(code)
    return CppText(_without_inactive_branches(whole), "".join(comments), _includes(whole))


def _is_include_path(text, at):
    line_start = text.rfind("\n", 0, at) + 1
    return re.match(r"\s*#\s*include\s*$", text[line_start:at]) is not None


def _emptied(token):
    quote = '"' if '"' in token[:4] else "'"
    return quote + re.sub(r"[^\n]", " ", token[1:-1]) + quote


def _includes(code):
    found = []
    for number, line in enumerate(code.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', line)
        if match:
            found.append((number, match.group(1) or match.group(2), match.group(1) is not None))
    return found


@dataclass(frozen=True)
class Function:
    name: str
    first_line: int
    last_line: int

    @property
    def lines(self):
        return self.last_line - self.first_line + 1


_CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
_KEYWORD_BEFORE_BODY = re.compile(r"\b(const|noexcept|override|final|mutable|try|volatile)$|[)&]$")


def functions(code):
    """Every function whose body stands in `code` (of read_cpp), longest nesting outermost. Lambdas
    and local types count towards the function around them."""
    found, stack, header_start = [], [], 0
    parentheses = 0
    for at, char in enumerate(code):
        if char in "()":
            parentheses += 1 if char == "(" else -1
        elif char == "{":
            header = code[header_start:at]
            kind = "inner" if parentheses else _kind_of_block(header, stack)
            stack.append((kind, header_start, parentheses, header))
            if kind not in ("initialiser", "inner"):
                header_start = at + 1
            parentheses = 0
        elif char == "}" and stack:
            kind, begin, parentheses, header = stack.pop()
            if kind == "function":
                found.append(_function(code, begin, at, header))
            if kind not in ("initialiser", "inner") or _ends_statement(code, at):
                header_start = at + 1
        elif char == ";" and not parentheses and not _inside(stack, "initialiser"):
            header_start = at + 1
        elif char == ":" and code[header_start:at].strip() in ("public", "private", "protected"):
            header_start = at + 1
    return found


def _ends_statement(code, at):
    return code[at + 1 : at + 200].lstrip().startswith(";")


def _inside(stack, kind):
    return bool(stack) and stack[-1][0] == kind


def _kind_of_block(header, stack):
    if stack and stack[-1][0] not in ("container",):
        return "inner"
    text = " ".join(header.split())
    bare = _outside_angles_and_parentheses(text)
    if "=" in re.sub(r"operator\s*[=!<>]*=|[=!<>]=", " ", bare):
        return "initialiser"
    if "(" in text and not re.match(r'(inline\s+)?(namespace|class|struct|union|enum)\b', _without_template(text)):
        if re.search(r"\)[^:]*(?<!:):(?!:)", text) and not _KEYWORD_BEFORE_BODY.search(text) and not text.endswith("}"):
            return "initialiser"
        return "function"
    return "container" if _CONTAINER.search(text) else "initialiser"


def _without_template(text):
    """`template <...> requires ... struct X` -> `struct X`, best effort."""
    while text.startswith("template"):
        depth, at = 0, text.find("<")
        if at < 0:
            return text
        while at < len(text):
            depth += {"<": 1, ">": -1}.get(text[at], 0)
            at += 1
            if depth == 0:
                break
        text = text[at:].lstrip()
    return re.sub(r"^(\[\[.*?\]\]|alignas\s*\(.*?\))\s*", "", text)


def _outside_angles_and_parentheses(text):
    previous = None
    while previous != text:
        previous = text
        text = re.sub(r"\([^()]*\)|<[^<>()]*>", " ", text)
    return text


def _function(code, begin, end, header):
    lead = len(header) - len(header.lstrip())
    match = re.search(r"([\w:~]+|operator\s*\S+?)\s*\(", header)
    name = match.group(1) if match else "(function)"
    return Function(name, code.count("\n", 0, begin + lead) + 1, code.count("\n", 0, end) + 1)
