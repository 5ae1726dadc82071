"""The cards of a run that wait: for a worker that could not start, or until a person's checkout is free."""

from __future__ import annotations

from collections.abc import Mapping

from factory.cards.card import WorkItem
from factory.errors import FactoryError
from factory.line.beforehand import Fitness
from factory.line.house import House
from factory.model import Oid, State
from factory.trucks import road
from factory.trucks.way import Way
from factory.trucks.yard import Yard


class Aside:
    """Asked before a card is packed or dealt."""

    def __init__(self, house: House) -> None:
        self._house, self._way = house, Way(house)
        self._fitness = Fitness(house.repo, house.settings, house.environ)
        self._main: Oid = ""
        self.waits: Mapping[str, str] = {}  # card -> what is in the way of its attempt that passed
        self.unfit: FactoryError | None = None  # what keeps cards that could be worked on otherwise

    def look(self) -> None:
        """As it is now. What keeps a worker's cards is found anew."""
        yard = road.look(self._house)
        self._main, self.unfit = yard.main, None
        self.waits = self._way.waiting(yard, road.open_days(yard))

    def keeps(self, card: WorkItem) -> bool:
        """Whether it is not to be worked on now."""
        if card.id in self.waits:
            return True
        error = self._fitness.of_worker(card.input.worker, self._main) if card.input.worker else None
        self.unfit = self.unfit or error
        return error is not None

    def tell(self, yard: Yard) -> None:
        """Before the first card is worked on: which workers could not start."""
        names = {
            card.input.worker
            for day in road.open_days(yard)
            for known in [yard.states(day)]
            for card in yard.backlog(day)
            if card.input.worker and known[card.id] in (State.PENDING, State.INFLIGHT)
        }
        for name in sorted(names):
            if error := self._fitness.of_worker(name, yard.main):
                self._house.say("", f"the cards of worker {name} wait: {error}", "warning")
