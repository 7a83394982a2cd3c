"""Who may include whom: declared dependencies, no cycles, one namespace a folder, all of it on the map."""
import pathlib
import re

from repository import Finding, is_test


def undeclared_include(repo):
    """A header may be included only from a module that lists its module in DEPENDS."""
    for path in repo.cpp_files:
        module = repo.source_module(path)
        if module is None:
            continue
        allowed = {module.name, *module.depends, *(module.test_depends if is_test(path) else [])}
        for line, target, quoted in repo.cpp(path).includes:
            if quoted:
                yield from _check_include(repo, module, allowed, Finding(path, line, "undeclared-include", target))


def _check_include(repo, module, allowed, at):
    target = at.advice
    if repo.resolve_include(target) is None:
        beside = (repo.root / at.path).parent / target
        advice = (
            f'write the path from src/: "{beside.relative_to(repo.root / "src").as_posix()}"'
            if beside.is_file() and ".." not in target
            else f'there is no src/{target}: use <> for a library, or correct the path'
        )
        yield Finding(at.path, at.line, at.rule, advice)
        return
    owner = repo.module_of(target)
    if owner is not None and owner.name not in allowed:
        keyword = "TEST_DEPENDS" if is_test(at.path) else "DEPENDS"
        yield Finding(at.path, at.line, at.rule, f'add {owner.name} to {keyword} in {module.cmake}, or do not use "{target}"')


def unknown_module(repo):
    """DEPENDS names a module that does not exist; or a folder and its module differ in name."""
    for module in repo.modules.values():
        for name in (*module.depends, *module.test_depends):
            if name not in repo.modules_by_name:
                yield Finding(module.cmake, module.line, "unknown-module", f"no frontdesk_module({name}): correct the name")
        if module.name not in (module.folder.replace("/", "_"), module.folder.split("/")[-1]):
            yield Finding(
                module.cmake, module.line, "unknown-module", f"call the module of src/{module.folder} {module.folder.replace('/', '_')}"
            )


def folder_without_module(repo):
    """C++ sources below src/ that no CMakeLists.txt beside them declares."""
    reported = set()
    for path in repo.cpp_files:
        folder = str(pathlib.PurePosixPath(path).parent)
        cmake = f"{folder}/CMakeLists.txt"
        if folder.startswith("src/") and cmake not in repo.files and folder not in reported:
            reported.add(folder)
            yield Finding(path, 1, "folder-without-module", f"add {cmake} with frontdesk_module(...)")


def dependency_cycle(repo):
    """Modules form a directed acyclic graph."""
    done, on_path = set(), []

    def visit(module):
        if module.name in done:
            return
        if module.name in on_path:
            cycle = on_path[on_path.index(module.name) :] + [module.name]
            yield Finding(module.cmake, module.line, "dependency-cycle", " -> ".join(cycle) + ": move what both need into a third module")
            return
        on_path.append(module.name)
        for name in module.depends:
            if name in repo.modules_by_name:
                yield from visit(repo.modules_by_name[name])
        on_path.pop()
        done.add(module.name)

    for module in sorted(repo.modules.values(), key=lambda each: each.name):
        yield from visit(module)


def wrong_namespace(repo):
    """Every header below src/ opens its folder's namespace; no file opens another module's."""
    for path in repo.cpp_files:
        module = repo.source_module(path)
        if module is None:
            continue
        own = "frontdesk::" + module.folder.split("/")[-1]
        accepted = (own, "frontdesk::" + module.name)
        opened = [
            (match.group(1), repo.cpp(path).code.count("\n", 0, match.start()) + 1)
            for match in re.finditer(r"\bnamespace\s+(frontdesk[\w:]*)\s*\{", repo.cpp(path).code)
        ]
        for name, line in opened:
            if name not in accepted and not name.startswith(tuple(each + "::" for each in accepted)):
                yield Finding(path, line, "wrong-namespace", f"this folder is namespace {own}, not {name}; to use another module, include its header")
        if path.endswith(".hpp") and not opened and "#define" not in repo.text(path):
            yield Finding(path, 1, "wrong-namespace", f"declare everything inside namespace {own}")


def unmapped_folder(repo):
    """ARCHITECTURE.md names every module, and no folder of src/ that is not there."""
    page = "ARCHITECTURE.md"
    text = (repo.text(page) or "") if page in repo.files else ""
    named = {span.removeprefix("src/").rstrip("/") for line in text.split("\n") for span in re.findall(r"`([^`]+)`", line)}
    for module in repo.modules.values():
        if module.folder not in named:
            yield Finding(module.cmake, module.line, "unmapped-folder", f"say in {page} what `src/{module.folder}` is for")
    for number, line in enumerate(text.split("\n"), 1):
        for folder in re.findall(r"`src/([\w/]+?)/?`", line):
            if not (repo.root / "src" / folder).exists():
                yield Finding(page, number, "unmapped-folder", f"src/{folder} does not exist: correct or remove it")


RULES = [undeclared_include, unknown_module, folder_without_module, dependency_cycle, wrong_namespace, unmapped_folder]
