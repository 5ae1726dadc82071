"""Pure: what of a change is looked at beside the guards, by what main's own runs loaded."""

from __future__ import annotations

from collections.abc import Iterable

from factory.gate import loaded
from factory.gate.asked import Question
from factory.gate.observe import Observation
from factory.model import Finding, Triage
from factory.ssot.product import TEST_FILES
from factory.tree import matches


def names(asked: Question, seen: Iterable[Observation]) -> tuple[Finding, ...]:
    """No new file is found by Python before what main's own runs resolve. `seen`: what each command did on main."""
    new = [c.path for c in asked.changed if c.new and not c.old]
    known = [told if told.path else loaded.supposed(asked.case.installed) for told in seen]
    lines = dict.fromkeys(line for told in known for line in loaded.shadows(new, told, asked.sides.judges))
    parts = (line.partition(": ") for line in lines)
    return tuple(Finding(guard="loaded", path=path, message=said, triage=Triage.SCOPE) for path, _, said in parts)


def flags(asked: Question) -> tuple[Finding, ...]:
    """The judging files that the change edits, for a person to see."""
    edited = [c for c in asked.brought if c.old and not matches(c.path, TEST_FILES)]
    said = "judges, and is another after this change"
    return tuple(Finding(guard="judge", path=c.path, message=said, flag=True) for c in edited)
