"""What a live page of `factory status --watch` shows, as values. Reads git and folders; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from factory.git.ledger import Ledger
from factory.git.places import cache_dir
from factory.git.repo import Repo
from factory.model import State
from factory.records import boxes
from factory.records.boxes import Half
from factory.records.state import Record
from factory.records.view import factory_file
from factory.reports.status import as_text, status
from factory.rooms.rooms import disk_use


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
    last = boxes.latest(ledger.read_all("boxes", Half.model_validate).values())
    if last is None:
        return "none yet"
    state = "closed" if last.closed else "open"
    return f"{last.date} {last.name}, {state}: {', '.join(last.dealt) or 'nothing dealt'}"


def page_text(page: Page) -> str:
    """The page as plain text."""
    lines = [as_text(page.status), f"box: {page.box}", f"rooms: {page.rooms}"]
    lines += [f"running: {r.ticket}#{r.attempt}, {r.minutes:.1f} min, sign of life {r.beat:.0f} s ago"
              for r in page.running]  # fmt: skip
    if page.next and page.status["state"] != "RUNNING":
        lines.append(f"next: {page.next}")
    return "\n".join(lines)
