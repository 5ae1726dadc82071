"""What the gate starts or loads comes from main: no change touches it, stands in its place, leads to it or adds to it.

Each row is one way to do that; its file knows the names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from factory.model import Changed, Finding
from guards.case import Case, rules
from guards.protected import attributes, links, parts, shadows

NAME = "protected"
RULES = rules(__file__)


def _path(case: Case, change: Changed) -> Iterator[str]:
    if case.is_protected(change.path):
        yield "is protected: what judges a change comes from main; leave it out, or a person commits it to main first"


ROWS: dict[str, Callable[[Case, Changed], Iterator[str]]] = {
    "path": _path,
    "loaded-by-name": shadows.objections,
    "link": links.objections,
    "runner-settings": parts.of_the_runner,
    "self-starting": parts.started,
    "git-attributes": attributes.objections,
}


def check(case: Case) -> Iterator[Finding]:
    """Judges nothing by hand: a person may change what decides. No ticket may, not even one that names the path."""
    for change in case.changed if case.plan else ():
        for rule, objections in ROWS.items():
            yield from (RULES[rule].found(change.path, said) for said in objections(case, change))
