"""What a run sees: main and the ledger as they are now, read once until one of them moves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from factory.line.house import House
from factory.model import Oid
from factory.records.state import Standing, ready, standings
from factory.records.view import look
from factory.records.yard import Yard


class Look:
    """One look: everything that is decided together is decided by the same one."""

    def __init__(self, house: House, main: Oid) -> None:
        self.main, self.view = main, look(house.repo, house.ledger, main)
        self.yard = Yard(house.repo, house.ledger, main)

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """Ticket -> where it stands."""
        return standings(self.view)

    @cached_property
    def ready(self) -> tuple[str, ...]:
        """The tickets that may be dealt, best first; a wait for a server is not looked at."""
        return tuple(ticket.id for ticket in ready(self.view, float("inf")))


class Sight:
    """Looks again where something moved, for a shift looks often."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: tuple[tuple[Oid, Oid | None], Look] | None = None

    def now(self) -> Look:
        main, ledger = self._house.main(), self._house.ledger
        if self._seen is None or self._seen[0] != (main, ledger.tip):
            tip = ledger.tip
            self._seen = (main, tip), Look(self._house, main)
        # Had a stamp landed meanwhile, its event would be of no stamp to the main of before.
        return self._seen[1] if self._house.main() == main else self.now()
