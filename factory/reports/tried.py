"""One attempt as its own commits tell it: what was asked, what was changed, what failed, and what it cost."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from factory.cards.card import is_card
from factory.errors import NotHere
from factory.gate.failures import first_failure
from factory.gate.tally import last_heard
from factory.gate.triage import tail
from factory.git.repo import Repo
from factory.model import Event, Oid, Triage
from factory.plain import whole_line
from factory.records import attempts
from factory.records.plans import RESERVED
from factory.reports.size import Size, size_of

OUT, ERR = "stdout.txt", "stderr.txt"  # the worker's, in the evidence
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


def evidence_of(repo: Repo, event: Event) -> Oid | None:
    """The evidence commit of the attempt that an event ended: the second parent of a `fail` event, or of the stamp that
    it tells of. None where it ended none, or this clone does not hold it."""
    stamp = event.trailers.get("Factory-Stamp", "")
    told = stamp if event.name == "stamped" else event.oid if event.name == "fail" else ""
    if not told or not event.ticket or repo.store.get(told) is None:
        return None
    parents = repo.store.commit(told).parents
    return parents[1] if len(parents) == 2 and repo.store.get(parents[1]) else None


def tried(repo: Repo, event: Event) -> Tried | None:
    """The attempt that an event ended; None where it ended none, or a shallow clone lacks it."""
    evidence = evidence_of(repo, event)
    return _tried(_Reader(repo), event.ticket, evidence) if evidence else None


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


class Papers(NamedTuple):
    """What an attempt left, as its evidence commit holds it."""

    plan: Mapping[str, Any]
    result: Mapping[str, Any]
    report: Mapping[str, Any]
    heard: str  # what the gate's last command printed
    printed: str = ""  # by the worker, where no gate was asked
    log: str = "gate.log"  # which of the evidence's files holds it


@functools.lru_cache(2000)  # a night's attempts: its papers are written after each half
def _tried(reader: _Reader, item: str, evidence: Oid) -> Tried | None:
    repo = reader.repo
    under = attempts.folder(item) if is_card(item) else RESERVED
    try:
        log, out, err = (_text(repo, evidence, f"{under}/evidence/{name}") for name in ("gate.log", OUT, ERR))
        papers = Papers(
            plan=_json(repo, evidence, f"{under}/plan.json"),
            result=_json(repo, evidence, f"{under}/result.json"),
            report=_json(repo, evidence, f"{under}/evidence/verify_report.json"),
            heard=last_heard(log),
        )
        if not ASKED.search(log) and (out + err).strip():
            papers = papers._replace(printed=f"{out.rstrip()}\n{err}".strip("\n"), log=ERR if err.strip() else OUT)
        size = size_of(repo, str(papers.result.get("work", "")))
    except (KeyError, NotHere):
        return None
    return _made(item, evidence, papers, size) if papers.result else None


def _made(item: str, evidence: Oid, papers: Papers, size: Size) -> Tried:
    plan, result, report, heard, printed, log = papers
    lights = {one["id"]: one for one in result.get("criteria", ())}
    criteria = [
        CheckAsked(one["id"], one["text"], one.get("check", ""), *_lights(lights.get(one["id"], {})))
        for one in plan.get("criteria", ())
    ]
    return Tried(
        item=item,
        attempt=result.get("attempt", 0),
        status=result.get("status", ""),
        triage=result.get("triage", ""),
        title=plan.get("title", ""),
        asked=plan.get("description", ""),
        criteria=tuple(criteria),
        told=tuple((plan.get("previous") or {}).get("failed", ())),
        worker=plan.get("worker", "unknown"),
        model=result.get("model_used", ""),
        seconds=result.get("duration_seconds", 0.0),
        calls=result.get("calls", 0),
        tokens_in=result.get("tokens_in", 0),
        tokens_out=result.get("tokens_out", 0),
        usd=Decimal(str(result.get("cost_estimate_usd", 0))),
        summary=str(report.get("worker_says", {}).get("summary", "")),
        size=size,
        failed=tuple(map(whole_line, report.get("failed", ()))),
        assertion=_itself(result.get("triage"), heard, printed),
        tail=tail(printed or heard, TAIL),
        log=log,
        work=result.get("work", ""),
        evidence=evidence,
    )


def _itself(triage: str | None, heard: str, printed: str) -> tuple[str, ...]:
    if triage in OF_A_RUN:
        return tuple(first_failure(_printed(heard))[:ASSERTION])
    return tuple(tail(printed, ASSERTION).splitlines()) if triage == Triage.WORKER else ()


def _printed(heard: str) -> str:
    """What a command of the gate printed, without the gate's own words around it."""
    return "\n".join(line for line in heard.split("\n") if not line.startswith(("== ", "-- exit code ")))


def _lights(said: Mapping[str, Any]) -> tuple[str, str]:
    return said.get("before") or "", said.get("after") or ""


def _text(repo: Repo, commit: Oid, path: str) -> str:
    return (repo.store.file(commit, path) or b"").decode("utf-8", "replace")


def _json(repo: Repo, commit: Oid, path: str) -> dict[str, Any]:
    try:
        found = json.loads(repo.store.file(commit, path) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


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
