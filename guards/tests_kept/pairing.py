"""Which test of the base became which test of the tree: a moved test is the same test, a lost one is none.

A test that keeps its name may be rewritten, as long as it asserts as much. One that gets a better name with its new
words is held to the same, no less and no more: so it must stand in the same class, and either keep nearly all that the
old one said, or have its very place between its neighbours and a name or words akin to it.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from pathlib import PurePosixPath

from factory.linediff import differences
from guards.syntax.cases import cases
from guards.syntax.suite import Suite, Unit, is_collected

NEAR = 64  # new tests that are looked at for one lost test, those of its own place first
KEPT = 0.8  # of the old test's words, that a longer new one still says in their order
AKIN = 0.5  # of both tests' words, where the new one stands in the old one's place
ALIKE = 0.7  # of a body's words, from which on a test under another name is taken for the same test
Pair = tuple[Unit, Unit | None]


def pairs(before: list[Suite], after: list[Suite]) -> Iterator[Pair]:
    """Every test of the base with its later self, or None where it is gone."""
    there = {(suite.path, name): unit for suite in after for name, unit in suite.units.items()}
    known = {(suite.path, name) for suite in before for name in suite.tests}
    lost: list[Unit] = []
    for suite in before:
        for name, unit in suite.tests.items():
            same = there.get((suite.path, name))
            if same is not None and same.is_test:
                yield unit, same
            else:
                lost.append(unit)
    new = [unit for key, unit in there.items() if unit.is_test and key not in known]
    rewritten = Rewritten(before, after)
    for old, now in _moved(lost, new):
        yield old, now or rewritten.heir(old, new)


def _moved(lost: list[Unit], new: list[Unit]) -> Iterator[Pair]:
    """The best sign first: the whole name, then the name, then the same body, then much the same words."""
    for sign in SIGNS:
        shelves: dict[Hashable, list[Unit]] = defaultdict(list)
        for now in new if lost else ():
            shelves[sign(now)].append(now)
        found = [(old, _take(shelves[sign(old)], old, _may_be)) for old in lost]
        yield from (pair for pair in found if pair[1])
        lost, taken = [old for old, now in found if not now], {now for _, now in found}
        new[:] = [now for now in new if now not in taken]
    yield from ((old, _take(new, old, _is_alike)) for old in lost)


def _take(shelf: list[Unit], old: Unit, fits: Callable[[Unit, Unit], bool]) -> Unit | None:
    """The first of the new tests that fits, taken away. What is taken goes, so the next one is near the front."""
    found = next((now for now in shelf[:NEAR] if fits(old, now)), None)
    if found is not None:
        shelf.remove(found)
    return found


def _may_be(old: Unit, now: Unit) -> bool:
    """A test that moved to a file where no runner looks is lost."""
    return is_collected(now.path) or PurePosixPath(old.path).name == PurePosixPath(now.path).name


def _body(unit: Unit) -> str:
    return "\n".join(ast.dump(statement) for statement in unit.node.body)


def _is_alike(old: Unit, now: Unit) -> bool:
    mine, other = words(old), words(now)
    total = ALIKE * (len(mine) + len(other)) / 2
    if not _may_be(old, now) or min(len(mine), len(other)) < total:
        return False
    return (Counter(mine) & Counter(other)).total() >= total and shared(old, now) >= total


class Rewritten:
    """Finds heirs; one without parameters takes over from one test, a parametrized one from as many as it has cases."""

    def __init__(self, before: list[Suite], after: list[Suite]) -> None:
        kept = {(suite.path, name) for suite in after for name in suite.tests}
        kept &= {(suite.path, name) for suite in before for name in suite.tests}
        self._places = dict(_places(before, kept)) | dict(_places(after, kept))
        self._taken: Counter[Unit] = Counter()
        self._homes: dict[tuple[str, str], list[Unit]] | None = None

    def heir(self, old: Unit, new: list[Unit]) -> Unit | None:
        """One of the new tests, or None where the old one is gone."""
        if self._homes is None:
            self._homes = {}
            for now in new:
                self._homes.setdefault(_home(now), []).append(now)
        near = self._homes.get(_home(old), [])
        found = next((now for now in near[:NEAR] if self._is_heir(old, now)), None)
        if found is not None:
            self._taken[found] += 1
            if self._taken[found] >= _room(found):
                near.remove(found)
        return found

    def _is_heir(self, old: Unit, now: Unit) -> bool:
        mine, other, same = words(old), words(now), shared(old, now)
        if same >= KEPT * len(mine):
            return True
        akin = 2 * same >= AKIN * (len(mine) + len(other)) or _are_kin(old.name, now.name)
        return akin and self._places[old] == self._places[now]


def shared(old: Unit, now: Unit) -> int:
    """How many words both tests say in the same order."""
    return len(words(old)) - len(differences(words(old), words(now))[0])


@functools.lru_cache(maxsize=4096)
def words(unit: Unit) -> list[str]:
    """A test's body, word by word; its docstring is none of it."""
    body = unit.node.body
    return re.findall(r"\w+|[^\w\s]", "\n".join(map(ast.unparse, body[_documented(body) :])))


def _documented(body: list[ast.stmt]) -> bool:
    first = body[0]
    return len(body) > 1 and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)


def _places(suites: list[Suite], kept: set[tuple[str, str]]) -> Iterator[tuple[Unit, tuple[str, str]]]:
    """Each test with the neighbours that stay: the one before it and the one behind it."""
    for suite in suites:
        before = list(_stays(suite, list(suite.tests), kept))
        behind = list(_stays(suite, list(reversed(suite.tests)), kept))[::-1]
        yield from zip(suite.tests.values(), zip(before, behind, strict=True), strict=True)


def _stays(suite: Suite, names: list[str], kept: set[tuple[str, str]]) -> Iterator[str]:
    """For each test the nearest one before it, in that order, that stays."""
    last = ""
    for name in names:
        yield last
        last = name if (suite.path, name) in kept else last


def _home(unit: Unit) -> tuple[str, str]:
    return unit.path, unit.qualname.rpartition(".")[0]


def _room(unit: Unit) -> int:
    return max([1, *(count or 1 for count in cases(unit.node, {}).values())])


def _are_kin(one: str, other: str) -> bool:
    """Whether half of the shorter name's words stand in the other."""
    mine, theirs = ({word for word in name.lower().split("_") if word and word != "test"} for name in (one, other))
    return bool(mine and theirs) and 2 * len(mine & theirs) >= min(len(mine), len(theirs))


SIGNS: tuple[Callable[[Unit], Hashable], ...] = (lambda one: one.qualname, lambda one: one.name, _body)
