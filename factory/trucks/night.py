"""A night of cards, half by half: deal three, work them off, stamp them in one commit, close the half."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory.cards.card import WorkItem
from factory.errors import DoesNotAddUp, Mistake, Stopped
from factory.line.house import House
from factory.line.way import must_be_open
from factory.line.weather import Glass
from factory.model import Ended, State, Triage
from factory.money import pace
from factory.money.storm import Failure, Weather
from factory.operator import operator
from factory.plain import many
from factory.trucks import booking, dealing, landing, road, way
from factory.trucks.aside import Aside
from factory.trucks.chain import Judged
from factory.trucks.crew import Crew
from factory.trucks.drift import written_drifts
from factory.trucks.judge import refused
from factory.trucks.plan import plan_of
from factory.trucks.truck import CardHalf, Truck, faults, unfinished, unstamped
from factory.trucks.work import Made


class Night:
    """The cards of one run. Its state is the ledger's; what is kept here is only the weather and the counts."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.weather = Glass(house.settings)
        self.stamped = self.failed = 0
        self.aside = Aside(house)

    def prepare(self) -> None:
        """Cards for every plan that has none; and the ledger must add up."""
        road.compile_due(self._house)
        yard = road.look(self._house)
        for day in road.open_days(yard):
            if drift := next(written_drifts(yard, day), None):
                file = drift.where.partition(":")[0]
                raise Mistake(
                    drift.what, path=drift.where, remedy=f"put it back as it was made; `git log -p -- {file}` shows how"
                )
            for truck in yard.trucks(day):
                if wrong := next(faults(truck), ""):
                    raise DoesNotAddUp(f"the ledger does not add up: {wrong}; `factory check-consistency` tells more")
        if road.open_days(yard):
            must_be_open(self._house, yard.main)
            self.aside.tell(yard)

    def half(self) -> bool:
        """One half to its checkpoint. False where no card can be worked on; what keeps those that a worker could not
        begin is raised when there is no other."""
        operator.attend(self._house)
        while (truck := self._truck()) is not None:
            yard = road.look(self._house)
            cards = road.card_map(yard, truck)
            half = truck.open_half
            if half is None:
                done = road.done_cards(yard, truck.day)
                aside = {card for card in unstamped(truck) if self.aside.keeps(cards[card])}
                half = dealing.deal(truck, {card.id: card.deps for card in cards.values()}, done, yard.main, aside)
                if half is None:
                    road.leave(self._house, truck)
                    continue
                truck = booking.dealt(self._house, truck, half)
            _Half(self, truck, half, cards).work()
            return True
        if self.aside.unfit:
            raise self.aside.unfit
        return False

    def _truck(self) -> Truck | None:
        self.aside.look()
        return road.open_truck(self._house, self.aside.keeps)

    @property
    def waits(self) -> Mapping[str, str]:
        """Card -> what is in the way of its attempt that passed."""
        return self.aside.waits

    @property
    def house(self) -> House:
        return self._house


class _Half:
    """One half at work. What passed its own gate waits for the others, so that the half is one stamp."""

    def __init__(self, night: Night, truck: Truck, half: CardHalf, cards: dict[str, WorkItem]) -> None:
        self._night, self._house, self._cards = night, night.house, cards
        self._truck, self._half = truck, half
        self._name = truck.half_name(half)
        self._good: list[Made] = []
        # They are dealt again when what they wait for is there.
        self._waits = {card for card in unfinished(truck, half) if night.aside.keeps(cards[card])}

    def work(self) -> None:
        """To the half's checkpoint. Stopped, with everything that passed stamped, where the run is to end before it."""
        try:
            while self._open() and not self._house.drain.is_set():
                self._round()
                if not self._waiting():
                    self._land()
        except Stopped:
            self._land()
            raise
        self._land()
        if self._open():
            raise self._house.why or Stopped("stopped before the half was finished; `factory run` goes on")
        self._half = self._truck.halves[-1]
        self._truck = booking.checkpoint(self._house, self._truck, self._half)

    def _open(self) -> tuple[str, ...]:
        """The cards that are neither stamped nor quarantined, and wait for nobody's checkout."""
        return tuple(card for card in unfinished(self._truck, self._truck.halves[-1]) if card not in self._waits)

    def _waiting(self) -> list[str]:
        """Those of them that have no attempt that passed."""
        passed = {made.card.id for made in self._good}
        return [card for card in self._open() if card not in passed]

    def _round(self) -> None:
        """One attempt at each card that may start now; sleeps where all of them wait for a server."""
        house, now = self._house, self._house.clock.now()
        waits = {card: pace.still_waits(self._truck.record(card).not_before, now) for card in self._waiting()}
        due = [card for card, wait in waits.items() if not wait]
        if not due:
            operator.rest(house, min(waits.values()))
            operator.attend(house)
            self._hear()
            return
        due = [card for card in due if not self._taken_up(card)]
        due, dear = self._night.aside.affordable(self._cards[card] for card in due)
        self._waits |= dear
        if not due:
            return
        base = house.main()
        if any(self._cards[card].type == "PATCH" for card in due):
            house.gate.base_must_run(base, lambda text: house.say("", text))
        self._truck = booking.started(house, self._truck, due)
        plans = [
            (self._cards[card], plan_of(self._cards[card], house.settings, attempt=record.attempt, base=base,
                                        previous=record.previous))
            for card in due for record in [self._truck.record(card)]
        ]  # fmt: skip
        with Crew(house, self._night.weather.at_once) as crew:
            ended = crew.work(plans)
        self._hear()
        self._book(made for made in ended if self._wanted(made))
        if crew.broken:
            self._land()
            raise crew.broken

    def _hear(self) -> None:
        """What an operator said of the cards meanwhile, also of those that passed and are not stamped yet."""
        self._truck = booking.as_told(self._house, self._truck)
        self._good = [made for made in self._good if self._wanted(made)]

    def _wanted(self, made: Made) -> bool:
        """False where the operator took its card off the line meanwhile: its work is neither stamped nor a failure."""
        return self._truck.record(made.card.id).state is not State.BLOCKED

    def _taken_up(self, card: str) -> bool:
        """Whether its attempt is made already, and could not land."""
        proof = self._truck.record(card).passed
        made = way.read(self._house, self._cards[card], proof) if proof else None
        self._good += [made] if made else []
        return made is not None

    def _book(self, ended: Iterable[Made]) -> None:
        """Every attempt's end into the ledger first, then what it says of the weather."""
        broken_off, failed, refused_by_server = [], list[Judged](), 0
        for made in ended:
            if made.halted:
                broken_off.append(made.card.id)
            elif made.work.ended is Ended.LATER:
                self._later(made)
                refused_by_server += 1
            elif made.failed:
                failed.append(Judged(made, refused(made.triage or Triage.TEST, made.failed)))
                self._fail(failed[-1])
            else:
                self._good.append(made)
        self._truck = booking.put_back(self._house, self._truck, broken_off, "ended by the operator")
        for _ in range(refused_by_server):
            self._night.weather.weigh(Weather.RATE_LIMIT)
        self._weigh(failed)

    def _weigh(self, failed: Iterable[Judged]) -> None:
        for one in failed:
            record, verdict = self._truck.record(one.card.id), one.verdict
            if verdict.triage is not Triage.CONFLICT:  # that is nobody's failure
                failure = Failure(
                    ticket=one.card.id, box=self._name, worker=one.made.plan.worker, why=record.why,
                    triage=verdict.triage or Triage.TEST, fingerprint=verdict.fingerprint,
                    ends=record.state is State.BLOCKED,
                )  # fmt: skip
                self._night.weather.weigh(Weather.FAILURE, failure)

    def _later(self, made: Made) -> None:
        self._truck, wait = booking.later(self._house, self._truck, made)
        if wait is None:
            times = self._truck.record(made.card.id).transient + 1
            said = (f"the model's server refused it {many(times, 'time')} in a row",)
            self._fail(Judged(made, refused(Triage.API, said)))

    def _fail(self, one: Judged) -> None:
        self._truck = booking.failed(self._house, self._truck, one)
        self._night.failed += 1

    def _land(self) -> None:
        """One stamp for all that passed; what is refused there goes back into the half."""
        if not self._good:
            return
        good, self._good = self._good, []
        landed = landing.land(self._house, self._name, good)
        half = self._truck.halves[-1]
        for stamp in landed.stamps:
            self._truck = booking.stamped(self._house, self._truck, half, stamp)
            self._night.stamped += len(stamp.cards)
            self._night.weather.weigh(Weather.SUCCESS)
        for one in landed.refused:
            self._fail(one)
        for one, obstacle in landed.waits:
            self._truck = booking.waits(self._house, self._truck, one, obstacle)
            self._waits.add(one.card.id)
        again = [made.card.id for made in landed.again]
        self._truck = booking.put_back(self._house, self._truck, again, "main kept moving")
        self._weigh(landed.refused)
        for _, obstacle in landed.waits:
            if obstacle.everyone:
                raise obstacle  # no other could land either
