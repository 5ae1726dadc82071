"""Which new test stands where a lost one stood, in other words and under another name.

A test that keeps its name may be rewritten, as long as it asserts as much. One that gets a better name with its new
words is held to the same, no less and no more: so it must stand in the same class, and either keep nearly all that the
old one said, or have its very place between its neighbours and a name or words akin to it.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections import Counter
from collections.abc import Iterator

from guards.syntax.cases import cases
from guards.syntax.suite import Suite, Unit

KEPT = 0.8  # of the old test's words, that a longer new one still says in their order
AKIN = 0.5  # of both tests' words, where the new one stands in the old one's place


class Rewritten:
    """Finds heirs; one without parameters takes over from one test, a parametrized one from as many as it has cases."""

    def __init__(self, before: list[Suite], after: list[Suite]) -> None:
        kept = {(suite.path, name) for suite in after for name in suite.tests}
        kept &= {(suite.path, name) for suite in before for name in suite.tests}
        self._places = dict(_places(before, kept)) | dict(_places(after, kept))
        self._taken: Counter[Unit] = Counter()

    def heir(self, old: Unit, new: list[Unit]) -> Unit | None:
        """One of the new tests, or None where the old one is gone."""
        near = [now for now in new if _home(now) == _home(old) and self._taken[now] < _room(now)]
        found = next((now for now in near if self._is_heir(old, now)), None)
        if found is not None:
            self._taken[found] += 1
        return found

    def _is_heir(self, old: Unit, now: Unit) -> bool:
        mine, other = words(old), words(now)
        match = difflib.SequenceMatcher(None, mine, other, autojunk=False)
        if sum(block.size for block in match.get_matching_blocks()) >= KEPT * len(mine):
            return True
        return self._places[old] == self._places[now] and (match.ratio() >= AKIN or _are_kin(old.name, now.name))


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
        names = list(suite.tests)
        for at, name in enumerate(names):
            before = next((n for n in reversed(names[:at]) if (suite.path, n) in kept), "")
            behind = next((n for n in names[at + 1 :] if (suite.path, n) in kept), "")
            yield suite.tests[name], (before, behind)


def _home(unit: Unit) -> tuple[str, str]:
    return unit.path, unit.qualname.rpartition(".")[0]


def _room(unit: Unit) -> int:
    return max([1, *(count or 1 for count in cases(unit.node, {}).values())])


def _are_kin(one: str, other: str) -> bool:
    """Whether half of the shorter name's words stand in the other."""
    mine, theirs = ({word for word in name.lower().split("_") if word and word != "test"} for name in (one, other))
    return bool(mine and theirs) and 2 * len(mine & theirs) >= min(len(mine), len(theirs))
