"""Pure: what tests load as judge or as library is what main loads (names, by the real sys.path of main's run)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from factory.gate.asked import TreeQuestion
from factory.gate.observe import Observation
from factory.model import Finding, Triage
from factory.ssot.product import TEST_FILES
from factory.tree import matches

# What many projects call a folder of theirs, and what some packages leave behind under that name.
ANYBODYS = frozenset({"test", "tests", "docs", "examples", "scripts", "tools", "benchmarks", "conftest", "__main__"})
MODULES = frozenset({"py", "pyc", "so", "pyd"})  # what a file that can be imported ends in


def elsewhere(base: Observation, after: Observation, judge: Callable[[str], bool]) -> tuple[str, ...]:
    """One line for each name of main's judge or libraries that is loaded from another file after the change.

    A test file may move, and a product may be cut into other files; what tests import beside it may not change places.
    """
    tests = {node.split("::")[0] for node in after.outcomes}
    found = [_moved(name, base, after, judge) for name in after.loaded if after.loaded[name] not in tests]
    gone = [name for name, at in base.loaded.items() if name not in after.loaded and judge(at) and not _outside(at)]
    if after.loaded and set(base.outcomes) <= set(after.outcomes):  # the same tests, so the same helpers
        own = {node.split("::")[0] for node in base.outcomes}
        found += [
            f"{n}: was loaded from {base.loaded[n]}, and from no file now" for n in gone if base.loaded[n] not in own
        ]
    return tuple(line for line in found if line)


def _moved(name: str, base: Observation, after: Observation, judge: Callable[[str], bool]) -> str:
    was, now = base.loaded.get(name), after.loaded[name]
    if was == now or PurePosixPath(now).name == "conftest.py":
        return ""
    if _outside(now):
        taken = was is not None and not _outside(was) and judge(was) and name not in ANYBODYS
        return f"{name}: was loaded from {was}, and from outside of the repository now" if taken else ""
    if was is None:
        taken = name not in ANYBODYS and (name in base.outside or name in after.outside)
        return f"{name}: {now} is loaded in place of the library of that name" if taken else ""
    return f"{name}: was loaded from {was}, and from {now} now" if _outside(was) or judge(was) else ""


def shadows(
    added: Collection[str], base: Observation, judge: Callable[[str], bool] = lambda path: True
) -> tuple[str, ...]:
    """One line for each new file that would be found before what main's run resolves. Asked before anything runs.

    A name of main's own product may change its file (`x.py` to `x/__init__.py`): there `judge` says no.
    """
    lines = [line for path in sorted(added) for line in _in_front(path, base, judge)]
    return tuple(dict.fromkeys(lines))


def _in_front(path: str, base: Observation, judge: Callable[[str], bool]) -> Iterator[str]:
    last = max((index for index, entry in enumerate(base.path) if _outside(entry)), default=-1)
    for index, entry in enumerate(base.path):
        if path == entry:
            yield f"{path}: Python looks for modules in it, and main has none there"
        name = _module(path, entry)
        was = base.loaded.get(name)
        if was is None and name in base.outside and name not in ANYBODYS and index < last:
            yield f"{path}: is found before the library `{name}`"
        elif was and was != path and (_outside(was) or judge(was)):
            theirs = next((i for i, entry in enumerate(base.path) if _module(was, entry) == name), last)
            if (index, _rank(path)) < (theirs, _rank(was)):
                yield f"{path}: is found before {was} (`{name}`)"


def _module(path: str, entry: str) -> str:
    """What a file below an entry of sys.path is imported as, or ""."""
    if entry != "." and not path.startswith(f"{entry}/"):
        return ""
    *folders, last = (path if entry == "." else path.removeprefix(f"{entry}/")).split("/")
    stem, _, kind = last.partition(".")
    parts = folders if stem == "__init__" else [*folders, stem]
    fits = kind.rpartition(".")[2] in MODULES and all(part.isidentifier() for part in parts)
    return ".".join(parts) if fits else ""


def _rank(file: str) -> int:
    """In one folder a package comes before an extension, that before a module, that before compiled Python."""
    if PurePosixPath(file).name.startswith("__init__."):
        return 0
    return {"so": 1, "pyd": 1, "py": 2}.get(file.rpartition(".")[2], 3)


def _outside(path: str) -> bool:
    return path.startswith("/")


def supposed(installed: Collection[str]) -> Observation:
    """Where a command looks for modules that no reporter told of: the root, and the folders that are mostly named."""
    outside = tuple(sorted({*sys.stdlib_module_names, *installed, "sitecustomize", "usercustomize"}))
    return replace(Observation(), path=(".", "src", "lib", "/"), outside=outside)


def names(asked: TreeQuestion, seen: Iterable[Observation]) -> tuple[Finding, ...]:
    """No new file is found by Python before what main's own runs resolve. `seen`: what each command did on main."""
    new = [c.path for c in asked.changed if c.new and not c.old]
    known = [told if told.path else supposed(asked.case.installed) for told in seen]
    lines = dict.fromkeys(line for told in known for line in shadows(new, told, asked.sides.judges))
    parts = (line.partition(": ") for line in lines)
    return tuple(Finding(guard="loaded", path=path, message=said, triage=Triage.SCOPE) for path, _, said in parts)


def flags(asked: TreeQuestion) -> tuple[Finding, ...]:
    """The judging files that the change edits, for a person to see."""
    edited = [c for c in asked.brought if c.old and not matches(c.path, TEST_FILES)]
    said = "judges, and is another after this change"
    return tuple(Finding(guard="judge", path=c.path, message=said, flag=True) for c in edited)
