"""How everything stands at one moment, as one value: every face is a function of it.

It is read at one commit of main and one of the ledger, which it names; nothing is written, and no lock is held. Its
parts are plain dataclasses: making models would take a tenth of `status`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from factory.cards.places import BACKLOG
from factory.desk.shown import DayRow, Listed, ShownCards, ShownItem, Trade, TruckRow, set_aside
from factory.git import lock
from factory.git.ledger import Ledger
from factory.git.places import cache_dir, private_dir
from factory.git.repo import Repo
from factory.model import Oid, State, TicketStatus
from factory.money.budget import Book, day_of
from factory.money.spend import Spend
from factory.records import elsewhere, sleep
from factory.records.halves import Half, ordered
from factory.records.sleep import Sleep
from factory.records.state import Standing, standings
from factory.records.view import RED, RUNNING, FactoryFile, factory_file, find_main, look
from factory.reports import stops
from factory.reports.stops import KILLED_KIND
from factory.rooms.disk_use import disk_use


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
    stop_kind: str = ""  # a key of `stops.STOPS`, or KILLED
    language: str = "en"  # [factory] language
    next: str = ""  # the command that goes on
    sleep: Sleep | None = None  # what the run that is on waits for; None while it works
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


def read(
    repo: Repo,
    now: float,
    cards: Listed = "all",
    environ: Mapping[str, str] | None = None,
    ledger: Ledger | None = None,
) -> Snapshot:
    """The same, of a repository that is open. `ledger`: one that looked before, and need not read all of it again."""
    settings, main = find_main(repo)
    ledger = ledger or Ledger(repo, lambda: now)
    view = elsewhere.told_by_main(repo, look(repo, ledger, main))
    factory, alive = factory_file(ledger), lock.holder(private_dir(repo))
    book = _book(ledger, now, settings.factory.timezone)
    found, absent = standings(view), elsewhere.absent(repo, ledger, main)
    of_cards = _cards(repo, ledger, main, cards, book)
    tickets = tuple(_ticket(stands, book) for stands in found.values())
    killed = factory.state == RUNNING and not alive
    return Snapshot(
        at=now,
        zone=settings.factory.timezone,
        main=main,
        ledger=ledger.tip,
        state="RUNNING" if alive else "RECOVERABLE" if killed else factory.state,
        why=stops.KILLED if killed else factory.stop_reason,
        stop_kind=KILLED_KIND if killed else factory.stop_kind,
        language=settings.factory.language,
        next="factory run" if killed else factory.next_command,
        sleep=sleep.read(private_dir(repo), alive) if alive else None,
        items=(*tickets, *of_cards.items) if of_cards else tickets,
        counts={"ticket": _counted(tickets), **({"card": of_cards.counts} if of_cards else {})},
        planned={ticket.id: ticket.title for ticket in view.tickets if ticket.status is TicketStatus.PLANNED},
        halves=_halves(ledger),
        trucks=of_cards.trucks if of_cards else (),
        days=of_cards.days if of_cards else (),
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
        usd=set_aside(book, id) if lease else 0.0,
        priority=stands.ticket.priority.value,
        deps=stands.ticket.deps,
    )


def _counted(tickets: tuple[ShownItem, ...]) -> dict[State, int]:
    states = [item.state for item in tickets]
    return {state: states.count(state) for state in State}


def _cards(repo: Repo, ledger: Ledger, main: Oid, listed: Listed, book: Book) -> ShownCards | None:
    """None where main has no card; loaded where there are some, for most repositories have none."""
    if repo.store.entry(main, BACKLOG) is None:
        return None
    from factory.desk.shown_cards import shown_cards

    return shown_cards(repo, ledger, main, listed, book)


def _halves(ledger: Ledger) -> tuple[Half, ...]:
    """The halves of the last day that has any."""
    store, boxes = ledger.repo.store, ledger.tree and ledger.repo.store.entry(ledger.tree, "boxes")
    last = max(store.level(boxes.oid), default="") if boxes else ""
    return tuple(ordered(ledger.read_all(f"boxes/{last}", Half.model_validate).values())) if last else ()


def _rooms(repo: Repo, factory: FactoryFile, environ: Mapping[str, str] | None) -> RoomUse:
    disk = None if environ is None else disk_use(cache_dir(repo, environ) / "rooms")
    return RoomUse(sandbox=factory.sandbox, kind=factory.rooms, disk=disk)
