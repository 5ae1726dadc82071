"""The line now, and what waits for it. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple

from factory.desk.kpi import STALE_SECONDS
from factory.desk.panes.watch import Sighting
from factory.desk.shown import ShownItem, Trade, TruckRow
from factory.desk.snapshot import Snapshot
from factory.model import Event, State
from factory.records.halves import FRONT, Half

QUEUE, NEWS, BOXES = 50, 30, 4
STARVES = 5  # attempts that were begun since an item that could start was last looked at: more, and it starves

How = Literal["done", "failed", "returned", "works", "waits", "free"]
NOW: Mapping[State | None, How] = {State.DONE: "done", State.BLOCKED: "failed", State.INFLIGHT: "works"}


class AtWork(NamedTuple):
    """One attempt that runs. Times are in seconds; None: it is not known."""

    id: str
    attempt: int
    title: str
    trade: Trade
    lasted: float | None
    silent: float | None  # since its last sign of life
    stale: bool
    usd: float  # set aside for it


class BoxPlace(NamedTuple):
    """One of the three places of a half, and what stands in it."""

    id: str
    how: How


class BoxRow(NamedTuple):
    """One box of six: three, and three."""

    name: str
    front: tuple[BoxPlace, ...]
    back: tuple[BoxPlace, ...]
    stopped: str  # why a run ended in it


class LinePane(NamedTuple):
    """The line now."""

    state: str
    why: str
    next: str
    sandbox: str
    rooms: str
    works: tuple[AtWork, ...]
    boxes: tuple[BoxRow, ...]  # the newest first
    trucks: tuple[TruckRow, ...]
    news: tuple[Event, ...]  # the newest first


def line_pane(look: Sighting) -> LinePane:
    """What runs, box by box."""
    seen = look.seen
    return LinePane(
        state=seen.state,
        why=seen.why or "",
        next=seen.next if seen.state != "RUNNING" else "",
        sandbox=seen.rooms.sandbox,
        rooms=seen.rooms.kind,
        works=tuple(_at_work(item, seen) for item in seen.running),
        boxes=tuple(_boxes(look)),
        trucks=seen.trucks[-BOXES:],
        news=look.recent[::-1][:NEWS],
    )


def _at_work(item: ShownItem, seen: Snapshot) -> AtWork:
    silent = None if item.beat is None else max(0.0, seen.at - item.beat)
    lasted = None if item.since is None else max(0.0, seen.at - item.since)
    stale = seen.state != "RUNNING" or silent is None or silent > STALE_SECONDS  # of a killed run nobody works
    return AtWork(item.id, item.attempt, item.title, item.trade, lasted, silent, stale, item.usd)


def _boxes(look: Sighting) -> list[BoxRow]:
    now = {item.id: item.state for item in look.seen.items}
    found: dict[str, BoxRow] = {}
    for half in look.seen.halves:
        row = found.get(half.place, BoxRow(half.place, _places(None, now), _places(None, now), ""))
        row, places = row._replace(stopped=half.stopped or row.stopped), _places(half, now)
        found[half.place] = row._replace(front=places) if half.half == FRONT else row._replace(back=places)
    return list(found.values())[::-1][:BOXES]


def _places(half: Half | None, now: Mapping[str, State]) -> tuple[BoxPlace, ...]:
    dealt = half.dealt if half else ()
    taken = tuple(BoxPlace(id, _how(half, id, now.get(id))) for id in dealt if half)
    return (*taken, *[BoxPlace("", "free")] * (3 - len(taken)))


def _how(half: Half, id: str, now: State | None) -> How:
    """Its checkpoint says how each ended; before that, where each stands now."""
    told: tuple[tuple[Collection[str], How], ...] = (
        (half.done, "done"),
        (half.failed, "failed"),
        (half.returned, "returned"),
    )
    if ended := next((how for items, how in told if id in items), None):
        return ended
    return "waits" if half.closed else NOW.get(now, "waits")


# --- what waits


class Queued(NamedTuple):
    """One item that waits. `since`: the last event about it, or its release where that came later, in seconds since the
    epoch; None: neither is known."""

    id: str
    title: str
    priority: str
    attempts: int
    since: float | None
    begun: bool
    passed_by: int  # attempts of others that were begun since then
    starves: bool
    deps: tuple[str, ...]  # that are not DONE
    why: str


class QueuePane(NamedTuple):
    """What waits, oldest first."""

    ready: int  # could begin now
    held: int  # wait for others, or for something to be mended
    blocked: int
    planned: int
    rows: tuple[Queued, ...]
    more: int  # that are not among the rows
    by_priority: tuple[tuple[str, int], ...]


def queue_pane(look: Sighting) -> QueuePane:
    """What waits, and for how long."""
    seen = look.seen
    done = {item.id for item in seen.of("ticket") if item.state is State.DONE}
    known = {item.id for item in seen.of("ticket")}
    waiting = [item for item in seen.items if item.state is State.PENDING]
    open_ = {item.id: tuple(dep for dep in item.deps if dep in known and dep not in done) for item in waiting}
    ready = sum(not open_[item.id] for item in waiting)
    rows = sorted((_queued(look, item, open_[item.id]) for item in waiting), key=_oldest)
    priorities = [item.priority for item in waiting if item.priority]
    return QueuePane(
        ready=ready,
        held=len(waiting) - ready,
        blocked=sum(counts[State.BLOCKED] for counts in seen.counts.values()),
        planned=len(seen.planned),
        rows=tuple(rows[:QUEUE]),
        more=max(0, len(rows) - QUEUE),
        by_priority=tuple((name, priorities.count(name)) for name in sorted(set(priorities))),
    )


def _queued(look: Sighting, item: ShownItem, deps: tuple[str, ...]) -> Queued:
    word, passed_by = look.waits.get(item.id, (0, 0))
    released = look.released.get(item.id, 0)
    if released > word:  # nobody but its row has said anything of it since
        passed_by = len(look.starts) - bisect.bisect_right(look.starts, released)
    return Queued(
        id=item.id,
        title=item.title,
        priority=item.priority,
        attempts=item.attempts,
        since=float(max(word, released)) or None,
        begun=bool(word),
        passed_by=passed_by,
        starves=not deps and passed_by > STARVES,
        deps=deps,
        why=item.why,
    )


def _oldest(row: Queued) -> tuple[bool, float, str]:
    """Who could begin, then who waits longest, so that who starves is on top; of whom nothing is known follows by
    priority."""
    return bool(row.deps), row.since or float("inf"), row.priority
