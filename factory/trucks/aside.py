"""The cards of a run that wait: for a worker that could not start, or until a person's checkout is free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory.cards.card import WorkItem
from factory.errors import FactoryError
from factory.line.beforehand import Fitness
from factory.line.house import House
from factory.line.purse import FREE
from factory.model import Oid, State
from factory.money import wallet
from factory.money.wallet import OverBudget
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
        error = self._fault(card.input.worker) if card.input.worker else None
        self.unfit = self.unfit or error
        return error is not None

    def _fault(self, worker: str) -> FactoryError | None:
        return self._fitness.of_worker(worker, self._main) or self.dear(worker)

    def dear(self, worker: str, beside: float = 0.0) -> FactoryError | None:
        """Why the worst cost of a card of this worker does not fit in what is left of the day beside others."""
        house = self._house
        if not (usd := self._worst(worker)):
            return None
        try:
            wallet.must_fit(house.ledger, house.settings, usd, house.clock.now(), beside)
        except OverBudget as error:
            return error
        return None

    def _worst(self, worker: str) -> float:
        settings = self._house.settings
        return settings.budget.cycle_usd if worker and settings.workers[worker].kind not in FREE else 0.0

    def affordable(self, cards: Iterable[WorkItem]) -> tuple[list[str], set[str]]:
        """Those that fit beside each other in what is left of the day, and those that do not even fit alone."""
        fit, dear, beside = list[str](), set[str](), 0.0
        for card in cards:
            if not self.dear(card.input.worker, beside):
                fit.append(card.id)
                beside += self._worst(card.input.worker)
            elif self.dear(card.input.worker):
                dear.add(card.id)
        return fit, dear

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
