"""What decides about a change is out of its reach: protected paths, and files that would stand in for them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from factory.model import Changed, Finding, Triage
from factory.tree import matches
from guards import attributes, links, runner_settings, shadows
from guards.case import Case

NAME = "protected"


def check(case: Case) -> Iterator[Finding]:
    """Judges nothing by hand: a person may change what decides. No ticket may, not even one that names the path."""
    if case.plan is None:
        return
    for change in case.changed:
        for said in _objections(case, change):
            yield Finding(guard=NAME, path=change.path, message=said, triage=Triage.SCOPE)


def _objections(case: Case, change: Changed) -> Iterator[str]:
    globs = tuple(fold(glob) for glob in case.protected)
    if matches(fold(change.path), globs):
        yield "is protected: what judges a change comes from main, and no ticket may touch it"
    yield from shadows.objections(case, change)
    yield from links.objections(case, change, globs)
    yield from runner_settings.objections(case, change)
    yield from attributes.objections(case, change)


def fold(path: str) -> str:
    """The path as a file system sees it that knows neither case, nor composed letters, nor trailing dots."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", path).casefold() if unicodedata.category(c) != "Cf")
    return "/".join(part if set(part) <= {"."} else part.rstrip(". ") for part in seen.split("/"))
