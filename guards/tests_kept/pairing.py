"""Which test of the base became which test of the tree: a moved test is the same test, a lost one is none."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from pathlib import PurePosixPath

from guards.syntax.places import is_collected
from guards.syntax.suite import Suite, Unit
from guards.tests_kept.rewritten import NEAR, Rewritten, shared, words

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


SIGNS: tuple[Callable[[Unit], Hashable], ...] = (lambda one: one.qualname, lambda one: one.name, _body)
