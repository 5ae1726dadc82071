"""A snapshot as the contract's document, and as a table for a person. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from factory.clock import clock_iso
from factory.desk.shown import ShownItem
from factory.desk.snapshot import Snapshot
from factory.model import State
from factory.money.spend import Spend, said
from factory.plain import cut, many, padded
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


def as_text(seen: Snapshot) -> str:
    """The same as a table for a person."""
    return "\n".join([*head(seen), *ticket_lines(seen).values(), *other_lines(seen), spent(seen)])


def head(seen: Snapshot) -> list[str]:
    """How the factory stands, how many tickets stand where, and the commits that say so."""
    counts = "  ".join(f"{state.value} {number}" for state, number in seen.counts["ticket"].items())
    why = waits.in_words(seen.sleep, seen.zone) if seen.sleep else seen.why
    lines = [seen.state + (f": {why}" if why else ""), f"{counts}   {commits(seen)}"]
    if seen.not_known:
        lines.append(seen.not_known)
    elif others := seen.made_elsewhere:
        made = many(len(others), "ticket")
        lines.append(f"Worked on in another clone: {made}; what that took and cost stands in its ledger, and not here.")
    if not any(seen.of("ticket")) and "card" not in seen.counts:
        lines.append("Nothing is released: set a ticket's status to IN_PROGRESS in D_ROADMAP.md and commit it.")
    return lines


def commits(seen: Snapshot) -> str:
    """The commits that all of it was read at."""
    return f"main {seen.main[:12]}" + (f"  ledger {seen.ledger[:12]}" if seen.ledger else "")


def ticket_lines(seen: Snapshot, running: Mapping[str, str] = {}, wide: int = TITLE) -> dict[str, str]:
    """A line a ticket. `running`: what is said of some instead of what went wrong. `wide`: columns for a title."""
    tickets = list(seen.of("ticket"))
    width = max((len(item.id) for item in tickets), default=0)
    lines = {}
    for item in tickets:
        proof = f"stamp {item.stamp[:12]}" if item.stamp else _reason(item)
        tried = "?" if seen.not_known or item.id in seen.made_elsewhere else item.attempts
        title, known = padded(cut(item.title, wide), wide), running.get(item.id, proof)
        lines[item.id] = f"{item.id:<{width}}  {item.state:<8}  {tried} tried  {title}  {known}".rstrip()
    return lines


def _reason(item: ShownItem) -> str:
    return f"{item.triage.value if item.triage else ''} {item.why}".strip()


def other_lines(seen: Snapshot) -> list[str]:
    """Of the tickets that are not released, of the cards, and of what is red on main."""
    planned = [f"{id}  PLANNED  {title}" for id, title in seen.planned.items()]
    return [*planned, *_card_lines(seen), *_red_lines(seen.red)]


def _card_lines(seen: Snapshot) -> Iterator[str]:
    """A line a day, the cards that are worked on, and those that a person must look at."""
    for day in seen.days:
        counts = "  ".join(f"{state.value} {number}" for state, number in day.counts.items())
        yield f"cards of {day.day}: {counts}  trucks {day.trucks}"
    listed = [item for item in seen.of("card") if item.state in (State.INFLIGHT, State.BLOCKED)]
    for item in [item for item in listed if item.state is State.INFLIGHT][:CARDS]:
        yield f"{item.id}  INFLIGHT  {worked_on(item, seen.at)}"
    for item in [item for item in listed if item.state is State.BLOCKED][:CARDS]:
        yield f"{item.id}  BLOCKED  {_reason(item)}".rstrip()


def worked_on(item: ShownItem, now: float) -> str:
    """The attempt that runs, and for how long."""
    return f"attempt {item.attempt}" + ("" if item.since is None else f", {(now - item.since) / 60:.1f} min")


def _red_lines(red: Mapping[str, str]) -> list[str]:
    """What stays red on main, as the last stamp's gate saw it: the first few, and how many more."""
    lines = [f"red on main  {name}  {why}".rstrip() for name, why in list(red.items())[:SHOWN]]
    return [*lines, f"red on main  and {len(red) - SHOWN} more"] if len(red) > SHOWN else lines


def spent(seen: Snapshot) -> str:
    """What the day cost."""
    if seen.not_known:
        return f"today ({seen.budget.date}): not known here"
    aside = ", ".join(said(name, amount) for name, amount in seen.reserved if amount)
    told = ", ".join(said(name, amount) for name, amount in seen.budget.settled)
    return f"today ({seen.budget.date}): {told}" + (
        f"; set aside for calls that have not ended: {aside}" if aside else ""
    )
