"""One attempt as its own commits tell it: what was asked, what was changed, what failed, and what it cost."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from factory.errors import NotHere
from factory.gate.failures import first_failure, last_heard, tail
from factory.git.repo import Repo
from factory.model import Event, Oid, Triage
from factory.plain import whole_line
from factory.records import papers
from factory.records.papers import LOG, PLAN, REPORT, RESULT, Paid, Papers, listed, text, within
from factory.records.plans import RESERVED
from factory.reports.size import Size, size_of

OUT, ERR = "evidence/stdout.txt", "evidence/stderr.txt"  # the worker's
ASKED = re.compile(r"^== ", re.MULTILINE)  # how the gate's log begins to tell of a guard or a command
PATCH = 20_000  # bytes of a diff that are shown
TAIL = 40  # lines of a log that are shown
ASSERTION = 12  # lines of a failure that are shown
# Of these something that ran printed why; what a guard or a worker ended with says all itself.
OF_A_RUN = (*(Triage.TEST, Triage.IMPORT, Triage.PATH, Triage.SCHEMA), *(Triage.API, Triage.ENVIRONMENT))


class CheckAsked(NamedTuple):
    """A criterion, and what its check said before the work and after it; empty where it was not asked."""

    id: str
    text: str
    check: str
    before: str = ""
    after: str = ""


class Tried(NamedTuple):
    """What became of one attempt. Text is as the evidence has it: redacted, and bounded."""

    item: str
    attempt: int
    status: str
    triage: str
    title: str
    asked: str  # the ticket's own prose
    criteria: tuple[CheckAsked, ...]
    told: tuple[str, ...]  # what this attempt was told of the one before it
    worker: str
    model: str
    seconds: float
    calls: int
    tokens_in: int
    tokens_out: int
    usd: Decimal
    summary: str  # the worker's own
    size: Size
    failed: tuple[str, ...]
    assertion: tuple[str, ...]  # the failure itself, as the program that found it printed it
    tail: str  # of what the last command of the gate printed, or the worker where it did not come to the gate
    log: str  # the file of the evidence that holds all of that
    work: Oid
    evidence: Oid

    @property
    def name(self) -> str:
        return f"{self.item}-{self.attempt}"

    @property
    def passed(self) -> bool:
        return self.status == "PASS"


def tried(repo: Repo, event: Event, item: str = "") -> Tried | None:
    """The attempt that an event ended; of a half's event that of a card (`item`). None where it ended none, or this
    clone lacks it."""
    item, at = item or event.ticket, papers.evidence_of(event)
    evidence = repo.store.get(f"{at}^{{commit}}") if at and item else None
    return _tried(_Reader(repo), item, evidence[0]) if evidence else None


class _Reader:
    """A repository as a key of what is remembered: commits never change."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo

    def __hash__(self) -> int:
        return hash(self.repo.common_dir)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reader) and self.at == other.at

    @property
    def at(self) -> Path:
        return self.repo.common_dir


@functools.lru_cache(2000)  # a night's attempts: its papers are written after each half
def _tried(reader: _Reader, item: str, evidence: Oid) -> Tried | None:
    repo = reader.repo
    (left,) = papers.read(repo.store, [(item, evidence)], (PLAN, RESULT, REPORT, LOG, OUT, ERR))
    paid = papers.paid(left)
    try:
        return _made(left, paid, evidence, size_of(repo, text(left.told(RESULT), "work"))) if paid else None
    except (KeyError, NotHere):
        return None


def _made(left: Papers, paid: Paid, evidence: Oid, size: Size) -> Tried:
    plan, result, report, heard = left.told(PLAN), left.told(RESULT), left.told(REPORT), last_heard(left.text(LOG))
    status, triage, work = (text(result, key) for key in ("status", "triage", "work"))
    printed, log = _printed_by_worker(left)
    return Tried(
        item=left.item,
        attempt=paid.attempt,
        status=status,
        triage=triage,
        title=text(plan, "title"),
        asked=text(plan, "description"),
        criteria=tuple(_criteria(plan, result)),
        told=tuple(map(str, listed(within(plan, "previous"), "failed"))),
        worker=text(plan, "worker") or "unknown",
        model=paid.model,
        seconds=paid.seconds,
        calls=paid.calls,
        tokens_in=paid.tokens_in,
        tokens_out=paid.tokens_out,
        usd=Decimal(str(paid.usd)),
        summary=text(within(report, "worker_says"), "summary"),
        size=size,
        failed=tuple(whole_line(str(line)) for line in listed(report, "failed")),
        assertion=_itself(triage, heard, printed),
        tail=tail(printed or heard, TAIL),
        log=log,
        work=work,
        evidence=evidence,
    )


def _printed_by_worker(left: Papers) -> tuple[str, str]:
    """What the worker printed, where the gate was not asked; and which file of the evidence holds all that was said."""
    out, err = left.text(OUT), left.text(ERR)
    if ASKED.search(left.text(LOG)) or not (out + err).strip():
        return "", LOG.rpartition("/")[2]
    return f"{out.rstrip()}\n{err}".strip("\n"), (ERR if err.strip() else OUT).rpartition("/")[2]


def _itself(triage: str, heard: str, printed: str) -> tuple[str, ...]:
    if triage in OF_A_RUN:
        return tuple(first_failure(_printed(heard))[:ASSERTION])
    return tuple(tail(printed, ASSERTION).splitlines()) if triage == Triage.WORKER else ()


def _printed(heard: str) -> str:
    """What a command of the gate printed, without the gate's own words around it."""
    return "\n".join(line for line in heard.split("\n") if not line.startswith(("== ", "-- exit code ")))


def _criteria(plan: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[CheckAsked]:
    seen = {text(one, "id"): one for one in listed(result, "criteria") if isinstance(one, dict)}
    for one in listed(plan, "criteria"):
        if isinstance(one, dict):
            id, said, check = (text(one, key) for key in ("id", "text", "check"))
            yield CheckAsked(id, said, check, text(seen.get(id, {}), "before"), text(seen.get(id, {}), "after"))


def patch(repo: Repo, work: Oid, most: int = PATCH) -> str:
    """What a work commit changed, as git shows it, in at most so many bytes."""
    return _patch(_Reader(repo), work, most)


@functools.lru_cache(500)
def _patch(reader: _Reader, work: Oid, most: int) -> str:
    out = whole_patch(reader.repo, work)
    text = out[:most].decode("utf-8", "replace")
    return text if len(out) <= most else f"{text}\n[{len(out) - most:,} more bytes: `git show {work[:12]}`]"


def whole_patch(repo: Repo, work: Oid) -> bytes:
    """All that a work commit changed, as git shows it."""
    parent = repo.store.commit(work).parents[0]
    asked = ("diff-tree", "-p", "-r", "--no-ext-diff", "--no-textconv", "--no-renames", parent, work)
    return repo.call(*asked, "--", ".", f":(exclude){RESERVED}")
