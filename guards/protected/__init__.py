"""What the gate starts or loads comes from main: no change touches it, stands in its place, leads to it or adds to it.

Each row is one way to do that; its file knows the names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from factory.model import Changed, Finding
from guards.case import Case, Rule
from guards.protected import attributes, links, parts, shadows

NAME = "protected"
PATH = Rule(
    "protected/path",
    forbids="a protected path, also in other case, with look-alike letters or invisible ones",
    why="what judges a change, and what a machine starts by itself, comes from main; no ticket can open it",
    bad="guards/__init__.py\n+GUARDS = ()",
    good="shop/guards.py\n+GUARDS = ()",
)


def _path(case: Case, change: Changed) -> Iterator[str]:
    if case.is_protected(change.path):
        yield "is protected: what judges a change comes from main; leave it out, or a person commits it to main first"


Row = tuple[Rule, Callable[[Case, Changed], Iterator[str]]]
ROWS: tuple[Row, ...] = (
    (PATH, _path),
    (shadows.LOADED, shadows.objections),
    (links.LINK_OUT, links.objections),
    (parts.RUNNER, parts.of_the_runner),
    (parts.STARTED, parts.started),
    (attributes.GIT, attributes.objections),
)
RULES = tuple(rule for rule, _ in ROWS)


def check(case: Case) -> Iterator[Finding]:
    """Judges nothing by hand: a person may change what decides. No ticket may, not even one that names the path."""
    for change in case.changed if case.plan else ():
        for rule, objections in ROWS:
            yield from (rule.found(change.path, said) for said in objections(case, change))
