"""What landed on main, how long it took, and what was learnt on the way. Pure."""

from __future__ import annotations

from typing import NamedTuple

from factory.desk.kpi import percentile
from factory.desk.panes.chronicle import is_of_card
from factory.desk.panes.watch import Sighting
from factory.model import Event, Oid
from factory.records.papers import cards_named
from factory.reports.runs import RunTold, runs

MOST = 20  # rows


class StampRow(NamedTuple):
    """One stamp. `item`: the ticket; of cards, the half that they were stamped in."""

    stamp: Oid
    item: str
    title: str
    time: int  # seconds since the epoch
    attempt: int
    minutes: float | None
    of_cards: bool


class GitPane(NamedTuple):
    """What landed. Shares are 0 to 1, None where there is nothing to measure."""

    main: Oid
    ledger: Oid | None
    stamps: tuple[StampRow, ...]  # the newest first
    lead_p50: float | None  # minutes
    lead_p95: float | None
    rewinds: int  # today
    pass_rate: float | None  # of the newest attempts that the gate judged
    flaky: float | None  # tests that changed their mind, an attempt on average
    rooms: int  # attempts in a room now
    places: int  # that there are
    red: tuple[tuple[str, str], ...]  # what stays red on main


def git_pane(look: Sighting) -> GitPane:
    """Stamps, times, and what the gate said."""
    judged = [took for took in look.paid.values() if took.judged]
    leads = [end.minutes for end in look.ended if end.minutes is not None]
    found = {event.oid: event for event in (*look.recent, *(end.event for end in look.ended if end.passed))}
    stamped = sorted((e for e in found.values() if e.name == "stamped"), key=lambda event: -event.time)
    minutes = {end.event.oid: end.minutes for end in look.ended}
    return GitPane(
        main=look.seen.main,
        ledger=look.seen.ledger,
        stamps=tuple(_stamp(event, minutes.get(event.oid)) for event in stamped[:MOST]),
        lead_p50=percentile(leads, 50),
        lead_p95=percentile(leads, 95),
        rewinds=look.today.rewinds,
        pass_rate=sum(took.passed for took in judged) / len(judged) if judged else None,
        flaky=sum(took.tests.get("flaky", 0) for took in judged) / len(judged) if judged else None,
        rooms=len(look.seen.running),
        places=look.settings.factory.max_workers,
        red=tuple(look.seen.red.items())[:MOST],
    )


def _stamp(event: Event, minutes: float | None) -> StampRow:
    cards = bool(cards_named(event))
    item = event.trailers.get("Factory-Half", event.text) if cards else event.ticket
    stamp = event.trailers.get("Factory-Stamp", "")
    return StampRow(stamp, item, event.text, event.time, event.attempt, minutes, cards)


class LessonRow(NamedTuple):
    """One kind of failure. `mended`: a stamp followed it; `verified`: and it did not come back since."""

    fingerprint: str
    triage: str
    cause: str
    seen: int
    came_back: int  # after a fix of it was known
    mended: bool
    verified: bool
    misled: bool  # its advice failed more often than it helped
    first: float  # seconds since the epoch
    last: float
    tickets: tuple[str, ...]
    stamps: tuple[Oid, ...]


class ErrorsPane(NamedTuple):
    """What fails, and whether it is mended."""

    kinds: int
    verified: int
    failed_today: int
    mend_minutes: float | None  # from a ticket's first failure to its stamp: half took at most this
    rows: tuple[LessonRow, ...]  # the last seen first
    fails: tuple[Event, ...]  # the newest first


def errors_pane(look: Sighting) -> ErrorsPane:
    """The lessons, and the newest failures."""
    rows = [
        LessonRow(
            fingerprint=lesson.fingerprint,
            triage=lesson.triage.value,
            cause=lesson.cause,
            seen=lesson.seen,
            came_back=lesson.after_fix,
            mended=bool(lesson.fixes),
            verified=bool(lesson.fixes) and not lesson.after_fix,
            misled=lesson.demoted,
            first=lesson.first,
            last=lesson.last,
            tickets=lesson.tickets,
            stamps=tuple(fix.stamp for fix in lesson.fixes),
        )
        for lesson in look.lessons
    ]
    fails = [end.event for end in look.ended if not end.passed]
    return ErrorsPane(
        kinds=len(rows),
        verified=sum(row.verified for row in rows),
        failed_today=look.today.failed,
        mend_minutes=percentile(_mended(look), 50),
        rows=tuple(sorted(rows, key=lambda row: (-row.last, row.fingerprint))[:MOST]),
        fails=tuple(fails[::-1][:MOST]),
    )


def _mended(look: Sighting) -> list[float]:
    """Minutes from a ticket's first failure to its stamp."""
    failed: dict[str, int] = {}
    found = list[float]()
    for end in look.ended:
        if not end.passed:
            failed.setdefault(end.event.ticket, end.event.time)
        elif (since := failed.pop(end.event.ticket, None)) is not None and not is_of_card(end):
            found.append((end.event.time - since) / 60)
    return found


class PersonWaits(NamedTuple):
    """One item that a person must look at."""

    id: str
    title: str
    triage: str
    why: str
    attempts: int
    since: float | None  # seconds since the epoch


class PeoplePane(NamedTuple):
    """What people asked for, and what waits for one."""

    waits: tuple[PersonWaits, ...]  # the oldest first
    more: int
    asked: tuple[Event, ...]  # the newest first
    runs: tuple[RunTold, ...]  # the newest first
    stopped: str  # what keeps the line from going on


def people_pane(look: Sighting) -> PeoplePane:
    """Who is to do what."""
    blocked = [item for item in look.seen.items if item.state.value == "BLOCKED"]
    rows = [
        PersonWaits(
            id=item.id,
            title=item.title,
            triage=item.triage.value if item.triage else "",
            why=item.why,
            attempts=item.attempts,
            since=float(look.waits[item.id][0]) if item.id in look.waits else None,
        )
        for item in blocked
    ]
    rows.sort(key=lambda row: row.since or 0.0)
    told = runs(look.recent, killed=look.seen.state == "RECOVERABLE")
    return PeoplePane(
        waits=tuple(rows[:MOST]),
        more=max(0, len(rows) - MOST),
        asked=look.asked[::-1][:MOST],
        runs=told[::-1][:MOST],
        stopped=(look.seen.why or "") if look.seen.state in ("FAIL_STOP", "RECOVERABLE") else "",
    )
