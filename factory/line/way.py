"""The way to main: what lies in a person's checkout and would be overwritten, and who waits until it is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from factory.errors import FactoryError, InTheWay
from factory.git import checkout
from factory.line import kept
from factory.line.house import House
from factory.model import Oid, State
from factory.records import landing
from factory.records.state import Record, View

LOOK = 2.0  # seconds between looks at a checkout that is in the way
Made = TypeVar("Made")


def must_be_open(house: House, main: Oid) -> None:
    """Before money is spent. InTheWay where no stamp at all could land."""
    _clear(house)
    checkout.could_follow(house.repo, house.ref, main, main)


def retried(house: House, land: Callable[[], Made]) -> Made:
    """Again where only a lock was in the way that a dead process left."""
    try:
        return land()
    except InTheWay as way:
        if not (way.everyone and _clear(house)):
            raise
    return land()


def _clear(house: House) -> bool:
    gone = checkout.drop_left_locks(house.repo, house.ref)
    for lock in gone:
        house.say("", f"{lock} was left by a git command that is dead: removed", "warning")
    return bool(gone)


class Looks:
    """Whose way is not free, asked of the checkout every few seconds, and when main moved."""

    def __init__(self) -> None:
        self._seen: tuple[Oid, Mapping[str, Oid]] | None = None
        self._until = 0.0
        self._found: Mapping[str, str] = {}

    def found(self, main: Oid, passed: Mapping[str, Oid], why: Callable[[str], str]) -> Mapping[str, str]:
        """Name -> what `why` says of it, where it says something. `passed`: by name, the evidence that waits."""
        if self._seen != (main, passed) or time.monotonic() > self._until:
            said = {name: why(name) for name in passed}
            self._found = {name: what for name, what in said.items() if what}
            self._seen, self._until = (main, passed), time.monotonic() + LOOK
        return self._found


class Way:
    """Which tickets wait, and for what."""

    def __init__(self, house: House) -> None:
        self._house, self._looks = house, Looks()

    def waiting(self, view: View) -> Mapping[str, str]:
        """Ticket -> what keeps its passed attempt from landing now."""
        passed = {r.ticket: r.passed for r in view.records.values() if r.passed and r.state is State.PENDING}
        return self._looks.found(view.main, passed, lambda ticket: self._why(view, view.records[ticket]))

    def _why(self, view: View, record: Record) -> str:
        repo = self._house.repo
        try:
            work = kept.commits(repo, record.passed or "")
            merged = landing.merge(repo, view.main, work.base, work.work, record.ticket)
            if merged.tree:
                checkout.could_follow(repo, self._house.ref, view.main, merged.tree, looking=True)
        except InTheWay as way:
            return str(way)
        except FactoryError:
            return ""  # its row is gone, say: landing it tells
        return ""


def told(waiting: Mapping[str, str]) -> str:
    """One line for all of them."""
    reasons = list(dict.fromkeys(waiting.values()))
    more = f"; and {len(reasons) - 1} more in the way" if len(reasons) > 1 else ""
    passed = "passed, and waits" if len(waiting) == 1 else "passed, and wait"
    return f"{', '.join(waiting)} {passed} to be stamped: {reasons[0]}{more}"
