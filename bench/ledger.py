"""How many events a second the ledger takes, with and without durability, beside SQLite (WAL, synchronous=FULL)."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from bench import programs, worlds
from bench.clocks import cost
from bench.figures import Cost, Figure
from bench.size import Size
from factory.git.ledger import Ledger, ticket_path, to_json
from factory.git.repo import Repo
from factory.model import Event
from factory.records.record import Record

NAME = "ledger"
AGAINST = "SQLite, WAL, synchronous=FULL"
TICKETS = 120
TURNS = 20  # pieces in which the appends are measured: the more, the likelier is one that nobody else disturbed


class Subject(NamedTuple):
    """A ledger of one length, and what it is held against."""

    case: str
    ours: Callable[[], object]
    theirs: Callable[[], object]


def measure(size: Size, where: Path) -> Iterator[Figure]:
    piece = max(1, size.appends // TURNS)
    with ExitStack() as open_:
        subjects = {
            (durable, events): _subject(open_, where / f"{durable}-{events}", events, durable)
            for durable in (True, False)
            for events in size.events
        }
        found = {key: _Least() for key in subjects}
        for _ in range(TURNS):  # by turns, so that a busy minute hits all lengths alike
            for key, subject in subjects.items():
                found[key].add(_piece(piece, subject.ours), _piece(piece, subject.theirs))
    for key, subject in subjects.items():
        ours, theirs = found[key].ours, found[key].theirs
        yield Figure(NAME, subject.case, 1 / ours.wall, "a second", 1 / theirs.wall, AGAINST, ours.cpu, theirs.cpu)
    for durable in (True, False):
        last, first = found[durable, size.events[-1]].ours, found[durable, size.events[0]].ours
        case = f"{subjects[durable, size.events[-1]].case}: the rate"
        against = f"with {size.events[0]:,} earlier events"
        yield Figure(NAME, case, 1 / last.wall, "a second", 1 / first.wall, against, last.cpu, first.cpu)


class _Least:
    """The least that an append cost so far, on either side."""

    def __init__(self) -> None:
        self.ours = self.theirs = Cost(float("inf"), float("inf"))

    def add(self, ours: Cost, theirs: Cost) -> None:
        self.ours, self.theirs = Cost(*map(min, self.ours, ours)), Cost(*map(min, self.theirs, theirs))


def _subject(open_: ExitStack, at: Path, events: int, durable: bool) -> Subject:
    path = worlds.make(at, files=0)
    main = programs.git(path, at / "home", "rev-parse", "refs/heads/main").decode().strip()
    worlds.ledger(path, at / "home", [f"P-{n % TICKETS + 1}" for n in range(events)], main)
    repo = open_.enter_context(Repo(path, durable=durable))
    base = open_.enter_context(closing(_database(at / "events.sqlite", events)))
    case = f"{events:,} earlier events, {'durable' if durable else 'not durable'}"
    return Subject(case, _ours(Ledger(repo, time.time)), _theirs(base))


def _piece(count: int, work: Callable[[], object]) -> Cost:
    """What one of so many calls costs."""

    def all_of_them() -> None:
        for _ in range(count):
            work()

    return cost(all_of_them).each(count)


def _records() -> Iterator[Record]:
    return (Record(ticket=f"P-{n % TICKETS + 1}", attempts=n) for n in itertools.count())


def _ours(ledger: Ledger) -> Callable[[], object]:
    records = _records()

    def append() -> None:
        record = next(records)
        event = Event(name="start", ticket=record.ticket, attempt=1, text="an event")
        ledger.append(event, {ticket_path(record.ticket): record.model_dump(mode="json")})

    return append


def _theirs(base: sqlite3.Connection) -> Callable[[], object]:
    """The same event and the same state, in a transaction."""
    records = _records()

    def append() -> None:
        record = next(records)
        with base:
            base.execute("insert into events (ticket, text) values (?, ?)", (record.ticket, "start: an event"))
            state = to_json(record.model_dump(mode="json"))
            base.execute("insert or replace into state (ticket, record) values (?, ?)", (record.ticket, state))

    return append


def _database(at: Path, events: int) -> sqlite3.Connection:
    base = sqlite3.connect(at)
    base.execute("pragma journal_mode=wal")
    base.execute("pragma synchronous=full")
    base.execute("create table events (id integer primary key, ticket text, text text)")
    base.execute("create table state (ticket text primary key, record blob)")
    earlier = ((f"P-{n % TICKETS + 1}", "stamped: an earlier event") for n in range(events))
    with base:
        base.executemany("insert into events (ticket, text) values (?, ?)", earlier)
    return base
