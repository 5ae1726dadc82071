"""The tickets of a run that wait until something is mended; the others go on without them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory.errors import FactoryError, Mistake, Stopped
from factory.line import purse, setback
from factory.line.beforehand import Fitness
from factory.line.house import House
from factory.line.turn import Turn
from factory.model import Ticket
from factory.money.wallet import OverBudget
from factory.records import premises
from factory.records.plans import must_be_workable, worker_of
from factory.records.state import View
from factory.records.view import SETTINGS

MEET = 2  # tickets that could not be begun by one worker before the others of that worker wait, too


class Aside:
    """Asked before a ticket is dealt or started, and told of every turn."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._fitness = Fitness(house.repo, house.settings, house.environ)
        self._met: dict[str, FactoryError] = {}  # what a ticket met when it was begun
        self._dear: dict[str, FactoryError] = {}  # what does not fit in what is left of `_day`
        self._day = purse.today(house)
        self._unfit: dict[str, dict[str, FactoryError]] = {}  # worker -> those of its tickets that met something
        self.cards: FactoryError | None = None  # what is wrong with the cards: then none is worked on
        self._seen: View | None = None
        self._wrong: dict[str, FactoryError] = {}  # what is wrong with a ticket by the view that was seen last
        self._told = set[str]()  # whose record says that it waits, by an earlier run's word or by `_wrong`

    def __contains__(self, ticket: str) -> bool:
        return ticket in self._met or ticket in self._wrong or ticket in self._dear

    def able(self, view: View, tickets: Iterable[Ticket]) -> tuple[Ticket, ...]:
        """Those that can be worked on. What keeps the others is told once, and stands in their records."""
        if self._seen is None:
            self._told = {id for id, record in view.records.items() if record.waits}
        if self._dear and purse.today(self._house) > self._day:
            self._dear = {}
        if view is not self._seen:  # main may have moved: what was wrong may be mended
            self._seen, self._wrong = view, {}
        return tuple([ticket for ticket in tickets if self._is_able(view, ticket)])

    def _is_able(self, view: View, ticket: Ticket) -> bool:
        if ticket.id in self:
            return False
        if error := self._fault(view, ticket):
            self._wrong[ticket.id] = error
            self._told.add(ticket.id)
            setback.set_aside(self._house, ticket, error)
            return False
        if ticket.id in self._told:  # and what a turn met just now stays, also before `took` knows of it
            self._told.remove(ticket.id)
            setback.waits_no_more(self._house, ticket.id)
        return True

    def _fault(self, view: View, ticket: Ticket) -> FactoryError | None:
        if error := self._fitness.fault(ticket, view):
            return (self._since(view, ticket) if isinstance(error, Mistake) else None) or error
        met = self._unfit.get(worker_of(ticket, self._house.settings), {})
        enough = len(met) >= MEET or any(isinstance(error, Stopped) for error in met.values())
        return next(iter(met.values())) if enough else None

    def _since(self, view: View, ticket: Ticket) -> Mistake | None:
        """A run works by the settings that it began with: what is wrong by them may be right by now."""
        now = premises.settings_of(self._house.repo, view.main)
        if now == self._house.settings:
            return None
        try:
            must_be_workable(ticket, view, now)
        except Mistake:
            return None
        return Mistake(f"{ticket.id} needs what main has had since this run began", path=SETTINGS, remedy="run again")

    def took(self, turn: Turn) -> None:
        """What a turn says of its ticket and of its worker."""
        if turn.waits:
            if isinstance(turn.waits, OverBudget):
                self._dear[turn.ticket], self._day = turn.waits, purse.today(self._house)
            else:
                self._met[turn.ticket] = turn.waits
            if turn.unfit:
                self._unfit.setdefault(turn.unfit, {})[turn.ticket] = turn.waits
                self._wrong = {}  # asked anew

    def too_dear(self, over: Mapping[str, OverBudget]) -> None:
        """Nothing runs, so that nothing comes back on this day: a cheaper ticket may still fit."""
        for ticket, error in over.items():
            self._house.say(ticket, f"waits: {error}", "warning")
        self._dear |= over
        self._day = purse.today(self._house)

    @property
    def word(self) -> FactoryError | None:
        """How a run ends that has nothing else to do: by what a person must mend, else by what time mends."""
        found = [*self._wrong.values(), *self._met.values(), *self._dear.values(), *filter(None, [self.cards])]
        return min(found, key=lambda error: isinstance(error, Stopped), default=None)
