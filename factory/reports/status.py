"""What stands where, as one JSON document and as a table; from git alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from factory.git import lock
from factory.git.ledger import Ledger
from factory.git.places import private_dir
from factory.git.repo import Repo
from factory.model import Oid, State, TicketStatus
from factory.plain import cut, many, padded
from factory.records import elsewhere
from factory.records.state import Standing, counts, standings
from factory.records.view import RED, factory_file, find_main, look
from factory.reports import stops

SHOWN = 5  # of what stays red
TITLE = 40  # columns of a terminal for a ticket's title


def status(repo: Repo, now: float) -> dict[str, Any]:
    """The document of `factory status --json` (contract, section 5), with `why` and `title` beside each ticket."""
    settings, main = find_main(repo)
    ledger = Ledger(repo, lambda: now)
    view = elsewhere.told_by_main(repo, look(repo, ledger, main))
    factory = factory_file(ledger)
    alive = lock.holder(private_dir(repo))
    state = "RUNNING" if alive else "RECOVERABLE" if factory.state == "RUNNING" else factory.state
    reason = factory.stop_reason
    if factory.state == "RUNNING" and not alive:
        reason = stops.KILLED
    stand = standings(view)
    return {
        "state": state,
        "stop_reason": reason,
        "main": main,
        "counts": counts(view),
        "tickets": {
            id: {
                "state": s.state.value,
                "attempts": s.attempts,
                "stamp": s.stamp,
                "triage": s.triage.value if s.triage else None,
                "why": s.why,
                "title": s.ticket.title,
            }
            for id, s in stand.items()
        },
        "planned": {t.id: t.title for t in view.tickets if t.status is TicketStatus.PLANNED},
        "red": (ledger.read(RED) or {}).get("red", {}),
        **_elsewhere(repo, ledger, main, stand),
        **_cards(repo, ledger, main),
        **budget_today(ledger, now, settings.factory.timezone),
    }


def _elsewhere(repo: Repo, ledger: Ledger, main: Oid, stand: Mapping[str, Standing]) -> dict[str, Any]:
    """What another clone's ledger knows, where there is any: `not_known`, a sentence, and `made_elsewhere`, tickets."""
    absent = elsewhere.absent(repo, ledger, main)
    found = {"not_known": None if absent is None else elsewhere.in_words(absent),
             "made_elsewhere": [id for id, s in stand.items() if elsewhere.made(s)]}  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _cards(repo: Repo, ledger: Ledger, main: Oid) -> dict[str, Any]:
    """The `cards` of the document, where there are any: what is heavy to import is imported only then."""
    if repo.store.entry(main, "ssot/backlog") is None:
        return {}
    from factory.records.card_standing import standing
    from factory.records.yard import Yard

    return {"cards": standing(Yard(repo, ledger, main))}


def budget_today(ledger: Ledger, now: float, zone: str) -> dict[str, Any]:
    """`budget`: what counts against today's caps, spent and set aside. `reserved`: of that what is set aside for calls
    that have not ended. Dollars are a float for reading; the books are exact."""
    from factory.money.budget import Book, Spend, day_of

    day = day_of(now, ZoneInfo(zone))
    kept = ledger.read(f"budget/{day.isoformat()}.json")
    book = Book.model_validate(kept) if kept else Book(date=day)
    open_ = sum(book.open.values(), Spend())
    return {"budget": {"date": day.isoformat(), **_readable(book.used)}, "reserved": _readable(open_)}


def _readable(spend: Any) -> dict[str, Any]:
    return {**spend.model_dump(), "usd": float(spend.usd)}


def as_text(document: dict[str, Any]) -> str:
    """The same as a table for a person."""
    lines = [*head(document), *ticket_lines(document).values(), *other_lines(document), spent(document)]
    return "\n".join(lines)


def head(document: dict[str, Any]) -> list[str]:
    """How the factory stands, and how many tickets stand where."""
    lines = [
        f"{document['state']}" + (f": {document['stop_reason']}" if document["stop_reason"] else ""),
        "  ".join(f"{name} {n}" for name, n in document["counts"].items()) + f"   main {document['main'][:12]}",
    ]
    if document.get("not_known"):
        lines.append(document["not_known"])
    elif others := document.get("made_elsewhere"):
        made = many(len(others), "ticket")
        lines.append(f"Worked on in another clone: {made}; what that took and cost stands in its ledger, and not here.")
    if not document["tickets"] and not document.get("cards"):
        lines.append("Nothing is released: set a ticket's status to IN_PROGRESS in D_ROADMAP.md and commit it.")
    return lines


def ticket_lines(document: dict[str, Any], running: Mapping[str, str] = {}, wide: int = TITLE) -> dict[str, str]:
    """A line a ticket. `running`: what is said of some instead of what went wrong. `wide`: columns for a title."""
    width, lines = max((len(id) for id in document["tickets"]), default=0), {}
    for id, t in document["tickets"].items():
        proof = f"stamp {t['stamp'][:12]}" if t["stamp"] else f"{t['triage'] or ''} {t['why']}".strip()
        title = padded(cut(t["title"], wide), wide)
        known = running.get(id, proof)
        unknown = document.get("not_known") or id in document.get("made_elsewhere", ())
        tried = "?" if unknown else t["attempts"]
        lines[id] = f"{id:<{width}}  {t['state']:<8}  {tried} tried  {title}  {known}".rstrip()
    return lines


def other_lines(document: dict[str, Any]) -> list[str]:
    """Of the tickets that are not released, of the cards, and of what is red on main."""
    planned = [f"{id}  PLANNED  {title}" for id, title in document.get("planned", {}).items()]
    cards = _card_lines(document["cards"]) if "cards" in document else []
    return [*planned, *cards, *_red_lines(document.get("red", {}))]


def spent(document: dict[str, Any]) -> str:
    """What the day cost."""
    used = document["budget"]
    if document.get("not_known"):
        return f"today ({used['date']}): not known here"
    return f"today ({used['date']}): " + _paid(used, document.get("reserved", {}))


def _paid(counted: dict[str, Any], reserved: dict[str, Any]) -> str:
    """What was spent; and what is only set aside, where there is any."""
    from factory.money.spend import said

    names = ("calls", "tokens_in", "tokens_out", "usd")
    told = ", ".join(said(name, counted[name] - reserved.get(name, 0)) for name in names)
    aside = ", ".join(said(name, reserved[name]) for name in names if reserved.get(name))
    return told + (f"; set aside for calls that have not ended: {aside}" if aside else "")


def _red_lines(red: dict[str, str]) -> list[str]:
    """What stays red on main, as the last stamp's gate saw it: the first few, and how many more."""
    lines = [f"red on main  {name}  {why}".rstrip() for name, why in list(red.items())[:SHOWN]]
    return [*lines, f"red on main  and {len(red) - SHOWN} more"] if len(red) > SHOWN else lines


def _card_lines(cards: dict[str, Any]) -> list[str]:
    """For a person: a line a day, and the cards that a person must look at."""
    lines = [
        f"cards of {day}: " + "  ".join(f"{state} {n}" for state, n in found["counts"].items())
        + f"  trucks {found['trucks']}"
        for day, found in cards["days"].items()
    ]  # fmt: skip
    blocked = [name for name, card in cards["cards"].items() if card["state"] == State.BLOCKED.value]
    told = ((name, cards["cards"][name]) for name in blocked[:20])
    return lines + [f"{name}  BLOCKED  {card['triage'] or ''} {card['why']}".rstrip() for name, card in told]
