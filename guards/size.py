"""A small batch: the lines that the change adds and removes stay under the ticket's cap."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from factory.model import Finding
from factory.tree import Tree, matches
from guards.case import Case, content, text

NAME = "size"
LINE = 80  # bytes of binary content that weigh as much as a line
GENERATED = (
    "**/*.lock",
    "**/*.lockb",
    "**/requirements*.lock",
    "**/package-lock.json",
    "**/npm-shrinkwrap.json",
    "**/pnpm-lock.yaml",
    "**/go.sum",
    "**/pylock*.toml",
)


def check(case: Case) -> Iterator[Finding]:
    """Judges nothing by hand: the cap is a ticket's."""
    if case.plan is None:
        return
    sizes = {p: lines_changed(case.base, case.tree, p) for p in case.touched if not matches(p, GENERATED)}
    total, cap = sum(sizes.values()), case.terms.max_lines
    if total > cap:
        largest = max(sizes, key=lambda path: sizes[path])
        said = f"{total} changed lines, the cap is {cap}; split the ticket, or set max_lines in its terms"
        yield Finding(guard=NAME, path=largest, message=said)


def lines_changed(base: Tree, tree: Tree, path: str) -> int:
    """Lines added and removed at a path; binary content counts a line for each 80 bytes."""
    before, after = text(base, path), text(tree, path)
    if (before is None and content(base, path)) or (after is None and content(tree, path)):
        old, new = content(base, path) or b"", content(tree, path) or b""
        return 0 if old == new else -(-max(len(old), len(new)) // LINE)
    return _changed((before or "").splitlines(), (after or "").splitlines())


def _changed(old: list[str], new: list[str]) -> int:
    if not old or not new:
        return len(old) + len(new)
    total = 0
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > 4000).get_opcodes():
        if tag != "equal":
            total += (j - i) + (m - k)
    return total
