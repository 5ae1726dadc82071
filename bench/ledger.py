"""How many events a second the ledger takes, with and without durability, beside SQLite (WAL, synchronous=FULL)."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from bench import programs, worlds
from bench.clocks import cost
from bench.figures import Cost, Figure
from bench.size import Size
from factory.ledger import Ledger, ticket_path, to_json
from factory.model import Event
from factory.repo import Repo
from factory.state import Record

NAME = "ledger"
AGAINST = "SQLite, WAL, synchronous=FULL"
TICKETS = 120
TURNS = 5  # the two are measured by turns, in so many pieces


def measure(size: Size, where: Path) -> Iterator[Figure]:
    first: dict[bool, Figure] = {}
    for events in size.events:
        at = where / str(events)
        repo = worlds.make(at, files=0)
        main = programs.git(repo, at / "home", "rev-parse", "refs/heads/main").decode().strip()
        worlds.ledger(repo, at / "home", [f"P-{n % TICKETS + 1}" for n in range(events)], main)
        for durable in (True, False):
            case = f"{events:,} earlier events, {'durable' if durable else 'not durable'}"
            ours, theirs = _by_turns(repo, at / f"events-{durable}.sqlite", events, durable, size.appends)
            figure = Figure(NAME, case, 1 / ours.wall, "a second", 1 / theirs.wall, AGAINST, ours.cpu, theirs.cpu)
            yield figure
            first.setdefault(durable, figure)
            if events == size.events[-1]:
                start = first[durable]
                yield Figure(NAME, f"{case}: the rate", figure.value, "a second", start.value,
                             f"with {size.events[0]:,} earlier events", figure.cpu, start.cpu)  # fmt: skip


def _by_turns(repo: Path, database: Path, events: int, durable: bool, appends: int) -> tuple[Cost, Cost]:
    """The cost of one append, each."""
    piece = max(1, appends // TURNS)
    with Repo(repo, durable=durable) as opened, closing(_database(database, events)) as base:
        ours, theirs = _ours(Ledger(opened, time.time)), _theirs(base)
        pairs = [(cost(lambda: _times(piece, ours)), cost(lambda: _times(piece, theirs))) for _ in range(TURNS)]
    return _least(pairs, 0).each(piece), _least(pairs, 1).each(piece)


def _least(pairs: list[tuple[Cost, Cost]], side: int) -> Cost:
    return Cost(min(p[side].wall for p in pairs), min(p[side].cpu for p in pairs))


def _times(count: int, work: Callable[[], object]) -> None:
    for _ in range(count):
        work()


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
