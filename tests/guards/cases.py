"""Cases for the guards, from dictionaries: what the tree held before, and what it holds after."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from factory.model import Changed, Finding, Plan, Priority, Risk, Scope, Terms
from factory.tree import MemoryTree, Tree
from guards import run
from guards.case import Case

Files = Mapping[str, str | bytes]


def plan(ticket: str = "D-001", criteria: tuple[str, ...] = ("AC-001-1",), **scope: tuple[str, ...]) -> Plan:
    """A plan with nothing in it but what guards look at."""
    return Plan(
        ticket_id=ticket,
        attempt=1,
        ac_ids=criteria,
        title="A title",
        description="",
        criteria=(),
        scope=Scope(**scope),
        done_criteria="",
        risk=Risk.LOW,
        priority=Priority.P2,
        base="0" * 40,
        timeout_minutes=1,
        budget_usd=0,
        worker="default",
        idempotency_key="",
    )


def differences(base: Tree, tree: Tree) -> tuple[Changed, ...]:
    """What a change touched, as the harvest would say it."""
    old, new = base.entries(), tree.entries()
    return tuple(
        Changed(
            path=path,
            old_mode=old[path].mode if path in old else "",
            old=old[path].oid if path in old else "",
            new_mode=new[path].mode if path in new else "",
            new=new[path].oid if path in new else "",
        )
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    )


def changed(
    before: Files,
    after: Files,
    *,
    told: Plan | None = None,
    terms: Terms | None = None,
    protected: tuple[str, ...] = (),
    modes: Mapping[str, str] | None = None,
) -> Case:
    """The case of a worker's change. A file that `after` leaves out stays; one whose content is empty text goes."""
    whole = {path: content for path, content in {**before, **after}.items() if content != GONE}
    base, tree = MemoryTree(_dedent(before)), MemoryTree(_dedent(whole), modes)
    return Case(base, tree, differences(base, tree), told or plan(), terms or Terms(), protected)


GONE = "\0gone"


def by_hand(files: Files, base: Files | None = None) -> Case:
    return Case(MemoryTree(_dedent(base or {})), MemoryTree(_dedent(files)), ())


def found(case: Case, name: str) -> tuple[Finding, ...]:
    return run(case, [name])[name]


def said(case: Case, name: str) -> list[str]:
    """`path:line: message` of every finding, in order."""
    return [f"{f.path}:{f.line}: {f.message}" if f.line else f"{f.path}: {f.message}" for f in found(case, name)]


def _dedent(files: Files) -> dict[str, str | bytes]:
    return {p: textwrap.dedent(c).lstrip("\n") if isinstance(c, str) else c for p, c in files.items()}
