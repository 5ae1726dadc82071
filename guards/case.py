"""What a guard judges: a tree, the tree before it, and what the worker touched."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from factory.model import Changed, Finding, Plan, Terms
from factory.ssot import toml
from factory.ssot.encoding import read
from factory.tree import LINK, SUBMODULE, Tree


@dataclass(frozen=True)
class Case:
    """One question to the guards. Without a plan it was put by hand or by a commit hook: then all findings count."""

    base: Tree  # main's tip, that `tree` was merged onto; by hand: the last commit
    tree: Tree  # the merged result with the rows flipped; by hand: the working tree
    changed: tuple[Changed, ...]  # what the worker's change touched, without the controller's own flips
    plan: Plan | None = None
    terms: Terms = field(default_factory=lambda: Terms())
    protected: tuple[str, ...] = ()  # globs: the built-in list and the settings'
    installed: frozenset[str] = frozenset()  # top-level modules of the gate's Python that are not its own

    @property
    def by_hand(self) -> bool:
        return self.plan is None

    @functools.cached_property
    def touched(self) -> tuple[str, ...]:
        """Every path that the change added, altered or removed; by hand, what differs from the last commit."""
        if self.by_hand and not self.changed:
            return tuple(path for path in self.judged if _differs(self.base, self.tree, path))
        return tuple(dict.fromkeys(change.path for change in self.changed))

    @functools.cached_property
    def judged(self) -> tuple[str, ...]:
        """The paths whose content a tree-wide rule looks at: all by hand, the touched ones for a change."""
        return tuple(sorted({*self.base.entries(), *self.tree.entries()})) if self.by_hand else self.touched

    def policy_text(self, path: str) -> str | None:
        """A policy file, from main's side; None where it is missing. Raises Mistake where it is no text."""
        try:
            return read((self.tree if self.by_hand else self.base).read(path), path).plain
        except KeyError:
            return None

    def policy(self, path: str) -> dict[str, Any] | None:
        """What it says; None where it is missing or sets nothing. Raises Mistake where it is no TOML."""
        return toml.load(self.policy_text(path) or "", path) or None

    def counted(self, judge: Callable[[Tree], Iterable[Finding]]) -> Iterator[Finding]:
        """What `judge` says of the tree; for a change, only what it does not already say of the base."""
        after = judge(self.tree)
        yield from after if self.by_hand else new_findings(list(judge(self.base)), list(after), self.tree)


def new_findings(before: list[Finding], after: list[Finding], tree: Tree) -> Iterator[Finding]:
    """The findings of `after` that `before` lacks; line numbers do not count, and a moved file brings its own along."""
    present = tree.entries()
    known = Counter((found.path, found.message) for found in before)
    left = Counter(found.message for found in before if found.path not in present)
    for found in after:
        if known[found.path, found.message]:
            known[found.path, found.message] -= 1
        elif left[found.message]:
            left[found.message] -= 1
        else:
            yield found


def _differs(base: Tree, tree: Tree, path: str) -> bool:
    """Two kinds of tree name the same content differently: where the names differ, the content decides."""
    old, new = base.entries().get(path), tree.entries().get(path)
    if old is None or new is None or old.mode != new.mode:
        return True
    return old.oid != new.oid and content(base, path) != content(tree, path)


def content(tree: Tree, path: str) -> bytes | None:
    """A file's bytes; None where the tree has no such file, or has a symlink or a submodule there."""
    entry = tree.entries().get(path)
    if entry is None or entry.mode in (LINK, SUBMODULE):
        return None
    try:
        return tree.read(path)
    except KeyError:
        return None


def text(tree: Tree, path: str) -> str | None:
    """A file's text (bytes that are not UTF-8 are replaced); None where it is absent or binary."""
    data = content(tree, path)
    return None if data is None or b"\0" in data[:8192] else data.decode("utf-8", "replace")
