"""How everything stands at one moment, as one value: every face is a function of it.

It is read at one commit of main and one of the ledger, which it names; nothing is written, and no lock is held. Its
parts are plain dataclasses: making models would take a tenth of `status`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from factory.git import lock
from factory.git.ledger import Ledger
from factory.git.places import cache_dir, private_dir
from factory.git.repo import Repo
from factory.model import Oid, State, TicketStatus, Triage
from factory.money.budget import Book, day_of
from factory.money.spend import Spend
from factory.records import elsewhere
from factory.records.card_standing import DayStands, standing
from factory.records.halves import Half, ordered
from factory.records.state import Standing, standings
from factory.records.truck import states
from factory.records.view import RED, RUNNING, FactoryFile, factory_file, find_main, look
from factory.records.yard import Yard
from factory.reports import stops
from factory.rooms.disk_use import disk_use

Trade = Literal["ticket", "card"]
Listed = Literal["counts", "open", "all"]


@dataclass(slots=True)  # not frozen: that takes three times as long, and a day may have ten thousand
class ShownItem:
    """A ticket or a card, and where it stands."""

    id: str
    trade: Trade
    state: State
    title: str = ""
    attempts: int = 0  # that count against its cap
    attempt: int = 0  # the last one's number
    stamp: Oid | None = None
    triage: Triage | None = None
    why: str = ""
    since: float | None = None  # its attempt runs since then, in seconds since the epoch
    beat: float | None = None  # the last sign of life of what works on it
    usd: float = 0.0  # set aside for its attempt


@dataclass(frozen=True)
class TruckRow:
    """One truck of a day that is not over."""

    name: str
    cards: int
    done: int
    blocked: int
    half: str = ""  # that is open
    left: bool = False


@dataclass(frozen=True)
class DayRow:
    """One day's cards."""

    day: str
    counts: dict[State, int]
    trucks: int


@dataclass(frozen=True)
class RoomUse:
    """What the last run worked in, and what rooms take on disk; None where nobody asked."""

    sandbox: str = ""
    kind: str = ""
    disk: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """One look at a repository under the factory."""

    at: float  # seconds since the epoch
    zone: str  # whose day and month the budget is of: [factory] timezone
    main: Oid
    ledger: Oid | None
    state: str  # READY, RUNNING, RECOVERABLE or FAIL_STOP
    counts: dict[Trade, dict[State, int]]  # of all; no `card` where there is none
    budget: Book
    why: str | None = None  # it stopped
    next: str = ""  # the command that goes on
    items: tuple[ShownItem, ...] = ()  # of the cards those that were asked for
    planned: dict[str, str] = field(default_factory=dict)  # tickets that are not released, with their titles
    halves: tuple[Half, ...] = ()  # of the last day that had boxes, oldest first
    trucks: tuple[TruckRow, ...] = ()
    days: tuple[DayRow, ...] = ()
    rooms: RoomUse = RoomUse()
    red: dict[str, str] = field(default_factory=dict)  # what stays red on main, and why
    not_known: str = ""  # what a clone without its ledger does not know, in words
    made_elsewhere: tuple[str, ...] = ()  # tickets that were worked on in another clone

    def of(self, trade: Trade) -> Iterator[ShownItem]:
        return (item for item in self.items if item.trade == trade)

    @property
    def running(self) -> tuple[ShownItem, ...]:
        return tuple(item for item in self.items if item.state is State.INFLIGHT)

    @property
    def reserved(self) -> Spend:
        """Of the budget what is set aside for calls that have not ended."""
        return sum(self.budget.open.values(), Spend())


def snapshot(path: Path, now: float, cards: Listed = "all", environ: Mapping[str, str] | None = None) -> Snapshot:
    """Look now. `cards`: which of them are among the items; `environ`: says where rooms lie, so that they are measured.
    Mistake where the tables on main cannot be read."""
    with Repo(path) as repo:
        return read(repo, now, cards, environ)


def read(repo: Repo, now: float, cards: Listed = "all", environ: Mapping[str, str] | None = None) -> Snapshot:
    """The same, of a repository that is open."""
    settings, main = find_main(repo)
    ledger = Ledger(repo, lambda: now)
    view = elsewhere.told_by_main(repo, look(repo, ledger, main))
    factory, alive = factory_file(ledger), bool(lock.holder(private_dir(repo)))
    book = _book(ledger, now, settings.factory.timezone)
    found, absent = standings(view), elsewhere.absent(repo, ledger, main)
    yard = None if repo.store.entry(main, "ssot/backlog") is None else Yard(repo, ledger, main)
    days = standing(yard) if yard else []
    tickets = tuple(_ticket(stands, book) for stands in found.values())
    killed = factory.state == RUNNING and not alive
    return Snapshot(
        at=now,
        zone=settings.factory.timezone,
        main=main,
        ledger=ledger.tip,
        state="RUNNING" if alive else "RECOVERABLE" if killed else factory.state,
        why=stops.KILLED if killed else factory.stop_reason,
        next=factory.next_command,
        items=(*tickets, *_cards(days, cards, book)),
        counts=_counts(tickets, days if yard else None),
        planned={ticket.id: ticket.title for ticket in view.tickets if ticket.status is TicketStatus.PLANNED},
        halves=_halves(ledger),
        trucks=tuple(_trucks(yard)) if yard else (),
        days=tuple(DayRow(day=d.day, counts=d.counts, trucks=len(yard.packed(d.day))) for d in days if yard),
        budget=book,
        rooms=_rooms(repo, factory, environ),
        red=(ledger.read(RED) or {}).get("red", {}),
        not_known="" if absent is None else elsewhere.in_words(absent),
        made_elsewhere=tuple(id for id, stands in found.items() if elsewhere.made(stands)),
    )


def _book(ledger: Ledger, now: float, zone: str) -> Book:
    day = day_of(now, ZoneInfo(zone))
    kept: Book | None = ledger.read(f"budget/{day.isoformat()}.json", Book.model_validate)
    return kept or Book(date=day)


def _ticket(stands: Standing, book: Book) -> ShownItem:
    id, record = stands.ticket.id, stands.record
    lease = record.lease if stands.state is State.INFLIGHT else None
    return ShownItem(
        id=id,
        trade="ticket",
        state=stands.state,
        title=stands.ticket.title,
        attempts=stands.attempts,
        attempt=record.attempt,
        stamp=stands.stamp,
        triage=stands.triage,
        why=stands.why,
        since=lease.since if lease else None,
        beat=lease.beat if lease else None,
        usd=_set_aside(book, id) if lease else 0.0,
    )


def _set_aside(book: Book, id: str) -> float:
    return float(sum(spend.usd for key, spend in book.open.items() if f":{id}#" in key))


def _counts(tickets: tuple[ShownItem, ...], days: list[DayStands] | None) -> dict[Trade, dict[State, int]]:
    states = [item.state for item in tickets]
    counts: dict[Trade, dict[State, int]] = {"ticket": {state: states.count(state) for state in State}}
    if days is not None:
        counts["card"] = {state: sum(day.counts[state] for day in days) for state in State}
    return counts


def _cards(days: list[DayStands], listed: Listed, book: Book) -> Iterator[ShownItem]:
    cards = {} if listed == "counts" else {id: card for day in days for id, card in day.cards.items()}
    for id, card in sorted(cards.items()):
        if card.state is not State.DONE or listed == "all":
            record, lease = card.record, card.record.lease if card.state is State.INFLIGHT else None
            yield ShownItem(
                id=id,
                trade="card",
                state=card.state,
                attempts=record.attempts,
                attempt=record.attempt,
                stamp=card.stamp,
                triage=record.triage,
                why=record.waits or record.why,
                since=lease.since if lease else None,
                beat=lease.beat if lease else None,
                usd=_set_aside(book, id) if lease else 0.0,
            )


def _halves(ledger: Ledger) -> tuple[Half, ...]:
    """The halves of the last day that has any."""
    store, boxes = ledger.repo.store, ledger.tree and ledger.repo.store.entry(ledger.tree, "boxes")
    last = max(store.level(boxes.oid), default="") if boxes else ""
    return tuple(ordered(ledger.read_all(f"boxes/{last}", Half.model_validate).values())) if last else ()


def _trucks(yard: Yard) -> Iterator[TruckRow]:
    for day in yard.days:
        for truck in () if yard.day(day).over else yard.trucks(day):
            found = list(states(truck).values())
            yield TruckRow(
                name=truck.name,
                cards=len(found),
                done=found.count(State.DONE),
                blocked=found.count(State.BLOCKED),
                half=truck.open_half.name if truck.open_half else "",
                left=truck.left,
            )


def _rooms(repo: Repo, factory: FactoryFile, environ: Mapping[str, str] | None) -> RoomUse:
    disk = None if environ is None else disk_use(cache_dir(repo, environ) / "rooms")
    return RoomUse(sandbox=factory.sandbox, kind=factory.rooms, disk=disk)
