"""A shift: box after box, until nothing is released or something says stop."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from factory.errors import CannotJudge, Exit, FactoryError, InTheWay, LimitReached, Stopped, of_machine
from factory.line import beforehand, beginning, checkpoint, ending, purse, trouble, way
from factory.line.aside import Aside
from factory.line.crew import TICK, Crew
from factory.line.ending import halves
from factory.line.house import House
from factory.line.turn import Turn
from factory.line.weather import Glass, of_turn
from factory.model import Event, Oid, State, Ticket
from factory.money import pace
from factory.operator import operator
from factory.records import boxes
from factory.records.boxes import BACK, Half
from factory.records.state import View, counts, criteria_of, ready, standings, states
from factory.records.view import look
from factory.trucks import road, standing
from factory.trucks.night import Night


class Ended(NamedTuple):
    """How a shift ended. `failed` counts attempts, `stamped` tickets, `cards` the cards that were stamped."""

    exit: Exit
    reason: str
    stamped: int
    failed: int
    cards: int = 0


class Shift:
    """One run. Its state is the ledger's; what is kept here is only the weather."""

    def __init__(self, house: House, tickets: int | None = None, once: bool = False) -> None:
        self._house, self._limit, self._once = house, tickets, once
        self._weather = Glass(house.settings)
        self._worked: set[str] = set()
        self._seen: tuple[tuple[Oid, Oid | None], View] | None = None
        self._cards, self._aside, self._way = Night(house), Aside(house), way.Way(house)
        self._day = purse.today(house)
        self.stamped = self.failed = self._turns = 0

    # --- the run

    def run(self) -> Ended:
        """Work; leave the ledger with the reason of the stop, and the command that goes on."""
        house = self._house
        operator.must_not_be_held(house)
        try:
            self._prepare()
            while self._next():
                self._midnight()
            if kept := {**self._way.waiting(self._look()), **self._cards.waits}:
                raise InTheWay(way.told(kept))
            if word := self._aside.word:
                return self._waiting(word)
            waits = ending.finish(house, self.stamped + self.failed + self._cards.stamped + self._cards.failed > 0)
        except Stopped as stop:
            # What ended a gate or a wait is the word that was given, where there is one.
            why = house.why if house.why and type(stop) is Stopped else stop
            ending.end(house, why.stop, str(why))
            return self._ended(why.exit, str(why))
        except (FactoryError, OSError) as error:
            with suppress(FactoryError, OSError):  # what cannot be written any more is told on the screen
                ending.fail(house, error)
            if isinstance(error, OSError):
                raise of_machine(error) from error
            raise
        finally:
            house.gate.end()
            operator.dismiss(house)
        return self._ended(max(verdict(self._look()), standing.verdict(road.look(house))), waits)

    def _waiting(self, word: FactoryError) -> Ended:
        """All else is done: the run ends by what keeps the tickets that wait."""
        if isinstance(word, Stopped) or not (self.stamped or self.failed or self._cards.stamped):
            raise word
        ending.fail(self._house, word)
        return self._ended(word.exit, str(word))

    def _ended(self, code: Exit, reason: str) -> Ended:
        return Ended(code, reason, self.stamped, self.failed + self._cards.failed, self._cards.stamped)

    def _next(self) -> bool:
        """A half of tickets or a half of cards, as the settings put them; a run with a limit takes tickets alone."""
        if self._once or self._limit is not None:
            return self._half()
        if self._house.settings.cards.first == "cards":
            return self._of_cards(self._cards.half) or self._half()
        return self._half() or self._of_cards(self._cards.half)

    def _of_cards(self, step: Callable[[], bool | None]) -> bool:
        """A step of the cards. What is wrong with them alone leaves the tickets their night."""
        if self._aside.cards:
            return False
        try:
            return bool(step())
        except FactoryError as error:
            if trouble.is_common(error):
                raise
            self._aside.cards = error
            road.put_back(self._house)
            self._house.say("", f"cards wait: {error}", "warning")
            return False

    def _midnight(self) -> None:
        """The day's page, once the day turned under the run."""
        if (today := purse.today(self._house)) > self._day:
            ending.turn_of_day(self._house, self._day)
            self._day = today

    def _look(self) -> View:
        """The view at main's tip and the ledger's; the same one until one of them moves, for a shift looks often."""
        main, ledger = self._house.main(), self._house.ledger
        if self._seen is None or self._seen[0] != (main, ledger.tip):
            self._seen = (main, ledger.tip), look(self._house.repo, ledger, main)
        # Had a stamp landed meanwhile, its event would be of no stamp to the main of before.
        return self._seen[1] if self._house.main() == main else self._look()

    def _prepare(self) -> None:
        """Everything that must hold before the first ticket, and the gate at its first question."""
        house, stands_on = self._house, beginning.begin(self._house, self._look)
        view = stands_on.view
        able = self._aside.able(view, (s.ticket for s in standings(view).values() if s.state is State.PENDING))
        if able:
            way.must_be_open(house, view.main)
        for line in beforehand.warnings(stands_on):
            house.say("", line, "warning")
        if able:
            house.gate.begin(view.main, lambda text: house.say("", text), self._first_checks(view))
        self._of_cards(self._cards.prepare)

    def _first_checks(self, view: View) -> list[str]:
        """What the gate will ask of main for the first ticket."""
        first = self._deal(view)[:1]
        return [c.check for ticket in first for c in criteria_of(ticket.id, view.criteria) if c.check]

    # --- a half

    def _half(self) -> bool:
        """Open a half (or go on with the open one), work it off, close it. False where nothing is left to deal."""
        house, view = self._house, self._look()
        half = self._open(view)
        if half is None:
            return False
        if house.why and (self._deal(view) or self._unfinished(half, view)):
            raise house.why  # there is more to do, and it is not begun
        if self._deals(half):
            with Crew(house) as crew:
                half = self._work(half, crew)
        self._checkpoint(half)
        return not (half.half == BACK and self._full())

    def _open(self, view: View) -> Half | None:
        """The open half, or the next one, where there is something to deal into it or a front half to complete."""
        last = boxes.latest(halves(self._house))
        if last is not None and not last.closed:
            return last
        opens = boxes.opened(last, purse.today(self._house).isoformat(), view.main)
        return opens if opens.half == BACK or (self._deal(view) and not self._full()) else None

    def _deals(self, half: Half) -> bool:
        front = next(
            (h for h in halves(self._house) if (h.date, h.box, h.half) == (half.date, half.box, "front")), None
        )
        return boxes.may_deal(half, None if half.half == "front" else front)

    def _deal(self, view: View) -> tuple[Ticket, ...]:
        """What may be dealt: ready now, or once the wait for a rate limit is over."""
        waiting = self._way.waiting(view)
        found = self._aside.able(view, (t for t in ready(view, float("inf")) if t.id not in waiting))
        left = None if self._limit is None else self._limit - len(self._worked)
        return found if left is None else tuple(t for t in found if t.id in self._worked or left > 0)

    def _full(self) -> bool:
        """Whether the caller's own limit is reached."""
        if self._once:
            return self._turns > 0
        return self._limit is not None and len(self._worked) >= self._limit

    def _work(self, half: Half, crew: Crew) -> Half:
        """Work until every dealt ticket is stamped or quarantined."""
        house = self._house
        try:
            while True:
                operator.attend(house)
                self._midnight()
                self._watch(crew)
                crew.beat()
                view = self._look()
                half = self._top_up(half, view)
                left = self._unfinished(half, view)
                if not crew.tickets and (not left or self._over()):
                    return half
                if not self._over():
                    self._start(crew, view, left)
                for turn in crew.finished():
                    self._weigh(turn, half)
                if crew.broken:
                    raise crew.broken
                self._rest(crew, view, left)
        except BaseException:
            for turn in crew.drain():
                self._tally(turn)
            raise

    def _unfinished(self, half: Half, view: View) -> tuple[str, ...]:
        """What is to be done in a half in this run. What waits holds up nobody: it is dealt again when it can."""
        waiting = self._way.waiting(view)
        return tuple(t for t in boxes.unfinished(half, states(view)) if t not in waiting and t not in self._aside)

    def _watch(self, crew: Crew) -> None:
        """Main that turns out to be no ground to judge on ends what runs: nobody pays on for what cannot be judged."""
        try:
            self._house.gate.watch()
        except CannotJudge:
            for ticket in crew.tickets:
                self._house.halt(ticket, "main cannot be judged, so that no work could be")
            raise

    def _over(self) -> bool:
        """Whether no further attempt is to start; a stop that was asked for is told when the running ones ended."""
        if self._house.drain.is_set():
            return True
        return self._once and self._turns > 0

    def _top_up(self, half: Half, view: View) -> Half:
        wanted = self._deal(view)
        if self._limit is not None:
            room = self._limit - len(self._worked | set(half.dealt))
            wanted = tuple(t for t in wanted if t.id not in half.dealt)[: max(0, room)]
        more = boxes.topped_up(half, wanted)
        if more != half and not self._over():
            self._worked |= set(more.dealt)
            event = Event(name="deal", text=f"{more.date} {more.name}: {', '.join(more.dealt)}")
            self._house.ledger.append(event, {more.path: more.model_dump(mode="json")})
            return more
        return half

    def _start(self, crew: Crew, view: View, left: tuple[str, ...]) -> None:
        """Start what may run, the least tried first: a ticket that failed lets the others of its half go before it."""
        now, tried = self._house.clock.now(), {id: s.attempts for id, s in standings(view).items()}
        able = self._aside.able(view, ready(view, now))  # main may have moved since they were dealt
        tickets = sorted((t for t in able if t.id in left and crew.fits(t)), key=lambda t: tried[t.id])
        if tickets:
            beforehand.must_still_judge(self._house, view)
        fit, over = purse.fitting(self._house, tickets, view.records, crew.running)
        started = crew.start(view, fit[:1] if self._once else fit, 1 if self._once else self._weather.at_once)
        if over and not started and not crew.tickets:
            self._aside.too_dear(over)

    def _rest(self, crew: Crew, view: View, left: tuple[str, ...]) -> None:
        """Nothing runs and all that is left waits for a server: sleep until the first may start."""
        records = [view.records[t] for t in left if t in view.records]
        now = self._house.clock.now()
        waits = [wait for r in records if (wait := pace.still_waits(r.not_before, now))]
        if not crew.tickets and waits and len(waits) == len(left):
            operator.rest(self._house, min(waits))

    # --- what a turn means

    def _weigh(self, turn: Turn, half: Half) -> None:
        self._tally(turn)
        if turn.nobody:
            return
        self._weather.weigh(*of_turn(turn, f"{half.date} box {half.box:02d}"))

    def _tally(self, turn: Turn) -> None:
        self._aside.took(turn)
        self._turns += turn.waits is None or turn.kept
        self.stamped += turn.stamp is not None
        self.failed += turn.stamp is None and turn.result is not None

    def _checkpoint(self, half: Half) -> None:
        """Close the half, unless the run is to end before it."""
        view = self._look()
        if self._over() and self._unfinished(half, view):
            raise self._house.why or LimitReached("one attempt was asked for; `factory run` does the rest")
        checkpoint.close(self._house, half, view)


def run(house: House, *, tickets: int | None = None, once: bool = False) -> Ended:
    """Work until nothing is released, a cap is reached, or something says stop; resumes what an earlier run left."""
    return Shift(house, tickets, once).run()


def verdict(view: View) -> Exit:
    """0 where every released ticket is DONE, 1 where some are not."""
    found = counts(view)
    return Exit.OK if found["DONE"] == sum(found.values()) else Exit.FAIL


__all__ = ["TICK", "Ended", "Shift", "halves", "run", "verdict"]
