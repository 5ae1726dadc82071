"""Two versions of one test: what the later one no longer holds against the code."""

from __future__ import annotations

import ast
import functools
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from guards.syntax.cases import cases, fewer_cases, is_property
from guards.syntax.facts import Fact, NameScope, facts
from guards.syntax.liveness import BROAD, live
from guards.syntax.strength import EXACT, NOTHING
from guards.syntax.suite import Unit
from guards.syntax.tolerance import widened

Said = Iterator[tuple[str, int, str]]


@dataclass(frozen=True)
class Version:
    """A test in its module, with the helpers that it may call."""

    unit: Unit
    scope: NameScope

    @functools.cached_property
    def facts(self) -> list[Fact]:
        return list(facts(self.unit.node.body, self.scope, but=self.unit.name))

    @property
    def is_empty(self) -> bool:
        """Whether it calls nothing, so that nothing can go wrong in it."""
        found = [s for s, _ in live(self.unit.node.body, lambda _: False)]
        return not any(isinstance(part, ast.Call | ast.Assert | ast.With) for s in found for part in ast.walk(s))


def objections(before: Version, after: Version, elsewhere: Collection[object] = ()) -> Said:
    """What got weaker: rule, line and words. `elsewhere`: the keys of what new tests beside it assert now."""
    line = after.unit.line
    if after.unit.skips > before.unit.skips:
        yield "excused", line, "has a new skip or xfail"
    if after.unit.conditions > before.unit.conditions:
        yield "excused", line, "is now defined only under a condition"
    if is_property(before.unit.node) and not is_property(after.unit.node):
        yield "asserts-less", line, "was a property over generated values, and is none any more"
    counts = cases(before.unit.node, before.scope.constants), cases(after.unit.node, after.scope.constants)
    if cut := fewer_cases(*counts):
        yield "asserts-less", line, f"has {cut[1]} parametrized cases, had {cut[0]}"
    if after.is_empty and not before.is_empty:
        yield "asserts-less", line, "was emptied"
        return
    had, has = sum(n or 0 for n in counts[0].values()), sum(n or 0 for n in counts[1].values())
    growth = max(1, has // max(1, had)) if has else 1
    kept = {fact.key for fact in after.facts}
    was = [fact for fact in before.facts if fact.key in kept or fact.key not in elsewhere]
    yield from _assertions(was, after.facts, line, growth)


def _assertions(before: list[Fact], after: list[Fact], line: int, growth: int) -> Said:
    twins = Counter(fact.key for fact in before) & Counter(fact.key for fact in after)
    old, new = _beyond(before, twins.copy()), _beyond(after, twins)
    unmatched, capacity = [], sum(_capacity(fact, growth) - 1 for fact in new)
    shelves: dict[str, deque[Fact]] = defaultdict(deque)  # by what they speak of, the strongest first
    for one in sorted(new, key=lambda one: (one.rank, not one.around.conditional, one.has_match), reverse=True):
        shelves[one.subject].append(one)
    exact = {one.subject for one in after if one.rank == EXACT and not one.around.conditional}
    for fact in old:
        if found := shelves[fact.subject]:
            yield from _weaker(fact, found.popleft())
        elif not (fact.around.either or (fact.demand < EXACT and fact.subject in exact)):
            unmatched.append(fact)
    left = {id(one) for shelf in shelves.values() for one in shelf}
    new = [one for one in new if id(one) in left]
    new.sort(key=lambda one: -one.rank)
    unmatched.sort(key=lambda one: -one.rank)
    for fact, other in zip(unmatched, new, strict=False):
        yield from _weaker(fact, other, same_subject=False)
    missing = len(unmatched) - len(new) - max(0, capacity)
    if missing > 0:
        yield "asserts-less", line, f"asserts less: {len(before)} assertions before, {len(after)} now"


def _capacity(fact: Fact, growth: int) -> int:
    """How many earlier assertions one may stand for."""
    return fact.weight * fact.around.times * growth if fact.rank else 1


def _beyond(facts: Sequence[Fact], twins: Counter[tuple[object, ...]]) -> list[Fact]:
    """All but the first ones that are twins."""
    out = []
    for fact in facts:
        out += [] if twins[fact.key] else [fact]
        twins[fact.key] -= bool(twins[fact.key])
    return out


def _weaker(before: Fact, after: Fact, *, same_subject: bool = True) -> Said:
    if after.around.swallowed and not before.around.swallowed:
        yield "says-less", after.line, "an assertion's failure is caught and passed over"
    elif after.rank == NOTHING and before.demand > NOTHING:
        yield "says-less", after.line, "an assertion that is always true stands in the place of a real one"
    elif before.raises and after.raises and _catches_more(before.raises, after.raises):
        caught = ", ".join(sorted(after.raises))
        yield "says-less", after.line, f"an expected exception was widened to {caught}"
    elif after.rank < before.demand:
        yield "says-less", after.line, "an assertion says less than it did"
    elif same_subject and before.has_match and not after.has_match:
        yield "says-less", after.line, "an expected exception's message is no longer looked at"
    elif key := widened(dict(before.tolerances), dict(after.tolerances)):
        yield "says-less", after.line, f"a tolerance was widened ({key})"
    elif same_subject and after.around.conditional and not before.around.conditional:
        yield "says-less", after.line, "an assertion now runs only under a condition"


def _catches_more(before: frozenset[str], after: frozenset[str]) -> bool:
    return before < after or bool(after & (BROAD - {"AssertionError"}) and not before & BROAD)
