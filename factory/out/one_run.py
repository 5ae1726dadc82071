"""The files of one run: what became of each ticket, the checkpoints, the money, and why what failed did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from factory.git.ledger import Ledger, ticket_path
from factory.model import Event, Previous
from factory.out.why import why
from factory.out.words import LABELS
from factory.plain import json_text
from factory.records.halves import Half
from factory.records.record import Record
from factory.reports.blocks import Block, Bullets, Grid, Paragraph, Title, said
from factory.reports.markdown import markdown
from factory.reports.report import row_of
from factory.reports.runs import RUN
from factory.reports.tried import Tried, patch, tried
from factory.reports.wording import Phrases
from factory.reports.worked import ENDS, Worked, worked

GUARD = "budget_guard.json"


class EndedWith(NamedTuple):
    """An attempt that ended in the run, and the event that says so."""

    event: Event
    tried: Tried


class RunFiles(NamedTuple):
    """What a run's files are made of. `told`: how it stands, in a line of the page's language."""

    id: str
    events: Sequence[Event]  # its own, oldest first
    zone: ZoneInfo
    words: Phrases
    told: str


def of_run(events: Iterable[Event], run: str) -> tuple[Event, ...]:
    return tuple(event for event in events if event.trailers.get(RUN) == run)


def files(ledger: Ledger, run: RunFiles) -> dict[str, bytes]:
    """Path below the run's folder -> content."""
    ended = list(_ended(ledger, run.events))
    last = {one.tried.item: one for one in ended}
    found: dict[str, Any] = {}
    for name, one in last.items():
        at = f"done/{name}.ok.json" if one.tried.passed else f"fail/{name}.fail.json"
        found[at] = _attempt(one, run)
    found |= {f"checkpoints/{half.name}.json": half.model_dump(mode="json") for half in _halves(ledger, set(last))}
    found |= {GUARD: ledger.read(GUARD) or {}}
    pages = {f"why/{one.tried.name}.md": _why(ledger, ended, one, run) for one in ended if not one.tried.passed}
    pages["summary.md"] = markdown(_summary(run, worked(ledger.repo, run.events, {}), list(pages)))
    return {path: f"{json_text(value)}\n".encode() for path, value in found.items()} | {
        path: text.encode("utf-8", "replace") for path, text in pages.items()
    }


def _ended(ledger: Ledger, events: Iterable[Event]) -> Iterator[EndedWith]:
    for event in events:
        if event.name in ENDS and (one := tried(ledger.repo, event)):
            yield EndedWith(event, one)


def _halves(ledger: Ledger, items: set[str]) -> Iterator[Half]:
    """The halves, of the last days, that hold a ticket of the run."""
    every = ledger.read_all("boxes", Half.model_validate).values()
    yield from (half for half in every if items & set(half.dealt))


def _attempt(one: EndedWith, run: RunFiles) -> dict[str, Any]:
    """`done/….ok.json`, `fail/….fail.json`."""
    tried, event = one.tried, one.event
    common = {
        "ticket": tried.item,
        "title": tried.title,
        "attempt": tried.attempt,
        "status": tried.status,
        "ended": dt.datetime.fromtimestamp(event.time, run.zone).isoformat(),
        "seconds": tried.seconds,
        "worker": tried.worker,
        "model": tried.model,
        "calls": tried.calls,
        "tokens_in": tried.tokens_in,
        "tokens_out": tried.tokens_out,
        "cost_usd": float(tried.usd),
        "files": tried.size.files,
        "added": tried.size.added,
        "removed": tried.size.removed,
        "summary": tried.summary,
        "criteria": [asked._asdict() for asked in tried.criteria],
        "work": tried.work,
        "evidence": tried.evidence,
    }
    if tried.passed:
        return {**common, "stamp": event.trailers.get("Factory-Stamp", "")}
    why = {"triage": tried.triage, "failed": tried.failed, "assertion": tried.assertion, "log_tail": tried.tail}
    return {**common, **why, "why": f"why/{tried.name}.md"}


def _why(ledger: Ledger, ended: Sequence[EndedWith], one: EndedWith, run: RunFiles) -> str:
    after = [e.tried.told for e in ended if e.tried.item == one.tried.item and e.tried.attempt > one.tried.attempt]
    return page(ledger, one.tried, run.words, after[0] if after else None)


def page(ledger: Ledger, one: Tried, words: Phrases, next_told: tuple[str, ...] | None = None) -> str:
    """Why an attempt failed. `next_told`: what the one after it was told; None where that has not ended."""
    told = _next(ledger, one) if next_told is None else next_told
    return markdown(why(one, patch(ledger.repo, one.work), told, words))


def _next(ledger: Ledger, one: Tried) -> tuple[str, ...]:
    """What the attempt that has not ended yet is told."""
    record: Record | None = ledger.read(ticket_path(one.item), Record.model_validate)
    previous: Previous | None = record.previous if record else None
    return previous.failed if previous and previous.attempt == one.attempt else ()


def _summary(run: RunFiles, tickets: Sequence[Worked], pages: Sequence[str]) -> Iterator[Block]:
    labels = LABELS[run.words.language]
    yield Title(labels.run.format(run.id), 1)
    yield Paragraph(run.told)
    if tickets:
        yield Title(labels.tickets)
        yield Grid(run.words.table, tuple(row_of(one, run.words) for one in tickets))
    if pages:
        yield Bullets(tuple(labels.open_why.format(f"[{said(page)}]({page})") for page in pages))
