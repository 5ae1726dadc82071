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


def must_be_open(house: House, view: View) -> None:
    """Before money is spent. InTheWay where no stamp at all could land."""
    _clear(house)
    checkout.could_follow(house.repo, house.ref, view.main, view.main)


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


class Way:
    """Who waits, and for what. Asked of the checkout every few seconds, and when main moved."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: tuple[Oid, dict[str, Oid]] | None = None
        self._until = 0.0
        self._found: Mapping[str, str] = {}

    def waiting(self, view: View) -> Mapping[str, str]:
        """Ticket -> what keeps its passed attempt from landing now."""
        passed = {r.ticket: r.passed for r in view.records.values() if r.passed and r.state is State.PENDING}
        if self._seen != (view.main, passed) or time.monotonic() > self._until:
            why = {ticket: self._why(view, view.records[ticket]) for ticket in passed}
            self._found = {ticket: said for ticket, said in why.items() if said}
            self._seen, self._until = (view.main, passed), time.monotonic() + LOOK
        return self._found

    def _why(self, view: View, record: Record) -> str:
        repo = self._house.repo
        try:
            work = kept.commits(repo, record.passed or "")
            merged = landing.merge(repo, view.main, work.base, work.work, record.ticket)
            if merged.tree:
                checkout.could_follow(repo, self._house.ref, view.main, merged.tree)
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
