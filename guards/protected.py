"""What decides about a change is out of its reach: protected paths, and files that would stand in for them."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Changed, Finding, Triage
from factory.tree import matches
from guards import attributes, links, runner_settings, self_starting, shadows
from guards.case import Case
from guards.lenient import fold

NAME = "protected"


def check(case: Case) -> Iterator[Finding]:
    """Judges nothing by hand: a person may change what decides. No ticket may, not even one that names the path."""
    if case.plan is None:
        return
    globs = tuple(fold(glob) for glob in case.protected)
    held = links.Held(case.tree, globs)
    for change in case.changed:
        for said in _objections(case, change, globs, held):
            yield Finding(guard=NAME, path=change.path, message=said, triage=Triage.SCOPE)


def _objections(case: Case, change: Changed, globs: tuple[str, ...], held: links.Held) -> Iterator[str]:
    if matches(fold(change.path), globs):
        yield "is protected: what judges a change comes from main; leave it out, or a person commits it to main first"
    yield from shadows.objections(case, change)
    yield from links.objections(case, change, held)
    yield from runner_settings.objections(case, change)
    yield from self_starting.objections(case, change)
    yield from attributes.objections(case, change)
