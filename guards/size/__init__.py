"""A small batch: the lines that the change adds and removes stay under the ticket's cap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from factory.linediff import differences, lines_of
from factory.model import Finding
from factory.tree import Tree
from guards.case import Case, content, rules

NAME = "size"
RULES = rules(__file__)
LINE = 80  # bytes of binary content that weigh as much as a line
BULK = 16 << 10  # bytes of a lock file, or of one very long line, that do
LOCK = re.compile(
    r"package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|bun\.lockb?|(?:yarn|deno|poetry|pdm|uv|pixi|pipfile)\.lock"
    r"|requirements[\w.-]*\.lock|pylock(?:\.[\w-]+)?\.toml|conda-lock\.ya?ml|(?:cargo|gemfile|composer|mix|flake|rebar"
    r"|pubspec|podfile|paket|shard|chart|symfony|stack\.yaml|module\.bazel)\.lock|go(?:\.work)?\.sum"
    r"|(?:package|cartfile)\.resolved|packages\.lock\.json|(?:buildscript-)?gradle\.lockfile|\.terraform\.lock\.hcl"
)


def check(case: Case) -> Iterator[Finding]:
    """Judges nothing by hand: the cap is a ticket's."""
    if case.plan is None:
        return
    sizes = {path: lines_changed(case.base, case.tree, path) for path in case.touched}
    total, cap = sum(sizes.values()), case.terms.max_lines
    if total > cap:
        largest = max(sizes, key=lambda path: sizes[path])
        said = f"{total} changed lines, the cap is {cap}; split the ticket, or set max_lines in its terms"
        yield RULES["lines"].found(largest, said)


def lines_changed(base: Tree, tree: Tree, path: str) -> int:
    """What the change of a path weighs, in lines: nothing where only its mode is another, one at least else."""
    old, new = base.entries().get(path), tree.entries().get(path)
    if old is not None and new is not None and old.oid == new.oid:
        return 0
    before, after = content(base, path) or b"", content(tree, path) or b""
    is_lock = LOCK.fullmatch(PurePosixPath(path).name.casefold())
    if b"\0" in before[:8192] or b"\0" in after[:8192]:
        return max(1, _parts(max(len(before), len(after)), BULK if is_lock else LINE))
    lines = _lines(before, after)
    if is_lock:
        return max(1, _parts(sum(len(line) + 1 for line in lines), BULK))
    return max(1, sum(1 + len(line) // BULK for line in lines))


def _lines(before: bytes, after: bytes) -> list[bytes]:
    """The lines that only one of the two has, a carriage return at their end included."""
    old, new = lines_of(before), lines_of(after)
    gone, added = differences(old, new)
    return [*(old[at] for at in gone), *(new[at] for at in added)]


def _parts(size: int, of: int) -> int:
    return -(-size // of)
