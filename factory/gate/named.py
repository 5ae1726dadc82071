"""Pure: which judging files a check names, and which of them its tests speak of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from factory.gate.sides import Sides

# A script that a check starts by itself: `python check.py`, `timeout 9 node checks/run.mjs`, `./verify`.
STARTED = re.compile(
    r"(?:^|[;&(]\s*|\btimeout\s+\S+\s+)(?:(?:\S*/)?(?:python[\d.]*|node|bun|deno run|sh|bash|ruby|perl|php)"
    r"(?:\s+-(?!m\b|c\b|e\b)[\w-]+)*\s+)?(?P<path>[\w.][\w./-]*)(?=\s|$|;|&)"
)
LOOKED_AT = re.compile(r"[|`<>\[]|\$\(")  # its output is: then it need not decide anything itself
ASSERTS = re.compile(r"\bassert\b")


def named(check: str, tree: Iterable[str], sides: Sides) -> list[str]:
    """The judging files that a command names whole, as a path or as a module."""
    words = {word.removeprefix("./") for word in re.findall(r"[\w./-]+", check)}
    words |= {f"{word.replace('.', '/')}.py" for word in words}
    return [path for path in sorted(words & set(tree)) if sides.judges(path)]


def spoken_of(path: str, words: str) -> bool:
    """Whether a test's source names a file of data, by its name, its stem or its folder."""
    at = PurePosixPath(path)
    return any(len(name) > 2 and name in words for name in (at.name, at.stem, at.parent.name))


def deciding(checks: Iterable[str], read: Callable[[str], str]) -> frozenset[str]:
    """The scripts that decide a check by their exit code, for they assert. `read`: a file of main, "" for none.

    They judge wherever they lie: what is run and says yes or no is not what it is about.
    """
    started = {
        match["path"].removeprefix("./")
        for check in checks
        if not LOOKED_AT.search(check)
        for match in STARTED.finditer(check)
    }
    return frozenset(path for path in started if ASSERTS.search(read(path)))
