"""One attempt as its own commits tell it: what was asked, what was changed, what failed, and what it cost."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from factory.cards.card import is_card
from factory.errors import NotHere
from factory.gate.failures import first_failure, last_heard, tail
from factory.git.repo import Repo
from factory.linediff import differences, lines_of
from factory.model import Event, Oid, Triage
from factory.plain import whole_line
from factory.records import attempts
from factory.records.bounded import is_binary
from factory.records.plans import RESERVED

SUBMODULE = "160000"
LARGEST = 2 << 20  # bytes of a file whose lines are counted
PATCH = 20_000  # bytes of a diff that are shown
TAIL = 40  # lines of a log that are shown
ASSERTION = 12  # lines of a failure that are shown
# Of these something that ran printed why; what a guard or a worker ended with says all itself.
OF_A_RUN = (*(Triage.TEST, Triage.IMPORT, Triage.PATH, Triage.SCHEMA), *(Triage.API, Triage.ENVIRONMENT))


class Size(NamedTuple):
    """How much a change touched, in lines."""

    files: tuple[str, ...] = ()
    added: int = 0
    removed: int = 0

    def __str__(self) -> str:
        return f"+{self.added} -{self.removed}"


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
    tail: str  # of what the last command of the gate printed
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


@functools.lru_cache(2000)  # a night's attempts: its papers are written after each half
def _tried(reader: _Reader, item: str, evidence: Oid) -> Tried | None:
    repo = reader.repo
    under = attempts.folder(item) if is_card(item) else RESERVED
    try:
        log = repo.store.file(evidence, f"{under}/evidence/gate.log") or b""
        papers = Papers(
            plan=_json(repo, evidence, f"{under}/plan.json"),
            result=_json(repo, evidence, f"{under}/result.json"),
            report=_json(repo, evidence, f"{under}/evidence/verify_report.json"),
            heard=last_heard(log.decode("utf-8", "replace")),
        )
        size = size_of(repo, str(papers.result.get("work", "")))
    except (KeyError, NotHere):
        return None
    return _made(item, evidence, papers, size) if papers.result else None


def _made(item: str, evidence: Oid, papers: Papers, size: Size) -> Tried:
    plan, result, report, heard = papers
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
        assertion=first_failure(_printed(heard))[:ASSERTION] if result.get("triage") in OF_A_RUN else (),
        tail=tail(heard, TAIL),
        work=result.get("work", ""),
        evidence=evidence,
    )


def _printed(heard: str) -> str:
    """What a command of the gate printed, without the gate's own words around it."""
    return "\n".join(line for line in heard.split("\n") if not line.startswith(("== ", "-- exit code ")))


def _lights(said: Mapping[str, Any]) -> tuple[str, str]:
    return said.get("before") or "", said.get("after") or ""


def _json(repo: Repo, commit: Oid, path: str) -> dict[str, Any]:
    try:
        found = json.loads(repo.store.file(commit, path) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# --- what was changed ------------------------------------------------------------------------------------


def size_of(repo: Repo, work: Oid) -> Size:
    """How much a work commit changed. KeyError where this clone does not hold it."""
    if not work:
        return Size()
    files, added, removed = list[str](), 0, 0
    for changed in repo.diff(repo.store.commit(work).parents[0], work):
        if changed.path.startswith(f"{RESERVED}/"):
            continue
        files.append(attempts.as_text(changed.path))
        gone, new = _counted(repo, changed.old_mode, changed.old), _counted(repo, changed.new_mode, changed.new)
        if gone is not None and new is not None:
            left, right = differences(gone, new)
            removed, added = removed + len(left), added + len(right)
    return Size(tuple(files), added, removed)


def _counted(repo: Repo, mode: str, oid: Oid) -> list[bytes] | None:
    """The lines of a file; none of what is absent, None of what is too large, no text, or no file (a submodule)."""
    if mode == SUBMODULE:
        return None
    content = repo.store.read(oid, "blob") if oid else b""
    return None if len(content) > LARGEST or is_binary(content) else lines_of(content)


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
