"""The audit trail: the ledger's events as values and as lines."""

from __future__ import annotations

import datetime
import hashlib

from factory.errors import Mistake
from factory.git.ledger import parse_event
from factory.git.repo import LEDGER, Repo
from factory.model import Event, Oid
from factory.records.papers import cards_named
from factory.records.view import ROADMAP, find_main
from factory.ssot import documents


def trail(repo: Repo, ticket: str | None, limit: int = 0) -> list[Event]:
    """Events, newest first; `limit` of them, 0 for all."""
    if repo.tip(LEDGER) is None:
        return []
    found = []
    for logged in repo.log(LEDGER):
        event = parse_event(logged.oid, logged.time, logged.message)
        if ticket is None or event.ticket == ticket or ticket in cards_named(event):
            found.append(event)
            if limit and len(found) >= limit:
                break
    return found


def must_be_known(repo: Repo, ticket: str) -> None:
    """Mistake where no table and no card has the id: nothing can have happened to it."""
    _, main = find_main(repo)
    rows = documents.read_roadmap(repo.store.file(main, ROADMAP) or b"")
    if ticket not in {row.id for row in rows} and repo.store.entry(main, "ssot/backlog") is None:
        raise Mistake(f"there is no ticket {ticket}", path=ROADMAP, remedy="`factory status` lists them")


def later_path(ticket: str) -> str:
    """Where the ledger keeps what the worker of an attempt printed that was put off last."""
    return f"later/{hashlib.sha256(ticket.encode()).hexdigest()[:2]}/{ticket}.txt"


def printed(repo: Repo, event: Event) -> str:
    """What the worker printed whose attempt this event put off; empty for every other event."""
    said = repo.store.file(event.oid, later_path(event.ticket)) if event.name == "later" and event.ticket else None
    return (said or b"").decode("utf-8", "replace")


def between(repo: Repo, new: Oid | None, old: Oid | None) -> list[Event]:
    """The events after `old` up to `new`, oldest first."""
    if new is None:
        return []
    logged = repo.log(new, *([f"^{old}"] if old else []))
    return [parse_event(one.oid, one.time, one.message) for one in logged][::-1]


def when(event: Event, zone: datetime.tzinfo) -> datetime.datetime:
    """Its time in a zone."""
    return datetime.datetime.fromtimestamp(event.time, zone)


def as_line(event: Event, zone: datetime.tzinfo, text: str) -> str:
    """The event as a person reads it, its time in the factory's zone, and what it says as the reader has it."""
    at = when(event, zone).strftime("%Y-%m-%d %H:%M:%S")
    where = f"{event.ticket}#{event.attempt}" if event.attempt else event.ticket or "factory"
    return f"{event.oid[:12]} {at} {event.name:<10} {where:<16} {text}"
