"""A shift: half after half of each trade, until nothing is released or something says stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import NamedTuple, TypeVar

from factory.errors import Exit, FactoryError, InTheWay, LimitReached, Stopped, of_machine
from factory.line import beforehand, beginning, ending, operator, purse, recover, telling, trouble, way
from factory.line.crew import Crew
from factory.line.half_at_work import TICK, HalfAtWork
from factory.line.house import House
from factory.line.item import Item, Turn
from factory.line.lander import Lander
from factory.line.tools import Tools
from factory.line.trades import Trade
from factory.line.trades.every import TRADES
from factory.line.way import Way
from factory.model import State
from factory.records import shelf
from factory.records.halves import BACK, Half
from factory.records.state import criteria_of

BEAT = 60.0  # seconds between heartbeats
SOON = 1.0  # seconds: of a run that ends within them its end alone lays the files to open
T = TypeVar("T")


class ShiftEnd(NamedTuple):
    """How a shift ended. `failed` counts attempts, `stamped` tickets, `others` the stamped items of other trades;
    `dealt` all that were taken up, also those that were set aside before an attempt."""

    exit: Exit
    reason: str
    stamped: int
    failed: int
    others: Mapping[str, int] = {}
    dealt: int = 0
    word: FactoryError | None = None  # what ended it, where not all was done


class Shift:
    """One run. Its state is the ledger's; what is kept here is only the weather and the counts."""

    def __init__(self, house: House, crew: Crew, lander: Lander, *, tickets: int | None, once: bool) -> None:
        self._house, self._limit, self._once = house, tickets, once
        self._tools = Tools(house, crew, lander)
        self._trades: list[Trade] = [trade(house, self._tools.sight) for trade in TRADES]
        self._trades.sort(key=lambda trade: trade.name != house.settings.cards.first.removesuffix("s"))
        self._ways = {trade.name: Way(trade) for trade in self._trades}
        self._shut: dict[str, FactoryError] = {}  # trade -> what is wrong with all of it
        self._worked: set[str] = set()
        self._day, self._beaten = purse.today(house), house.clock.now()
        self._began = self._beaten
        self._stamped: dict[str, int] = {}  # by trade
        self._failed = self._turns = 0
        self.looked = house.main()  # main as it was when the shift last began to look for work

    # --- the run

    def run(self) -> ShiftEnd:
        """Work; leave the ledger with the reason of the stop, and the command that goes on."""
        house = self._house
        operator.must_not_be_held(house)
        try:
            self._prepare()
            while self._next():
                self._midnight()
            self._tools.sight.again()
            if kept := self.kept():
                raise InTheWay(way.told(kept))
            if word := self._tools.aside.word or next(iter(self._shut.values()), None):
                return self._waiting(word)
            waits = ending.finish(house, bool(self._turns))
        except Stopped as stop:
            # What ended a gate or a wait is the word that was given, where there is one.
            why = house.signals.why if house.signals.why and type(stop) is Stopped else stop
            ending.end(house, why.stop, str(why))
            return self.ended_by(why)
        except (FactoryError, OSError) as error:
            with suppress(FactoryError, OSError):  # what cannot be written any more is told on the screen
                ending.fail(house, error)
            if isinstance(error, OSError):
                raise of_machine(error) from error
            raise
        finally:
            house.gate.end()
            operator.dismiss(house, self._tools.lander)
        return self._ended(max(trade.verdict() for trade in self._trades), waits)

    def kept(self) -> Mapping[str, str]:
        """What passed and cannot land for now, and what keeps it."""
        return {name: why for trade in self._trades for name, why in self._waiting_of(trade).items()}

    def _waiting(self, word: FactoryError) -> ShiftEnd:
        """All else is done: the run ends by what keeps the items that wait."""
        if isinstance(word, Stopped) or not (self._failed or any(self._stamped.values())):
            raise word
        ending.fail(self._house, word)
        return self.ended_by(word)

    def ended_by(self, word: FactoryError) -> ShiftEnd:
        """The end by an error, with what was done before it."""
        return self._ended(word.exit, str(word))._replace(word=word)

    def _ended(self, code: Exit, reason: str) -> ShiftEnd:
        others = {name: count for name, count in self._stamped.items() if name != "ticket"}
        return ShiftEnd(code, reason, self._stamped.get("ticket", 0), self._failed, others, len(self._worked))

    def _next(self) -> bool:
        """A half of the first trade that has one; a run with a limit takes tickets alone."""
        self.looked = self._house.main()
        limited = self._once or self._limit is not None
        return any(self._half(trade) for trade in self._trades if trade.name == "ticket" or not limited)

    def _of(self, trade: Trade, step: Callable[[], T]) -> T | None:
        """A step of a trade. What is wrong with the cards alone leaves the tickets their night."""
        if trade.name == "ticket":
            return step()
        if trade.name in self._shut:
            return None
        try:
            return step()
        except FactoryError as error:
            if trouble.is_common(error):
                raise
            self._shut[trade.name] = error
            recover.put_back(self._house)
            self._house.say("", f"{trade.name}s wait: {error}", "warning")
            return None

    def _midnight(self) -> None:
        """The day's page, once the day turned under the run."""
        if (today := purse.today(self._house)) > self._day:
            ending.turn_of_day(self._house, self._day)
            self._day = today

    def _prepare(self) -> None:
        """Everything that must hold before the first item, and the gate at its first question."""
        house, sight = self._house, self._tools.sight
        stands_on = self._tools.lander.do(partial(beginning.begin, house, sight))
        tickets = next(trade for trade in self._trades if trade.name == "ticket")
        waiting = [name for name, state in tickets.states().items() if state is State.PENDING]
        able = self._tools.aside.able(tickets, tickets.items(waiting))
        if able:
            way.must_be_open(house, sight.now().main)
        for line in beforehand.warnings(stands_on):
            house.say("", line, "warning")
        if able:
            house.gate.begin(sight.now().main, partial(house.say, "", kind="gate"), self._first_checks(tickets))
        for trade in self._trades:
            self._of(trade, partial(self._tools.lander.do, trade.prepare))

    def _first_checks(self, tickets: Trade) -> list[str]:
        """What the gate will ask of main for the first ticket."""
        first = self._able(tickets, tickets.ready())[:1]
        criteria = self._tools.sight.now().view.criteria
        return [c.check for item in first for c in criteria_of(item.id, criteria) if c.check]

    # --- a half

    def _half(self, trade: Trade) -> bool:
        return bool(self._of(trade, partial(self._one_half, trade)))

    def _one_half(self, trade: Trade) -> bool:
        """Open a half (or go on with the open one), work it off, close it. False where nothing is left to deal."""
        house, tools = self._house, self._tools
        self._attend()
        half = tools.lander.do(partial(trade.half, partial(self._able, trade)))
        if half is None:
            return False
        at_work = HalfAtWork(tools, trade, half, partial(self._waiting_of, trade), partial(self._tally, trade))
        if house.signals.why and (at_work.left() or self._able(trade, trade.ready())):
            raise house.signals.why  # there is more to do, and it is not begun
        half = at_work.work(partial(self._deal, trade), self._over, self._most)
        if self._over() and at_work.left():
            raise house.signals.why or LimitReached("one attempt was asked for; `factory run` does the rest")
        trade.close(half)
        if abs(house.clock.now() - self._began) >= SOON:
            ending.lay_out(house)
        return not (half.half == BACK and self._full())

    def _deal(self, trade: Trade, half: Half) -> Half:
        self._attend()
        if self._over():
            return half
        half = trade.deal(half, partial(self._able, trade))
        self._worked |= set(half.dealt)
        return half

    def _attend(self) -> None:
        """What happens beside the work: an operator's word, midnight, heartbeats."""
        operator.attend(self._house, self._tools.lander)
        self._tools.sight.again()
        self._midnight()
        self._beat()

    def _able(self, trade: Trade, items: Iterable[Item]) -> Sequence[Item]:
        """Those of them that may be dealt now, within the caller's own limit."""
        waiting = self._waiting_of(trade)
        found = self._tools.aside.able(trade, [item for item in items if item.id not in waiting])
        if self._limit is None:
            return found
        left = max(0, self._limit - len(self._worked))
        new = [item.id for item in found if item.id not in self._worked][:left]
        return [item for item in found if item.id in self._worked or item.id in new]

    def _waiting_of(self, trade: Trade) -> Mapping[str, str]:
        return self._ways[trade.name].waiting(self._tools.sight.now().main, self._tools.lander.idle)

    def _full(self) -> bool:
        """Whether the caller's own limit is reached."""
        if self._once:
            return self._turns > 0
        return self._limit is not None and len(self._worked) >= self._limit

    def _over(self) -> bool:
        """Whether no further attempt is to start; a stop that was asked for is told when the running ones ended."""
        return self._house.signals.drain.is_set() or (self._once and self._turns > 0)

    def _most(self) -> int:
        """How many attempts may run beside each other."""
        return int(self._tools.lander.idle) if self._once else self._tools.weather.at_once

    def _tally(self, trade: Trade, turn: Turn) -> None:
        self._turns += turn.waits is None or turn.kept
        self._stamped[trade.name] = self._stamped.get(trade.name, 0) + (turn.stamp is not None)
        self._failed += turn.stamp is None and turn.result is not None

    def _beat(self) -> None:
        """Once a minute, one event for all that is worked on: their leases are alive; and a word of what happened."""
        house, now = self._house, self._house.clock.now()
        items = [*self._tools.crew.items, *self._tools.lander.items]
        if items and abs(now - self._beaten) >= BEAT:
            self._beaten = now
            telling.look(house)
            shelf.beat(house.ledger, [(item.id, item.file) for item in items], house.run, now)


@contextmanager
def on(house: House, *, tickets: int | None = None, once: bool = False) -> Iterator[Shift]:
    """A shift with its crew and its lander."""
    with Crew(house) as crew, Lander(house) as lander:
        yield Shift(house, crew, lander, tickets=tickets, once=once)


def run(house: House, *, tickets: int | None = None, once: bool = False) -> ShiftEnd:
    """Work until nothing is released, a cap is reached, or something says stop; resumes what an earlier run left."""
    with on(house, tickets=tickets, once=once) as shift:
        return shift.run()


__all__ = ["TICK", "Shift", "ShiftEnd", "run"]
