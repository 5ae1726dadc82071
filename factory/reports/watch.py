"""What a live page of `factory status --watch` shows, as values. Reads git and folders; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from factory.git.ledger import Ledger
from factory.git.places import cache_dir
from factory.git.repo import Repo
from factory.model import State
from factory.plain import cut, many, printable
from factory.records import halves
from factory.records.halves import Half
from factory.records.record import Record
from factory.records.view import factory_file
from factory.reports.status import TITLE, as_text, head, other_lines, spent, status, ticket_lines
from factory.rooms.rooms import disk_use

WEIGHT = {State.INFLIGHT.value: 4, State.BLOCKED.value: 3, State.PENDING.value: 1, State.DONE.value: 0}


class Running(NamedTuple):
    """One attempt that runs: `minutes` since its start, `beat` seconds since its last sign of life."""

    ticket: str
    attempt: int
    minutes: float
    beat: float


class Page(NamedTuple):
    """One look."""

    status: dict[str, Any]
    running: tuple[Running, ...]
    box: str
    rooms: str  # kind and disk use
    next: str


def look(repo: Repo, now: float, environ: Mapping[str, str]) -> Page:
    """Everything on the page, read at one ledger."""
    document, ledger = status(repo, now), Ledger(repo, lambda: now)
    factory = factory_file(ledger)
    records = list(ledger.read_all("tickets", Record.model_validate).values())
    kinds = " and ".join(part for part in (factory.sandbox, factory.rooms and f"{factory.rooms} rooms") if part)
    used = disk_use(cache_dir(repo, environ) / "rooms") / (1 << 20)
    return Page(
        status=document,
        running=tuple(
            Running(r.ticket, r.attempt, (now - r.lease.since) / 60, now - r.lease.beat)
            for r in sorted(records, key=lambda r: r.ticket)
            if r.state is State.INFLIGHT and r.lease
        ),
        box=_box(ledger),
        rooms=f"{used:.0f} MB on disk" + (f" ({kinds})" if kinds else ""),
        next=factory.next_command,
    )


def _box(ledger: Ledger) -> str:
    last = halves.latest(ledger.read_all("boxes", Half.model_validate).values())
    if last is None:
        return "none yet"
    state = "closed" if last.closed else "open"
    return f"{last.date} {last.name}, {state}: {', '.join(last.dealt) or 'nothing dealt'}"


def page_text(page: Page) -> str:
    """The page as plain text."""
    lines = [as_text(page.status), f"box: {page.box}", f"rooms: {page.rooms}"]
    lines += [f"running: {r.ticket}#{r.attempt}, {r.minutes:.1f} min, sign of life {r.beat:.0f} s ago"
              for r in page.running]  # fmt: skip
    return "\n".join([*lines, *_next(page)])


def fitted(page: Page, columns: int, rows: int) -> list[str]:
    """The lines of the page that a window has room for. What matters least goes first: rooms, box, what is done."""
    document = page.status
    first, second, *rest = head(document)
    below = [spent(document), *_next(page)]
    known = {r.ticket: f"attempt {r.attempt}, {r.minutes:.1f} min" for r in page.running}
    room = rows - 2 - len(rest) - len(below)
    tickets = _chosen(document, ticket_lines(document, known, max(8, min(TITLE, columns - 45))), max(0, room))
    more = [*other_lines(document), f"box: {page.box}", f"rooms: {page.rooms}"][: max(0, room - len(tickets))]
    lines = [first, second, *rest, *tickets, *more, *below]
    if len(lines) > rows:
        lines = [first, *below[::-1], second][:rows]
    return [cut(printable(line).replace("\n", " "), columns) for line in lines]


def _chosen(document: dict[str, Any], lines: dict[str, str], room: int) -> list[str]:
    """All tickets, or those that a person cares for most, in their order, and how many more there are."""
    if len(lines) <= room:
        return list(lines.values())
    states = {id: WEIGHT.get(t["state"], 2) for id, t in document["tickets"].items()}
    chosen = set(sorted(lines, key=lambda id: -states[id])[: max(0, room - 1)])
    told = [line for id, line in lines.items() if id in chosen]
    return [*told, f"and {many(len(lines) - len(told), 'more ticket')}; `factory status` shows them"][:room]


def _next(page: Page) -> list[str]:
    return [f"next: {page.next}"] if page.next and page.status["state"] != "RUNNING" else []
