"""What a day held, from git alone: as it stood at the day's end, whenever it is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from factory.errors import Mistake
from factory.git import history
from factory.git.ledger import Ledger
from factory.git.repo import LEDGER, Repo
from factory.model import Event, Oid, State, Triage
from factory.money import budget
from factory.money.budget import Book
from factory.money.spend import Spend
from factory.records import boxes
from factory.records.boxes import Half
from factory.records.state import Standing, standings
from factory.records.view import RED, FactoryFile, factory_file, look
from factory.reports import trail
from factory.reports.cards import CardsDay, cards_day, failures
from factory.ssot.settings import Settings

UNREAD = "Factory-Unread"  # the trailer of a stamp whose risk asks for a reader that nobody set up: the risk
STOP = "Factory-Stop"  # the trailer of a stop that ended a run: its kind


class Blocked(NamedTuple):
    """A ticket that a person must look at."""

    ticket: str
    triage: Triage | None
    why: str


class RunEnd(NamedTuple):
    """One end of a run: its kind (a key of `stops.STOPS`) and the exact reason."""

    kind: str
    why: str


class Day(NamedTuple):
    """One day's facts. `created` = `done` + `blocked` + `waiting`, always."""

    date: dt.date
    zone: str
    created: int  # released tickets at the day's end
    done: int
    waiting: int
    today: tuple[str, ...]  # stamped on this day
    unread: tuple[str, ...]  # of them those that nobody read, though their risk asks for a reader
    failed: int  # attempts that failed on this day
    blocked: tuple[Blocked, ...]
    waits: tuple[Blocked, ...]  # of `waiting` those that cannot begin until something is mended
    boxes: tuple[Half, ...]  # those that failed or stopped
    spent: Spend
    month_usd: float
    stops: tuple[RunEnd, ...]
    running: bool
    next: str
    cards: CardsDay | None = None  # where there are any
    fault: str = ""  # why the tables could not be read
    red: tuple[tuple[str, str], ...] = ()  # what stays red on main, and why


def facts(
    repo: Repo, ledger: Ledger, ref: str, settings: Settings, date: dt.date,
    factory: FactoryFile | None = None, last: Event | None = None,
) -> Day:  # fmt: skip
    """The day's facts. `factory` and `last` are about to be written: how it will stand, and the event."""
    zone = ZoneInfo(settings.factory.timezone)
    begin = budget.day_turns(date - dt.timedelta(days=1), zone).timestamp()
    until = budget.day_turns(date, zone).timestamp()
    main, tip = history.before(repo, ref, until), history.before(repo, LEDGER, until)
    then = ledger.at(tip)
    events = [*trail.between(repo, tip, history.before(repo, LEDGER, begin)), *([last] if last else [])]
    factory = factory or factory_file(then)
    found, fault = _standings(repo, then, main)
    halves = list(then.read_all("boxes", Half.model_validate).values())
    halves = [half for half in halves if half.date == date.isoformat() or not half.closed]
    return fold(date, settings.factory.timezone, events, found, halves, _book(then, date), factory)._replace(
        month_usd=float(str(month(then, date)["usd"])),
        cards=cards_day(repo, then, main, events),
        fault=fault,
        red=tuple((then.read(RED) or {}).get("red", {}).items()),
    )


def _standings(repo: Repo, ledger: Ledger, main: Oid | None) -> tuple[list[Standing], str]:
    """Where each ticket stood; and what is wrong with the tables, where they cannot be read."""
    if main is None:
        return [], ""
    try:
        return list(standings(look(repo, ledger, main)).values()), ""
    except Mistake as mistake:
        return [], str(mistake)


def fold(
    date: dt.date,
    zone: str,
    events: Iterable[Event],
    found: Iterable[Standing],
    halves: Iterable[Half],
    book: Book,
    factory: FactoryFile,
) -> Day:
    """The facts from values alone. `events`: the day's, oldest first."""
    events, found = list(events), list(found)
    states = [s.state for s in found]
    done = {s.ticket.id for s in found if s.state is State.DONE}
    # A stamp of cards names no ticket.
    stamped = dict.fromkeys(e.ticket for e in events if e.name == "stamped" and e.ticket)
    stops = dict.fromkeys(RunEnd(kind, e.text) for e in events if e.name == "stop" and (kind := e.trailers.get(STOP)))
    return Day(
        date=date,
        zone=zone,
        created=len(found),
        done=len(done),
        waiting=states.count(State.PENDING) + states.count(State.INFLIGHT),
        today=tuple(t for t in stamped if t in done or not found),
        unread=tuple(dict.fromkeys(e.ticket for e in events if e.trailers.get(UNREAD) and e.ticket in done)),
        failed=sum(e.name == "fail" for e in events) - failures(events),
        blocked=tuple(Blocked(s.ticket.id, s.triage, s.why) for s in found if s.state is State.BLOCKED),
        waits=tuple(Blocked(s.ticket.id, None, s.record.waits) for s in found if _waits(s)),
        boxes=tuple(h for h in boxes.ordered(halves) if h.failed or h.returned or h.stopped),
        spent=book.used,
        month_usd=0.0,
        stops=tuple(stops),
        running=factory.state == "RUNNING",
        next=factory.next_command,
    )


def _waits(standing: Standing) -> bool:
    return standing.state is State.PENDING and bool(standing.record.waits)


def _book(ledger: Ledger, date: dt.date) -> Book:
    kept = ledger.read(f"budget/{date.isoformat()}.json")
    return Book.model_validate(kept) if kept else Book(date=date)


def months(ledger: Ledger, date: dt.date) -> dict[str, Any]:
    """The month's sum, and those of earlier ones: a bill that came late, or of a killed run, belongs to its own."""
    books = ledger.read_all("budget", Book.model_validate).values()
    firsts = {date.replace(day=1), *(book.date.replace(day=1) for book in books)}
    return {f"cost_summary_{first:%Y%m}.json": month(ledger, first) for first in firsts}


def month(ledger: Ledger, date: dt.date) -> dict[str, Any]:
    """`cost_summary_YYYYMM.json` of the month that the date is in."""
    books = ledger.read_all("budget", Book.model_validate).values()
    ours = [book for book in books if (book.date.year, book.date.month) == (date.year, date.month)]
    return budget.month_summary(ours) | {"month": f"{date:%Y-%m}"}
