"""Where the cards stand: every card of the latest days, counts for the days before."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from factory.errors import Exit
from factory.model import Oid, State
from factory.records.record import Record
from factory.records.truck import stamps_of
from factory.records.yard import DayCounts, Yard

LISTED = 20_000  # cards that are listed one by one, the latest days first; older days are told in counts


class CardStands(NamedTuple):
    """One card, as `status` tells it."""

    state: State
    record: Record
    stamp: Oid | None


class DayStands(NamedTuple):
    """One day's cards: how many stand where, and each of them where it is listed."""

    day: str
    counts: dict[State, int]
    cards: dict[str, CardStands]


def standing(yard: Yard) -> list[DayStands]:
    """Every day that has cards, oldest first."""
    found: list[DayStands] = []
    listed = 0
    for day in reversed(yard.days):
        kept = yard.day(day)
        if kept.over and listed + kept.total > LISTED:
            found.append(DayStands(day, _told(kept), {}))
            continue
        cards = _cards(yard, day)
        tally = Counter(card.state for card in cards.values())
        found.append(DayStands(day, {state: tally[state] for state in State}, cards))
        listed += len(cards)
    return found[::-1]


def _told(day: DayCounts) -> dict[State, int]:
    rest = day.total - day.done - day.blocked
    return {State.PENDING: rest, State.INFLIGHT: 0, State.DONE: day.done, State.BLOCKED: day.blocked}


def _cards(yard: Yard, day: str) -> dict[str, CardStands]:
    stamps = {card: oid for truck in yard.trucks(day) for card, oid in stamps_of(truck).items()}
    records = {card: record for truck in yard.trucks(day) for card, record in truck.records.items()}
    none = Record()
    return {
        card: CardStands(state, records.get(card, none), stamps.get(card)) for card, state in yard.states(day).items()
    }


def verdict(yard: Yard) -> Exit:
    """0 where every card is stamped, 1 where some are not."""
    for day in yard.days:
        if not yard.day(day).over and any(state is not State.DONE for state in yard.states(day).values()):
            return Exit.FAIL
    return Exit.OK
