"""Which test of the base became which test of the tree: a moved test is the same test, a lost one is none."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from guards.rewritten import Rewritten, words
from guards.syntax.places import is_collected
from guards.syntax.suite import Suite, Unit

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
    signs: tuple[Callable[[Unit, Unit], bool], ...] = (
        lambda old, now: old.qualname == now.qualname,
        lambda old, now: old.name == now.name,
        lambda old, now: _body(old) == _body(now),
        _is_alike,
    )
    for sign in signs:
        for old in list(lost):
            found = next((now for now in new if _may_be(old, now) and sign(old, now)), None)
            if found is not None:
                lost.remove(old)
                new.remove(found)
                yield old, found
    yield from ((old, None) for old in lost)


def _may_be(old: Unit, now: Unit) -> bool:
    """A test that moved to a file where no runner looks is lost."""
    return is_collected(now.path) or PurePosixPath(old.path).name == PurePosixPath(now.path).name


def _body(unit: Unit) -> str:
    return "\n".join(ast.dump(statement) for statement in unit.node.body)


def _is_alike(old: Unit, now: Unit) -> bool:
    match = difflib.SequenceMatcher(None, words(old), words(now), autojunk=False)
    return match.real_quick_ratio() >= ALIKE and match.quick_ratio() >= ALIKE and match.ratio() >= ALIKE
