"""A snapshot as the contract's document, and as a table for a person. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from factory.clock import clock_iso
from factory.desk.shown import ShownItem
from factory.desk.snapshot import Snapshot
from factory.desk.status_words import ENGLISH, StatusWords
from factory.model import State
from factory.money.spend import Spend
from factory.plain import cut, padded
from factory.reports import waits

SHOWN = 5  # of what stays red
CARDS = 20  # that are told one by one
TITLE = 40  # columns of a terminal for a ticket's title


def document(seen: Snapshot) -> dict[str, Any]:
    """The document of `factory status --json` (contract, section 5), with `why` and `title` beside each ticket."""
    told = {"not_known": seen.not_known, "made_elsewhere": list(seen.made_elsewhere), "sleep": _sleeps(seen)}
    cards = {
        "counts": _named(seen.counts.get("card", {})),
        "days": {day.day: {"counts": _named(day.counts), "trucks": day.trucks} for day in seen.days},
        "cards": {item.id: _stands(item) for item in seen.of("card")},
    }
    return {
        "state": seen.state,
        "stop_reason": seen.why,
        "main": seen.main,
        "counts": _named(seen.counts["ticket"]),
        "tickets": {item.id: _stands(item) | {"title": item.title} for item in seen.of("ticket")},
        "planned": seen.planned,
        "red": seen.red,
        **{name: value for name, value in told.items() if value},
        **({"cards": cards} if "card" in seen.counts else {}),
        "budget": {"date": seen.budget.date.isoformat(), **_readable(seen.budget.used)},
        "reserved": _readable(seen.reserved),
    }


def _named(counts: Mapping[State, int]) -> dict[str, int]:
    return {state.value: number for state, number in counts.items()}


def _sleeps(seen: Snapshot) -> dict[str, Any]:
    """What the run that is on waits for, and when it ends at the latest; nothing while it works."""
    if seen.sleep is None:
        return {}
    until = seen.sleep.until and clock_iso(seen.sleep.until, seen.zone)
    return {
        "for": seen.sleep.kind,
        "since": clock_iso(seen.sleep.since, seen.zone),
        "until": until,
        "why": seen.sleep.why,
        "text": waits.in_words(seen.sleep, seen.zone),
    }


def _stands(item: ShownItem) -> dict[str, Any]:
    triage = item.triage.value if item.triage else None
    return {
        "state": item.state.value,
        "attempts": item.attempts,
        "stamp": item.stamp,
        "triage": triage,
        "why": item.why,
    }


def _readable(spend: Spend) -> dict[str, Any]:
    """Dollars are a float for reading; the books are exact."""
    return {**spend.model_dump(), "usd": float(spend.usd)}


def as_text(seen: Snapshot, words: StatusWords = ENGLISH) -> str:
    """The same as a table for a person."""
    tickets = ticket_lines(seen, words=words).values()
    return "\n".join([*head(seen, words), *tickets, *other_lines(seen, words), spent(seen, words)])


def head(seen: Snapshot, words: StatusWords = ENGLISH) -> list[str]:
    """How the factory stands, how many tickets stand where, and the commits that say so."""
    counts = "  ".join(f"{state.value} {number}" for state, number in seen.counts["ticket"].items())
    stopped = words.stopped(seen.stop_kind, seen.why) if seen.why else ""
    why = waits.in_words(seen.sleep, seen.zone, words.language) if seen.sleep else stopped
    lines = [seen.state + (f": {why}" if why else ""), f"{counts}   {commits(seen)}"]
    if seen.not_known:
        lines.append(words.because("", seen.not_known))
    elif others := seen.made_elsewhere:
        lines.append(words.made_elsewhere.format(words.tickets(len(others))))
    if not any(seen.of("ticket")) and "card" not in seen.counts:
        lines.append(words.nothing_released)
    return lines


def commits(seen: Snapshot) -> str:
    """The commits that all of it was read at."""
    return f"main {seen.main[:12]}" + (f"  ledger {seen.ledger[:12]}" if seen.ledger else "")


def ticket_lines(
    seen: Snapshot, running: Mapping[str, str] = {}, wide: int = TITLE, words: StatusWords = ENGLISH
) -> dict[str, str]:
    """A line a ticket. `running`: what is said of some instead of what went wrong. `wide`: columns for a title."""
    tickets = list(seen.of("ticket"))
    width = max((len(item.id) for item in tickets), default=0)
    lines = {}
    for item in tickets:
        proof = f"stamp {item.stamp[:12]}" if item.stamp else _reason(item, words)
        tried = "?" if seen.not_known or item.id in seen.made_elsewhere else item.attempts
        title, known = padded(cut(item.title, wide), wide), running.get(item.id, proof)
        lines[item.id] = f"{item.id:<{width}}  {item.state:<8}  {words.tried.format(tried)}  {title}  {known}".rstrip()
    return lines


def _reason(item: ShownItem, words: StatusWords) -> str:
    triage = item.triage.value if item.triage else ""
    return f"{triage} {words.because(triage, item.why)}".strip()


def other_lines(seen: Snapshot, words: StatusWords = ENGLISH) -> list[str]:
    """Of the tickets that are not released, of the cards, and of what is red on main."""
    planned = [f"{id}  PLANNED  {title}" for id, title in seen.planned.items()]
    return [*planned, *_card_lines(seen, words), *_red_lines(seen.red, words)]


def _card_lines(seen: Snapshot, words: StatusWords) -> Iterator[str]:
    """A line a day, the cards that are worked on, and those that a person must look at."""
    for day in seen.days:
        counts = "  ".join(f"{state.value} {number}" for state, number in day.counts.items())
        yield words.cards_of.format(day.day, counts, day.trucks)
    listed = [item for item in seen.of("card") if item.state in (State.INFLIGHT, State.BLOCKED)]
    for item in [item for item in listed if item.state is State.INFLIGHT][:CARDS]:
        yield f"{item.id}  INFLIGHT  {worked_on(item, seen.at, words)}"
    for item in [item for item in listed if item.state is State.BLOCKED][:CARDS]:
        yield f"{item.id}  BLOCKED  {_reason(item, words)}".rstrip()


def worked_on(item: ShownItem, now: float, words: StatusWords = ENGLISH) -> str:
    """The attempt that runs, and for how long."""
    told = words.attempt.format(item.attempt)
    return told if item.since is None else f"{told}, {words.minutes.format((now - item.since) / 60)}"


def _red_lines(red: Mapping[str, str], words: StatusWords) -> list[str]:
    """What stays red on main, as the last stamp's gate saw it: the first few, and how many more."""
    lines = [words.red.format(name, why).rstrip() for name, why in list(red.items())[:SHOWN]]
    return [*lines, words.red_more.format(len(red) - SHOWN)] if len(red) > SHOWN else lines


def spent(seen: Snapshot, words: StatusWords = ENGLISH) -> str:
    """What the day cost."""
    if seen.not_known:
        return words.today_unknown.format(seen.budget.date)
    aside = ", ".join(words.sum(name, amount) for name, amount in seen.reserved if amount)
    told = ", ".join(words.sum(name, amount) for name, amount in seen.budget.settled)
    return words.today.format(seen.budget.date, told) + (words.aside.format(aside) if aside else "")
