"""What a day held, from git alone: as it stood at the day's end, whenever it is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
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
from factory.records import elsewhere, halves
from factory.records.halves import Half
from factory.records.sleep import Sleep
from factory.records.state import Standing, standings
from factory.records.view import RED, RUNNING, FactoryFile, factory_file, look
from factory.reports import trail
from factory.reports.cards import CardsDay, cards_day, failures
from factory.ssot.settings import Settings

UNREAD = "Factory-Unread"  # the trailer of a stamp whose risk asks for a reader that nobody set up: the risk
STOP = "Factory-Stop"  # the trailer of a stop that ended a run: its kind
KILLED = "killed"  # the kind of an end that the run itself could not write down
ON, OPEN = "on", "open"  # how a run is that has no end: it works now; it had none yet when a past day ended


class Blocked(NamedTuple):
    """A ticket that a person must look at."""

    ticket: str
    triage: Triage | None
    why: str


class RunEnd(NamedTuple):
    """One end of a run: its kind (a key of `stops.STOPS`, or KILLED) and the exact reason."""

    kind: str
    why: str
    over: bool = False  # a later run began, or a person let it go on


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
    run: str  # ON, OPEN, or "" where none is on
    next: str
    reserved: Spend = Spend()  # for calls that are not settled
    past: bool = False  # the day is over
    cards: CardsDay | None = None  # where there are any
    absent: str | None = None  # where the ledger is not in this clone: the command that brings it, or ""
    fault: str = ""  # why the tables could not be read
    red: tuple[tuple[str, str], ...] = ()  # what stays red on main, and why
    asleep: Sleep | None = None  # what the run that is on waits for now


def facts(
    ledger: Ledger,
    ref: str,
    settings: Settings,
    date: dt.date,
    coming: tuple[FactoryFile, Event | None] | None = None,
    *,
    alive: bool | None = None,
) -> Day:
    """The day's facts. `coming` is about to be written: how it will stand, and the event. `alive`: whether a controller
    works now; None where the day is over."""
    repo, zone = ledger.repo, ZoneInfo(settings.factory.timezone)
    begin = budget.day_turns(date - dt.timedelta(days=1), zone).timestamp()
    until = budget.day_turns(date, zone).timestamp()
    main, tip = history.before(repo, ref, until), history.before(repo, LEDGER, until)
    then, eve = ledger.at(tip), history.before(repo, LEDGER, begin)
    factory, last = coming or (factory_file(then), None)
    events = [*trail.between(repo, tip, eve), *([last] if last else [])]
    found, fault = _standings(repo, then, main)
    boxes = list(then.read_all("boxes", Half.model_validate).values())
    boxes = [half for half in boxes if half.date == date.isoformat() or not half.closed]
    yesterday = factory_file(ledger.at(eve))
    seen = DaySeen(events, found, boxes, _book(then, date), factory, yesterday.state == RUNNING, alive)
    day = fold(date, settings.factory.timezone, seen)
    absent = elsewhere.absent(repo, then, main) if main else None
    return day._replace(
        today=day.today if absent is None else _stamped(repo, main, begin, until),
        absent=absent,
        month_usd=float(sum(book.settled.usd for book in _books(then, date))),
        cards=cards_day(repo, then, main, events),
        fault=fault,
        red=tuple((then.read(RED) or {}).get("red", {}).items()),
    )


def _standings(repo: Repo, ledger: Ledger, main: Oid | None) -> tuple[list[Standing], str]:
    """Where each ticket stood; and what is wrong with the tables, where they cannot be read."""
    if main is None:
        return [], ""
    try:
        return list(standings(elsewhere.told_by_main(repo, look(repo, ledger, main))).values()), ""
    except Mistake as mistake:
        return [], str(mistake)


def _stamped(repo: Repo, main: Oid | None, begin: float, until: float) -> tuple[str, ...]:
    """The tickets that main says were stamped in that time, and whose stamp stands."""
    last = {word.ticket: word.stamp for word in history.words(repo, main)} if main else {}
    return tuple(ticket for ticket, stamp in last.items() if stamp and begin <= stamp.time < until)


class DaySeen(NamedTuple):
    """What a day is folded from. `events`: the day's, oldest first. `began`: a run was on when the day began."""

    events: Sequence[Event]
    found: Sequence[Standing]
    boxes: Sequence[Half]
    book: Book
    factory: FactoryFile
    began: bool = False
    alive: bool | None = None


def fold(date: dt.date, zone: str, seen: DaySeen) -> Day:
    """The facts from values alone."""
    events, found, boxes, book, factory, began, alive = seen
    states = [s.state for s in found]
    done = {s.ticket.id for s in found if s.state is State.DONE}
    # A stamp of cards names no ticket.
    stamped = dict.fromkeys(e.ticket for e in events if e.name == "stamped" and e.ticket)
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
        boxes=tuple(h for h in halves.ordered(boxes) if h.failed or h.returned or h.stopped),
        spent=book.settled,
        month_usd=0.0,
        stops=_ends(events, factory, began, alive),
        run="" if factory.state != RUNNING or alive is False else ON if alive else OPEN,
        next=factory.next_command,
        reserved=sum(book.open.values(), Spend()),
        past=alive is None,
    )


def _waits(standing: Standing) -> bool:
    return standing.state is State.PENDING and bool(standing.record.waits)


def _ends(events: Iterable[Event], factory: FactoryFile, on: bool, alive: bool | None) -> tuple[RunEnd, ...]:
    """Every end of a run, oldest first; one that came again with the same words is told once, where it came last."""
    found: list[RunEnd] = []
    for event in events:
        if event.name in ("run", "resume"):
            found += [RunEnd(KILLED, "")] if on and event.name == "run" else []
            found = [end._replace(over=True) for end in found]
            on = on or event.name == "run"
        elif event.name == "stop" and (kind := event.trailers.get(STOP)):
            found.append(RunEnd(kind, event.text))
            on = False
    if factory.state == RUNNING and alive is False:
        found.append(RunEnd(KILLED, ""))
    if factory.stop_asked:  # while no run was on
        found.append(RunEnd("held", factory.stop_asked))
    return tuple({(end.kind, end.why): end for end in found}.values())


def _books(ledger: Ledger, date: dt.date) -> list[Book]:
    """The books of the month that the date is in."""
    books = ledger.read_all("budget", Book.model_validate).values()
    return [book for book in books if (book.date.year, book.date.month) == (date.year, date.month)]


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
    return budget.month_summary(_books(ledger, date)) | {"month": f"{date:%Y-%m}"}
