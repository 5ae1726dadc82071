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
    """The look that is decided by: taken anew where something moved. The ledger is this process's own; whether a person
    moved main is asked of git, and not at every question: at `again`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: tuple[Oid | None, Look] | None = None
        self._asked = False

    def again(self) -> None:
        """Main may have moved."""
        self._asked = False

    def now(self) -> Look:
        seen, tip = self._seen, self._house.ledger.tip
        if seen and self._asked and seen[0] == tip:
            return seen[1]
        main = self._house.main()
        if seen is None or seen[0] != tip or seen[1].main != main:
            self._seen = seen = tip, Look(self._house, main)
            # Had a stamp landed meanwhile, its event would be of no stamp to the main of before.
            if self._house.main() != main:
                return self.now()
        self._asked = True
        return seen[1]
