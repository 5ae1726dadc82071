"""The guards: each is a module with NAME, RULES and `check`, and a place in this list, which is the running order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from factory.errors import FactoryError, Mistake, NotHere
from factory.model import Finding
from factory.tree import Tree
from guards import (
    addressed,
    docops,
    engine_centricity,
    protected,
    reach,
    scope,
    secrets,
    size,
    ssot_docs,
    tests_kept,
    welding,
)
from guards.case import Case, Rule
from guards.policy import Policy, load


class Guard(Protocol):
    """What every module in GUARDS has."""

    NAME: str
    RULES: dict[str, Rule]

    def check(self, case: Case) -> Iterator[Finding]: ...


GUARDS: tuple[Guard, ...] = (
    scope,
    protected,
    ssot_docs,
    docops,
    welding,
    engine_centricity,
    tests_kept,
    reach,
    secrets,
    size,
    addressed,
)
POLICIES: dict[str, type[Policy]] = {
    docops.POLICY: docops.DocOpsPolicy,
    welding.POLICY: welding.Welding,
    engine_centricity.POLICY: engine_centricity.Centre,
}
NAMES = tuple(guard.NAME for guard in GUARDS)


def must_have_policies(main: Tree) -> None:
    """Mistake where main has a policy that says nothing that can be read: no change could be judged."""
    case = Case(main, main, ())
    for path, kind in POLICIES.items():
        load(case, path, kind)


def explained(name: str) -> tuple[Rule, ...]:
    """The rule of that name, or all rules of a guard. Raises Mistake for any other name."""
    found = tuple(rule for guard in GUARDS for rule in guard.RULES.values() if name in (rule.id, rule.guard))
    if not found:
        remedy = f"--explain with a guard's name lists its rules; the guards: {', '.join(NAMES)}"
        raise Mistake(f"there is no rule or guard {name!r}", remedy=remedy)
    return found


def run(case: Case, names: Iterable[str] | None = None) -> dict[str, tuple[Finding, ...]]:
    """Each guard's findings, in running order. A guard that breaks has a finding that says so: it never passes.

    Raises Mistake for a name that is no guard's."""
    wanted = set(NAMES if names is None else names)
    for name in sorted(wanted - set(NAMES)):
        raise Mistake(f"there is no guard {name!r}", remedy=f"use one of: {', '.join(NAMES)}")
    return {guard.NAME: _findings(guard, case) for guard in GUARDS if guard.NAME in wanted}


def _findings(guard: Guard, case: Case) -> tuple[Finding, ...]:
    try:
        return tuple(guard.check(case))
    except FactoryError as error:
        if case.by_hand and isinstance(error, NotHere):
            raise  # nobody made a change that it could speak against
        return (Finding(guard=guard.NAME, path=getattr(error, "path", "") or "-", message=f"could not judge: {error}"),)
    except Exception as error:
        said = f"the guard itself broke: {type(error).__name__}: {error}"
        return (Finding(guard=guard.NAME, path=f"guards/{guard.NAME}", message=said),)
