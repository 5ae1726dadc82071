"""Which new test stands where a lost one stood, in other words and under another name.

A test that keeps its name may be rewritten, as long as it asserts as much. One that gets a better name with its new
words is held to the same, no less and no more: so it must stand in the same class, and either keep nearly all that the
old one said, or have its very place between its neighbours and a name or words akin to it.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterator

from factory.linediff import differences
from guards.syntax.cases import cases
from guards.syntax.suite import Suite, Unit

NEAR = 64  # new tests that are looked at for one lost test, those of its own place first
KEPT = 0.8  # of the old test's words, that a longer new one still says in their order
AKIN = 0.5  # of both tests' words, where the new one stands in the old one's place


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
