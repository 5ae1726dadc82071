"""What a guard judges: a tree, the tree before it, and what the worker touched; and the rules that it judges by."""

from __future__ import annotations

import functools
import textwrap
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from factory.linediff import added_lines, lines_of
from factory.model import Changed, Finding, Plan, Terms, Triage
from factory.tree import LINK, SUBMODULE, Tree, matches
from guards.syntax.letters import fold

FLAGS = frozenset({"addressed"})  # guards that refuse nothing
TRIAGES = {"scope": Triage.SCOPE, "protected": Triage.SCOPE, "reach": Triage.TAMPER}


@dataclass(frozen=True)
class Rule:
    """What a guard forbids. An example is a change: a path, and its lines with `+`, `-` or a blank before them."""

    id: str  # guard/rule
    forbids: str
    why: str
    bad: str
    good: str  # what stands near it, and is let pass

    @property
    def guard(self) -> str:
        return self.id.partition("/")[0]

    @property
    def triage(self) -> Triage:
        """What an attempt that breaks it failed on."""
        return TRIAGES.get(self.guard, Triage.GUARD)

    @property
    def flag(self) -> bool:
        return self.guard in FLAGS

    def __str__(self) -> str:
        bad, good = (textwrap.indent(example, "    ") for example in (self.bad, self.good))
        end = "flagged" if self.flag else f"refused, {self.triage}"
        return f"{self.id}\nforbids: {self.forbids}\nwhy: {self.why}\n{end}:\n{bad}\nlet pass:\n{good}"

    def found(self, path: str, message: str, line: int = 0) -> Finding:
        """A place where it is broken."""
        return Finding(
            guard=self.guard, path=path, message=message, line=line, triage=self.triage, flag=self.flag, rule=self.id
        )


def rules(module: str) -> dict[str, Rule]:
    """A guard's rules by name, from the `rules.toml` beside its module."""
    at = Path(module).with_name("rules.toml")
    said = tomllib.loads(at.read_text(encoding="utf-8"))
    return {name: Rule(f"{at.parent.name}/{name}", **told) for name, told in said.items()}


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

    @functools.cached_property
    def _globs(self) -> tuple[str, ...]:
        return tuple(fold(glob) for glob in self.protected)

    def is_protected(self, path: str) -> bool:
        return matches(fold(path), self._globs)

    @functools.cached_property
    def protected_folders(self) -> frozenset[str]:
        """The folders that hold something protected; found out once, for all links of a change."""
        paths = (path for path in self.tree.entries() if self.is_protected(path))
        return frozenset(above for path in paths for above in ("", *accumulate(path.split("/"), "{}/{}".format)))

    def added(self, path: str) -> Iterator[tuple[int, str]]:
        """The numbered lines of a file's text that the base does not have."""
        yield from added_lines(text(self.base, path) or "", text(self.tree, path) or "")

    def fresh(self, path: str) -> Iterator[tuple[int, str]]:
        """The added lines, without those that a moved file brings along: a new file's that one taken away had."""
        moved = Counter[str]() if path in self.base.entries() else Counter(self._gone)
        for number, line in self.added(path):
            if moved[line]:
                moved[line] -= 1
            else:
                yield number, line

    @functools.cached_property
    def _gone(self) -> tuple[str, ...]:
        """The lines of the files that the change takes away."""
        there = self.tree.entries()
        gone = (text(self.base, path) or "" for path in self.touched if path not in there)
        return tuple(line.removesuffix("\r") for content in gone for line in lines_of(content))

    def counted(self, judge: Callable[[Tree, str], Iterable[Finding]]) -> Iterator[Finding]:
        """What `judge` says of the tree's files; for a change, only what it does not already say of the base's."""
        after = [found for path in self.judged for found in judge(self.tree, path)]
        before = [] if self.by_hand else [found for path in self.judged for found in judge(self.base, path)]
        yield from new_findings(before, after, self.tree)


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
