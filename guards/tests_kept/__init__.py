"""No test is deleted, skipped or weakened. A ticket that must do so says `allow = ["tests_kept"]`."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from factory.model import Finding
from factory.tree import Tree
from guards.case import Case, rules, text
from guards.syntax.facts import NameScope
from guards.syntax.suite import Function, Suite, Unit, is_test_code, read_suite
from guards.tests_kept import wrapped
from guards.tests_kept.pairing import pairs
from guards.tests_kept.weakening import Version, objections

NAME = "tests_kept"
RULES = rules(__file__)
REMEDY = f'if the ticket is meant to, its terms in D_ROADMAP.md say allow = ["{NAME}"]'
ELSEWHERE = re.compile(
    r".*(?:[._-](?:test|spec)\.[cm]?[jt]sx?|_test\.(?:go|dart|cc|cpp|exs?)|Tests?\.(?:java|kt|cs)|_spec\.rb)"
)
# What is counted in a file that cannot be parsed, and whether fewer of it is worse.
SIGNS = (
    ("gone", "tests", r"^\s*(?:async\s+)?def\s+test", True),
    ("asserts-less", "assertions", r"\bassert", True),
    ("excused", "skips", r"\b(?:skip|skipif|skipIf|skipTest|skipUnless|xfail|expectedFailure|importorskip)\b", False),
)


def check(case: Case) -> Iterator[Finding]:
    """Judges the touched test files: Python by its syntax tree, other languages by their files' names."""
    if NAME not in case.terms.allow:
        for found in _findings(case):
            yield found.model_copy(update={"message": f"{found.message}; {REMEDY}"})


def _findings(case: Case) -> Iterator[Finding]:
    yield from _other_languages(case)
    paths = [path for path in case.touched if is_test_code(path)]
    before, after = (_Side(tree, paths) for tree in (case.base, case.tree))
    for path in sorted(before.unread | after.unread):
        yield from _by_text(case, path)
    blind = before.unread | after.unread
    yield from _modules(before, after, blind)
    yield from _tests(case.tree, before, after, blind)
    yield from _surroundings(before, after)


class _Side:
    """The touched test files, as one of the two trees has them."""

    def __init__(self, tree: Tree, paths: list[str]) -> None:
        sources = {path: source for path in paths if (source := text(tree, path)) is not None}
        read = {path: read_suite(path, source) for path, source in sources.items()}
        self.suites = {path: suite for path, suite in read.items() if suite is not None}
        self.unread = read.keys() - self.suites.keys()

        self._scopes: dict[str, NameScope] = {}

    def version(self, unit: Unit) -> Version:
        if unit.path not in self._scopes:
            self._scopes[unit.path] = NameScope(self._helpers(unit.path), self.suites[unit.path].constants)
        return Version(unit, self._scopes[unit.path])

    @functools.cached_property
    def _shared(self) -> dict[str, Function]:
        return {u.name: u.node for s in self.suites.values() for u in s.units.values() if not u.is_run}

    def _helpers(self, path: str) -> dict[str, Function]:
        """By name, what a call in that file may mean: its own functions, else those of the other touched files."""
        own = {u.name: u.node for u in self.suites[path].units.values() if not u.is_run}
        return {**self._shared, **own}


def _tests(tree: Tree, before: _Side, after: _Side, blind: set[str]) -> Iterator[Finding]:
    was = [suite for path, suite in before.suites.items() if path not in blind]
    found = list(pairs(was, list(after.suites.values())))
    heirs = {now for _, now in found}
    split: dict[str, set[object]] = defaultdict(set)  # per file, what its new tests assert
    for unit in (unit for suite in after.suites.values() for unit in suite.tests.values()):
        if unit not in heirs and not unit.skips:
            split[unit.path] |= {fact.key for fact in after.version(unit).facts}
    for old, now in found:
        if now is None:
            said = f"{old.qualname} was deleted, or renamed so that no runner finds it"
            yield RULES["gone"].found(old.path, said, old.line)
            continue
        for rule, line, said in objections(before.version(old), after.version(now), split[now.path]):
            yield RULES[rule].found(now.path, f"{now.qualname}: {said}", line)
        for said in wrapped.objections(tree, old, now):
            yield RULES["replaced"].found(now.path, f"{now.qualname}: {said}", now.line)


def _surroundings(before: _Side, after: _Side) -> Iterator[Finding]:
    """Fixtures, set-ups, and helpers in files of their own: their assertions serve tests that nobody touched."""
    for path in before.suites.keys() & after.suites.keys():
        then, now = before.suites[path].units, after.suites[path].units
        is_shared = not before.suites[path].tests
        for name in then.keys() & now.keys():
            if not then[name].is_test and (then[name].is_run or is_shared):
                for rule, line, said in objections(before.version(then[name]), after.version(now[name])):
                    yield RULES[rule].found(path, f"{name}: {said}", line)


def _modules(before: _Side, after: _Side, blind: set[str]) -> Iterator[Finding]:
    for path, suite in after.suites.items():
        old: Suite | None = before.suites.get(path)
        if old is not None and path not in blind and old.tests and suite.skips > old.skips:
            yield RULES["excused"].found(path, "the whole module has a new skip or xfail", 1)


def _by_text(case: Case, path: str) -> Iterator[Finding]:
    """For a file that this Python's grammar cannot read: counts of words, which is little, and better than nothing."""
    before, after = text(case.base, path), text(case.tree, path)
    if before is None:
        return
    for rule, what, sign, is_less in SIGNS:
        had, has = (len(re.findall(sign, t or "", re.MULTILINE)) for t in (before, after))
        if (has < had) if is_less else (has > had):
            yield RULES[rule].found(path, f"cannot be parsed, and has {has} {what} where it had {had}", 1)


def _other_languages(case: Case) -> Iterator[Finding]:
    present = case.tree.entries()
    kept = {PurePosixPath(path).name for path in case.touched if path in present}
    for path in case.touched:
        name = PurePosixPath(path).name
        if path in case.base.entries() and path not in present and ELSEWHERE.fullmatch(name) and name not in kept:
            yield RULES["gone"].found(path, "a file of tests was deleted")
