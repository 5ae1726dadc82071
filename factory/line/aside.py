"""The items of a run that wait until something is mended; the others go on without them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory.errors import FactoryError, Stopped
from factory.line import purse, setback
from factory.line.house import House
from factory.line.item import Item, Turn
from factory.line.looking import Sight
from factory.line.trades import Trade
from factory.model import Oid
from factory.money.wallet import OverBudget

MEET = 2  # items that could not be begun by one worker before the others of that worker wait, too


class Aside:
    """Asked before an item is dealt or started, and told of every turn."""

    def __init__(self, house: House, sight: Sight) -> None:
        self._house, self._sight = house, sight
        self._met: dict[str, FactoryError] = {}  # what an item met when it was begun
        self._dear: dict[str, FactoryError] = {}  # what does not fit in what is left of `_day`
        self._day = purse.today(house)
        self._unfit: dict[str, dict[str, FactoryError]] = {}  # worker -> those of its items that met something
        self._seen: tuple[Oid, Oid | None] | None = None
        self._wrong: dict[str, FactoryError] = {}  # what is wrong with an item by what was seen last

    def __contains__(self, item: str) -> bool:
        return item in self._met or item in self._wrong or item in self._dear

    def able(self, trade: Trade, items: Iterable[Item]) -> list[Item]:
        """Those that can be worked on. What keeps the others is told once, and stands in their records."""
        look = self._sight.now()
        if self._dear and purse.today(self._house) > self._day:
            self._dear = {}
        if (look.main, self._house.ledger.tip) != self._seen:  # what was wrong may be mended
            self._wrong = {}
        found = [item for item in items if self._is_able(trade, item)]
        self._seen = look.main, self._house.ledger.tip
        return found

    def _is_able(self, trade: Trade, item: Item) -> bool:
        if item.id in self:
            return False
        if error := trade.fault(item) or self._fault_of_worker(item):
            self._wrong[item.id] = error
            trade.set_aside(item, error)
            return False
        if trade.record(item.id).waits:
            setback.waits_no_more(self._house, item)
        return True

    def _fault_of_worker(self, item: Item) -> FactoryError | None:
        met = self._unfit.get(item.worker, {})
        enough = len(met) >= MEET or any(isinstance(error, Stopped) for error in met.values())
        return next(iter(met.values())) if enough else None

    def took(self, turn: Turn) -> None:
        """What a turn says of its item and of its worker."""
        if turn.waits:
            if isinstance(turn.waits, OverBudget):
                self._dear[turn.item.id], self._day = turn.waits, purse.today(self._house)
            else:
                self._met[turn.item.id] = turn.waits
            if turn.unfit:
                self._unfit.setdefault(turn.unfit, {})[turn.item.id] = turn.waits
                self._wrong = {}  # asked anew

    def too_dear(self, over: Mapping[str, OverBudget]) -> None:
        """Nothing runs, so that nothing comes back on this day: a cheaper item may still fit."""
        for item, error in over.items():
            self._house.say(item, f"waits: {error}", "warning", "put_off")
        self._dear |= over
        self._day = purse.today(self._house)

    @property
    def word(self) -> FactoryError | None:
        """How a run ends that has nothing else to do: by what a person must mend, else by what time mends."""
        found = [*self._wrong.values(), *self._met.values(), *self._dear.values()]
        return min(found, key=lambda error: isinstance(error, Stopped), default=None)
