"""Pure: what other tickets wait for is not this ticket's to move. Their goals are held where they stand, too."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from factory.gate.altered.languages import CALLS
from factory.gate.asked import TreeQuestion
from factory.gate.named import named
from factory.model import Changed, Criterion, CriterionStatus, PlanCriterion
from guards.case import text

SOURCES = tuple(CALLS)  # of other languages
IMPORTS = re.compile(r"\s*(?:import\b|use\b|#include\b|from\b.*\bimport\b|(?:const|let|var)\b.*\brequire\()")
SAYS = "a person's ticket names it: modify, or may_change_tests"


def moved(asked: TreeQuestion, rows: Iterable[Criterion]) -> Iterator[str]:
    """A line for each goal of another ticket that the change moves. `rows`: main's ledger."""
    brought = {c.path: c for c in asked.brought if not asked.sides.is_named(c.path)}
    if not brought or asked.plan is None:
        return
    paths = list(asked.case.base.entries())
    own = {path for criterion in asked.checks for path in named(criterion.check, paths, asked.sides)}
    for row in rows:
        if row.status is not CriterionStatus.OPEN or row.id in asked.plan.ac_ids or not row.check:
            continue
        files = named(row.check, paths, asked.sides)
        words = "\n".join(text(asked.case.base, path) or "" for path in files)
        for path, change in brought.items():
            if path in own or _adds_only(asked, change):
                continue
            data = not path.endswith((".py", ".md", ".rst")) and _read_by(path, files, words)
            if path in files or data:
                yield f"{path}: {row.id} of {row.ticket} waits for it as main has it; {SAYS}"


def together(criterion: PlanCriterion, rows: Iterable[Criterion], read: Callable[[str], bytes | None]) -> str:
    """A line where the check asks a whole file of tests, and so does an open criterion of another ticket; else ""."""
    whole = {path for path in _whole(criterion.check) if read(path) is not None}
    own = {row.ticket for row in rows if row.id == criterion.id}
    for row in rows if whole else ():
        shared = sorted(whole & set(_whole(row.check)))
        if shared and row.status is CriterionStatus.OPEN and row.ticket not in own:
            return (
                f"{row.id} of {row.ticket} asks the whole of {shared[0]}, too: where tests of both wait in it neither "
                f"can be green; let each name its own, `{shared[0]}::test_...`"
            )
    return ""


def _whole(check: str) -> list[str]:
    """The Python files that pytest is told to run from end to end."""
    words = check.split()
    if not any("pytest" in word for word in words) or any(word.startswith(("-k", "-m=")) for word in words):
        return []
    return [word.removeprefix("./") for word in words if word.endswith(".py")]


def _read_by(path: str, files: Iterable[str], words: str) -> bool:
    """Whether tests speak of a file of data: by its name, or as a path by its folder, where that is not their own. Of a
    source by its name alone: `node:test` speaks of no folder."""
    at = PurePosixPath(path)
    own = any(file.startswith(f"{at.parent}/") for file in files)
    names = [at.name, at.stem] if path.endswith(SOURCES) else [at.name]
    if any(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", words) for name in names if len(name) > 2):
        return True
    folder = re.escape(at.parent.name)
    return names == [at.name] and not own and bool(folder and re.search(rf"[\"'`/]{folder}[\"'`/]", words))


def _adds_only(asked: TreeQuestion, change: Changed, marks: bool = True) -> bool:
    """Whether all that main's source file says still stands there: tests beside it move no goal."""
    if not (change.old and change.new):
        return False
    old, new = text(asked.case.base, change.path) or "", text(asked.case.tree, change.path) or ""
    if change.path.endswith(SOURCES):
        rest = iter(_lines(new))
        return all(line in rest for line in _lines(old))  # in their order: `in` goes on where it was
    try:
        return change.path.endswith(".py") and not Counter(_statements(old, marks)) - Counter(_statements(new, marks))
    except (SyntaxError, ValueError, RecursionError):
        return False


def takes_off_excuses(asked: TreeQuestion) -> bool:
    """Whether of all test files that main has, the change takes away nothing but marks: a skip, an expected failure."""
    edited = [c for c in asked.brought if c.old and c.path.endswith(".py")]
    return bool(edited) and all(_adds_only(asked, change, marks=False) for change in edited)


def _lines(source: str) -> Iterator[str]:
    """What a file of another language says, a line each; what it imports may change."""
    return (line.rstrip() for line in source.splitlines() if line.strip() and not IMPORTS.match(line))


def _statements(source: str, marks: bool) -> Iterator[str]:
    """What a module says: its statements, of classes those of their bodies; imports may be sorted anew."""
    for node in ast.parse(source).body:
        parts = node.body if isinstance(node, ast.ClassDef) else [node]
        name = node.name if isinstance(node, ast.ClassDef) else ""
        for part in parts:
            if not marks and isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
                part.decorator_list = []
            if not isinstance(part, (ast.Import, ast.ImportFrom)):
                yield f"{name}: {ast.dump(part)}"
