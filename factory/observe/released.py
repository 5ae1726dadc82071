"""Since when each ticket is released, as main says it: the ledger knows nothing of a ticket that never began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from factory.errors import Mistake, NotHere
from factory.git import history, objects
from factory.git.repo import Logged, Repo
from factory.model import Oid, TicketStatus
from factory.records.view import ROADMAP
from factory.ssot import encoding, tables

MARKS = {"ticket", "status"}


class Released(NamedTuple):
    """Ticket -> when a person last set its row to IN_PROGRESS, in seconds since the epoch; up to one commit of main."""

    main: Oid | None = None
    since: Mapping[str, int] = {}


def released(repo: Repo, main: Oid, before: Released) -> Released:
    """As it is at a commit of main; read on from where it was known last."""
    if before.main == main:
        return before
    if before.main is not None and not history.on_line(repo, main, before.main):
        before = Released()  # main was rewritten
    news = list(repo.log(main, *([f"^{before.main}"] if before.main else []), paths=[ROADMAP]))
    since = dict(before.since)
    for logged in reversed(news):
        if "Factory-Event" not in objects.trailers(logged.message):  # what the factory sets, its ledger tells
            since |= dict.fromkeys(_opened(repo, logged), logged.time)
    return Released(main, since)


def _opened(repo: Repo, logged: Logged) -> set[str]:
    """The tickets that one commit released."""
    now = _lines(repo, logged.oid)
    was = _lines(repo, logged.parents[0]) if logged.parents else ()
    return {*_open(now, set(was))} - {*_open(was, set(now))}


def _open(lines: tuple[str, ...], known: set[str]) -> Iterator[str]:
    """The tickets of the rows that say IN_PROGRESS; of all but the known lines."""
    header = next((cells for line in lines if set(cells := _cells(line.casefold())) >= MARKS), ())
    columns = [header.index(mark) for mark in ("ticket", "status")] if header else []
    for line in lines if columns else ():
        if line not in known and len(cells := _cells(line)) > max(columns):
            ticket, status = (cells[column] for column in columns)
            if status == TicketStatus.IN_PROGRESS:
                yield ticket


def _cells(line: str) -> tuple[str, ...]:
    return tables.cells_of(line) if "|" in line else ()


def _lines(repo: Repo, commit: Oid) -> tuple[str, ...]:
    """The table's lines at a commit; none where nobody could read them then, or a clone lacks it."""
    try:
        return tuple(encoding.read(repo.store.file(commit, ROADMAP) or b"", ROADMAP).plain.split("\n"))
    except (KeyError, Mistake, NotHere):
        return ()
