"""The way to main: what lies in a person's checkout and would be overwritten, and who waits until it is gone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from factory.errors import FactoryError, InTheWay
from factory.git import checkout
from factory.line.house import House
from factory.model import Oid

if TYPE_CHECKING:
    from factory.line.trades import Trade

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


def in_its_way(house: House, main: Oid, tree: Oid) -> str:
    """What keeps main from moving to this tree now; "" where nothing does."""
    try:
        checkout.could_follow(house.repo, house.ref, main, tree, looking=True)
    except InTheWay as way:
        return str(way)
    return ""


class Way:
    """Which items of a trade wait, and for what; asked of the checkout every few seconds, and when main moved."""

    def __init__(self, trade: Trade) -> None:
        self._trade = trade
        self._seen: tuple[Oid, Mapping[str, Oid]] | None = None
        self._until = 0.0
        self._found: Mapping[str, str] = {}

    def waiting(self, main: Oid, still: bool) -> Mapping[str, str]:
        """Item -> what keeps its passed attempt from landing now. While main is not `still`, as it was seen last; what
        passed since then waits until it can be looked at, or it would be judged again for nothing."""
        passed = self._trade.passed()
        if still and (self._seen != (main, passed) or time.monotonic() > self._until):
            said = {name: self._why(main, proof, name) for name, proof in passed.items()}
            self._found = {name: what for name, what in said.items() if what}
            self._seen, self._until = (main, passed), time.monotonic() + LOOK
        known = self._seen[1] if self._seen else {}
        new = {name: "main moves" for name, proof in passed.items() if known.get(name) != proof}
        return {name: why for name, why in self._found.items() if name in passed} | new

    def _why(self, main: Oid, proof: Oid, name: str) -> str:
        try:
            return self._trade.in_its_way(main, proof, name)
        except FactoryError:
            return ""  # its row is gone, say: landing it tells


def told(waiting: Mapping[str, str]) -> str:
    """One line for all of them."""
    reasons = list(dict.fromkeys(waiting.values()))
    more = f"; and {len(reasons) - 1} more in the way" if len(reasons) > 1 else ""
    passed = "passed, and waits" if len(waiting) == 1 else "passed, and wait"
    return f"{', '.join(waiting)} {passed} to be stamped: {reasons[0]}{more}"
