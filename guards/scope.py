"""The change stays inside what the ticket lets it touch. Both ends of a rename count, and so does a mode."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Changed, Finding
from factory.tree import matches
from guards.case import Case, Rule

NAME = "scope"
OUTSIDE = Rule(
    "scope/outside",
    forbids="a path that matches no glob of the ticket's `modify`, where it names any",
    why="what a ticket does not name, nobody asked for, and nobody looks there",
    bad='the ticket\n modify = ["shop/**"]\ndocs/prices.txt\n+x',
    good='the ticket\n modify = ["shop/**"]\nshop/prices.py\n+x = 1',
)
KEPT = Rule(
    "scope/kept",
    forbids="a path that the ticket has as `readonly` or `hidden`, or that is forbidden to it",
    why="what the work is held against must not move with it",
    bad='the ticket\n readonly = ["docs/**"]\ndocs/prices.txt\n+x',
    good='the ticket\n readonly = ["docs/**"]\nshop/prices.py\n+x = 1',
)
RULES = (OUTSIDE, KEPT)


def check(case: Case) -> Iterator[Finding]:
    """Judges nothing by hand: there is no ticket then."""
    if case.plan is None:
        return
    scope = case.plan.scope
    kept = (
        (scope.forbidden, "is forbidden to this ticket"),
        (scope.readonly, "is read-only for this ticket"),
        (case.terms.readonly, "is read-only for this ticket"),
        (case.terms.hidden, "is hidden from this ticket's worker"),
    )
    allowed = scope.modify or case.terms.modify
    for change in case.changed:
        if why := next((why for globs, why in kept if matches(change.path, globs)), ""):
            yield KEPT.found(change.path, f"{_verb(change)}, but {why}")
        elif allowed and not matches(change.path, allowed):
            why = f"is outside what the ticket may modify ({', '.join(allowed)})"
            yield OUTSIDE.found(change.path, f"{_verb(change)}, but {why}")


def _verb(change: Changed) -> str:
    if not change.old_mode:
        return "added"
    if not change.new_mode:
        return "removed"
    return "changed" if change.old != change.new else f"given mode {change.new_mode} instead of {change.old_mode}"
