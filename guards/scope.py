"""The change stays inside what the ticket lets it touch. Both ends of a rename count, and so does a mode."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Changed, Finding, Triage
from factory.tree import matches
from guards.case import Case

NAME = "scope"


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
        why = next((why for globs, why in kept if matches(change.path, globs)), "")
        if not why and allowed and not matches(change.path, allowed):
            why = f"is outside what the ticket may modify ({', '.join(allowed)})"
        if why:
            yield Finding(guard=NAME, path=change.path, message=f"{_verb(change)}, but {why}", triage=Triage.SCOPE)


def _verb(change: Changed) -> str:
    if not change.old_mode:
        return "added"
    if not change.new_mode:
        return "removed"
    return "changed" if change.old != change.new else f"given mode {change.new_mode} instead of {change.old_mode}"
