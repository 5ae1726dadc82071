"""What a day held, from git alone: as it stood at the day's end, whenever it is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from factory.errors import Mistake
from factory.git import history
from factory.git.ledger import Ledger
from factory.git.repo import LEDGER, Repo
from factory.model import Event, Oid, Priority, State, TicketStatus, Triage
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
from factory.reports.runs import KILLED, STOP, RunTold, runs
from factory.reports.worked import Worked, worked
from factory.ssot.settings import Settings

__all__ = ["KILLED", "STOP", "Blocked", "Day", "DaySeen", "Due", "facts", "fold", "month", "months"]

UNREAD = "Factory-Unread"  # the trailer of a stamp whose risk asks for a reader that nobody set up: the risk
UNSENT = "Factory-Unsent"  # the trailer of an event that counts messages which did not go out: how many
ON, OPEN = "on", "open"  # how a run is that has no end: it works now; it had none yet when a past day ended


class Blocked(NamedTuple):
    """A ticket that a person must look at. `attempt`: the last one; 0 where there was none."""

    ticket: str
    triage: Triage | None
    why: str
    title: str = ""
    attempt: int = 0


class Due(NamedTuple):
    """A ticket that the next run takes up, or that waits for others (`deps`)."""

    ticket: str
    title: str
    deps: tuple[str, ...] = ()


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
    runs: tuple[RunTold, ...]
    run: str  # ON, OPEN, or "" where none is on
    next: str
    reserved: Spend = Spend()  # for calls that are not settled
    past: bool = False  # the day is over
    cards: CardsDay | None = None  # where there are any
    absent: str | None = None  # where the ledger is not in this clone: the command that brings it, or ""
    fault: str = ""  # why the tables could not be read
    red: tuple[tuple[str, str], ...] = ()  # what stays red on main, and why
    at: float = 0.0  # of its last event, seconds since the epoch; 0 where it has none, or is over
    held: str = ""  # an operator's word that keeps the next run from starting
    worked: tuple[Worked, ...] = ()  # the tickets of the day
    due: tuple[Due, ...] = ()  # of `waiting`: what comes next, best first
    planned: int = 0  # tickets that are not released
    out: str = ""  # the folder with files to open, where one is kept
    unlaid: frozenset[str] = frozenset()  # of its pages those that do not lie there: a run was killed
    unsent: int = 0  # messages to receivers that did not go out on this day
    asleep: Sleep | None = None  # what the run that is on waits for now

    def clock(self, at: float, whole: bool = False) -> str:
        """A time in the page's zone; of another day, or `whole`, with the date."""
        time = dt.datetime.fromtimestamp(at, ZoneInfo(self.zone))
        return f"{time:%H:%M}" if time.date() == self.date and not whole else f"{time:%Y-%m-%d %H:%M}"


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
    last = last and last.model_copy(update={"time": int(ledger.now())})
    events = [*trail.between(repo, tip, eve), *([last] if last else [])]
    found, planned, fault = _standings(repo, then, main)
    boxes = list(then.read_all("boxes", Half.model_validate).values())
    boxes = [half for half in boxes if half.date == date.isoformat() or not half.closed]
    yesterday = factory_file(ledger.at(eve))
    seen = DaySeen(events, found, boxes, _book(then, date), factory, yesterday.state == RUNNING, alive)
    day = fold(date, settings.factory.timezone, seen)
    absent = elsewhere.absent(repo, then, main) if main else None
    return day._replace(
        at=0.0 if alive is None or not events else float(events[-1].time),
        worked=worked(repo, events, {s.ticket.id: s.ticket.title for s in found}),
        planned=planned,
        out=settings.factory.out,
        today=day.today if absent is None else _stamped(repo, main, begin, until),
        absent=absent,
        month_usd=float(sum(book.settled.usd for book in _books(then, date))),
        cards=cards_day(repo, then, main, events),
        fault=fault,
        red=tuple((then.read(RED) or {}).get("red", {}).items()),
    )


def _standings(repo: Repo, ledger: Ledger, main: Oid | None) -> tuple[list[Standing], int, str]:
    """Where each released ticket stood, how many were not; and what is wrong with the tables, where they cannot be
    read."""
    if main is None:
        return [], 0, ""
    try:
        view = elsewhere.told_by_main(repo, look(repo, ledger, main))
    except Mistake as mistake:
        return [], 0, str(mistake)
    planned = sum(ticket.status is TicketStatus.PLANNED for ticket in view.tickets)
    return list(standings(view).values()), planned, ""


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
        blocked=tuple(_blocked(s) for s in found if s.state is State.BLOCKED),
        waits=tuple(Blocked(s.ticket.id, None, s.record.waits, s.ticket.title) for s in found if _waits(s)),
        boxes=tuple(h for h in halves.ordered(boxes) if h.failed or h.returned or h.stopped),
        spent=book.settled,
        month_usd=0.0,
        runs=runs(events, on=began, killed=factory.state == RUNNING and alive is False),
        held=factory.stop_asked,
        due=_due(found, done),
        run="" if factory.state != RUNNING or alive is False else ON if alive else OPEN,
        next=factory.next_command,
        reserved=sum(book.open.values(), Spend()),
        past=alive is None,
        unsent=sum(int(e.trailers.get(UNSENT) or 0) for e in events),
    )


def _waits(standing: Standing) -> bool:
    return standing.state is State.PENDING and bool(standing.record.waits)


def _blocked(standing: Standing) -> Blocked:
    ticket = standing.ticket
    return Blocked(ticket.id, standing.triage, standing.why, ticket.title, standing.record.attempt)


def _due(found: Iterable[Standing], done: Collection[str]) -> tuple[Due, ...]:
    """What the next run takes up, in its order; then what waits for others."""
    order = list(Priority)
    waiting = [s.ticket for s in found if s.state in (State.PENDING, State.INFLIGHT) and not _waits(s)]
    left = {t.id: tuple(dep for dep in t.deps if dep not in done) for t in waiting}
    waiting.sort(key=lambda t: (bool(left[t.id]), order.index(t.priority), t.order))
    return tuple(Due(t.id, t.title, left[t.id]) for t in waiting)


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
