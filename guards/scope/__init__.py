"""The change stays inside what the ticket lets it touch. Both ends of a rename count, and so does a mode."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Changed, Finding
from factory.tree import matches
from guards.case import Case, rules

NAME = "scope"
RULES = rules(__file__)


def check(case: Case) -> Iterator[Finding]:
    """Judges nothing by hand: there is no ticket then."""
    if case.plan is None:
        return
    scope = case.plan.scope
    kept = (
        (scope.forbidden, "is forbidden to this ticket"),
        ((*scope.readonly, *case.terms.readonly), "is read-only for this ticket"),
        (case.terms.hidden, "is hidden from this ticket's worker"),
    )
    allowed = scope.modify or case.terms.modify
    for change in case.changed:
        if why := next((why for globs, why in kept if matches(change.path, globs)), ""):
            yield RULES["kept"].found(change.path, f"{_verb(change)}, but {why}")
        elif allowed and not matches(change.path, allowed):
            why = f"is outside what the ticket may modify ({', '.join(allowed)})"
            yield RULES["outside"].found(change.path, f"{_verb(change)}, but {why}")


def _verb(change: Changed) -> str:
    if not change.old_mode:
        return "added"
    if not change.new_mode:
        return "removed"
    return "changed" if change.old != change.new else f"given mode {change.new_mode} instead of {change.old_mode}"
