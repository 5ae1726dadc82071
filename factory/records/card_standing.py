"""Where the cards stand, for `status`: every card of the latest days, counts for the days before."""

from __future__ import annotations

from collections import Counter
from typing import Any

from factory.errors import Exit
from factory.model import State
from factory.records.truck import stamps_of
from factory.records.yard import Day, Yard

LISTED = 20_000  # cards that are listed one by one, the latest days first; older days are told in counts


def standing(yard: Yard) -> dict[str, Any]:
    """The `cards` part of `factory status --json`."""
    counts = dict.fromkeys((state.value for state in State), 0)
    days: dict[str, Any] = {}
    cards: dict[str, Any] = {}
    for day in reversed(yard.days):
        kept = yard.day(day)
        if kept.over and len(cards) + kept.total > LISTED:
            found = _told(kept)
        else:
            listed = _cards(yard, day)
            cards |= listed
            tally = Counter(card["state"] for card in listed.values())
            found = {state: tally[state] for state in counts}
        trucks = yard.packed(day)
        days[day] = {"counts": found, "trucks": len(trucks)}
        counts = {state: number + found[state] for state, number in counts.items()}
    return {"counts": counts, "days": dict(sorted(days.items())), "cards": dict(sorted(cards.items()))}


def _told(day: Day) -> dict[str, int]:
    rest = day.total - day.done - day.blocked
    return {"PENDING": rest, "INFLIGHT": 0, "DONE": day.done, "BLOCKED": day.blocked}


def _cards(yard: Yard, day: str) -> dict[str, dict[str, Any]]:
    stamps = {card: oid for truck in yard.trucks(day) for card, oid in stamps_of(truck).items()}
    records = {card: record for truck in yard.trucks(day) for card, record in truck.records.items()}
    words = {state: state.value for state in State}  # asked once, and not once a card
    return {
        card: {
            "state": words[state],
            "attempts": records[card].attempts if card in records else 0,
            "stamp": stamps.get(card),
            "triage": records[card].triage if card in records else None,
            "why": records[card].why if card in records else "",
        }
        for card, state in yard.states(day).items()
    }


def verdict(yard: Yard) -> Exit:
    """0 where every card is stamped, 1 where some are not."""
    for day in yard.days:
        if not yard.day(day).over and any(state is not State.DONE for state in yard.states(day).values()):
            return Exit.FAIL
    return Exit.OK
