"""The ledger's events folded one after the other. What is kept is bounded by the tickets, and not by the history."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from factory.cards.card import is_card
from factory.model import Event, Oid
from factory.records.papers import cards_named
from factory.reports.runs import STOP

DAYS = 62  # that are counted
ENDED, RECENT, ASKED, PLACES = 2000, 500, 200, 64  # the newest that are kept; the last: of one item
STARTS = 1000  # the newest: who was passed by more often than that starves anyway
HOURS = 24
ANEW = ("release", "retry", "replan", "rewind", "cancel")  # as `kpi`: a ticket's time counts from the next start
PERSON = (*ANEW, "resume", "note")  # what a person's command leaves
STOPPED_BY_PERSON = ("operator", "held", "interrupted")


class AttemptEnd(NamedTuple):
    """An attempt that ended, as its event tells it. `minutes`: since the item's first start; None: it is not known."""

    event: Event
    passed: bool
    minutes: float | None = None
    alone: bool = False  # stamped at the first attempt, and no person had a hand in it


@dataclass(slots=True)
class DayTotals:
    """What one day of the factory's zone came to."""

    stamped: int = 0
    cards: int = 0
    failed: int = 0
    alone: int = 0  # of the stamps
    rewinds: int = 0
    usd: Decimal = Decimal(0)
    hours: list[Decimal] = field(default_factory=lambda: [Decimal(0)] * HOURS)
    items: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Wait:
    """One item since it was released anew."""

    began: int = 0  # its first start, seconds since the epoch
    word: int = 0  # the last event about it
    turn: int = 0  # how many attempts had been begun then, of all items
    fails: int = 0
    person: bool = False  # had a hand in it


class Chronicle:
    """Everything that the events came to so far. Fed oldest first; `cursor` is the last one's id."""

    def __init__(self, zone: dt.tzinfo) -> None:
        self.zone = zone
        self.cursor: Oid | None = None
        self.count = self.begun = 0
        self.days: dict[dt.date, DayTotals] = {}
        self.waits: dict[str, Wait] = {}
        self.starts: deque[int] = deque(maxlen=STARTS)  # when attempts were begun, seconds since the epoch
        self.ended: deque[AttemptEnd] = deque(maxlen=ENDED)
        self.recent: deque[Event] = deque(maxlen=RECENT)
        self.asked: deque[Event] = deque(maxlen=ASKED)
        self.places: dict[str, deque[bytes]] = {}  # item -> the ids of its last events

    def feed(self, events: Iterable[Event]) -> None:
        """The next events."""
        for event in events:
            self._one(event)

    def day(self, date: dt.date) -> DayTotals:
        """What a day came to; nothing where nothing happened."""
        return self.days.get(date, DayTotals())

    def _one(self, event: Event) -> None:
        self.count, self.cursor = self.count + 1, event.oid
        if event.name != "beat":
            self.recent.append(event)
        for item in (event.ticket, *cards_named(event)) if event.name != "beat" else ():
            if item:
                self.places.setdefault(item, deque(maxlen=PLACES)).append(bytes.fromhex(event.oid))
        if event.name in PERSON or (event.name == "stop" and event.trailers.get(STOP, "") in ("", *STOPPED_BY_PERSON)):
            self.asked.append(event)
        if act := getattr(self, f"_{event.name}", None):
            act(event, self._day_of(event))
        if event.ticket and event.name != "beat":
            self._heard_of(event)

    def _day_of(self, event: Event) -> DayTotals:
        date = dt.datetime.fromtimestamp(event.time, self.zone).date()
        if date not in self.days:
            self.days[date] = DayTotals()
            for old in sorted(self.days)[:-DAYS]:
                del self.days[old]
        return self.days[date]

    def _heard_of(self, event: Event) -> None:
        if event.name == "stamped":
            return
        wait = self.waits.setdefault(event.ticket, Wait())
        wait.word, wait.turn = event.time, self.begun
        if event.name in ANEW:
            wait.began = wait.fails = 0
            wait.person = True

    def _start(self, event: Event, _: DayTotals) -> None:
        self.begun += 1
        self.starts.append(event.time)
        wait = self.waits.setdefault(event.ticket, Wait())
        wait.began = wait.began or event.time

    def _fail(self, event: Event, day: DayTotals) -> None:
        day.failed += 1
        self.waits.setdefault(event.ticket, Wait()).fails += 1
        self.ended.append(AttemptEnd(event, passed=False))

    def _stamped(self, event: Event, day: DayTotals) -> None:
        if cards := cards_named(event):
            day.cards += len(cards)
            for card in cards:
                self.waits.pop(card, None)
            return
        wait = self.waits.pop(event.ticket, Wait())
        alone = not wait.fails and not wait.person and event.attempt == 1
        day.stamped, day.alone = day.stamped + 1, day.alone + alone
        minutes = max(0, event.time - wait.began) / 60 if wait.began else None
        self.ended.append(AttemptEnd(event, passed=True, minutes=minutes, alone=alone))

    def _rewind(self, _: Event, day: DayTotals) -> None:
        day.rewinds += 1

    def _settle(self, event: Event, day: DayTotals) -> None:
        usd = _usd(event.trailers.get("Factory-Cost-USD", ""))
        hour = dt.datetime.fromtimestamp(event.time, self.zone).hour
        day.usd += usd
        day.hours[hour] += usd
        if event.ticket:
            day.items[event.ticket] = day.items.get(event.ticket, Decimal(0)) + usd


def _usd(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() and found >= 0 else Decimal(0)


def is_of_card(end: AttemptEnd) -> bool:
    """Whether a card's attempt ended, and not a ticket's."""
    return is_card(end.event.ticket)
