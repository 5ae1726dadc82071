"""`factory log`: the audit trail, and of one item what each attempt did, as its evidence in git tells it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from factory.git.repo import Repo
from factory.line.answer import Answer
from factory.model import Event, Oid
from factory.money.spend import said
from factory.plain import many, whole_line
from factory.records.attempts import EVIDENCE, PLAN, RESULT
from factory.records.elsewhere import not_known
from factory.reports.trail import as_line, must_be_known, printed, trail

LOG_TAIL = 12  # lines of a put-off worker's output
MOST = 6  # files, and lines of a failure, that are told


def trace(path: Path, id: str | None, limit: int) -> Answer:
    """The newest events, or all of them for 0; of one item with what each attempt did, and printed last."""
    with Repo(path) as repo:
        events = trail(repo, id, limit)
        if id and not events:
            must_be_known(repo, id)
        unknown = "" if events else not_known(repo)
        more = [(tried(repo, event), printed(repo, event)) if id else ([], "") for event in events]
    to = f" to {id} yet" if id else " yet: `factory run` starts"
    lines = [] if events else [unknown or f"nothing has happened{to}"]
    data = []
    for event, (tries, last) in zip(events, more, strict=True):
        lines += [as_line(event), *(f"    {line}" for line in tries)]
        lines += [f"    | {line}" for line in last.splitlines()[-LOG_TAIL:]]
        told = {"printed": last, "tried": tries}
        data.append(event.model_dump(mode="json") | {name: value for name, value in told.items() if value})
    return Answer(text="\n".join(lines), data=data)


def tried(repo: Repo, event: Event) -> list[str]:
    """Lines about the attempt that this event ended; none where it ended none, or a shallow clone lacks it."""
    evidence = _evidence(repo, event)
    try:
        result, plan = (_read(repo, evidence, path) for path in (RESULT, PLAN)) if evidence else ({}, {})
        report = _read(repo, evidence, f"{EVIDENCE}/verify_report.json") if evidence else {}
    except KeyError:
        return []
    if not result or evidence is None:
        return []
    model = f", model {result['model_used']}" if result.get("model_used") else ""
    paid = ", ".join(said(n, result.get(key, 0)) for n, key in (("calls", "calls"), ("usd", "cost_estimate_usd")))
    files, failed = result.get("files_changed", []), report.get("failed", [])
    lines = [
        f"worker {plan.get('worker', 'unknown')}{model}: {result.get('duration_seconds', 0):.0f} s, {paid}",
        f"changed {_some(files, 'file')}" if files else "changed nothing",
        *(f"failed: {whole_line(line)}" for line in failed[:MOST]),
    ]
    lines += [f"failed: {many(len(failed) - MOST, 'line')} more, in verify_report.json beside gate.log"] * (
        len(failed) > MOST
    )
    show = f"git show {evidence[:12]}:{EVIDENCE}"
    return [*lines, f"the patch: git show {result['work'][:12]}", f"all that the gate said: {show}/gate.log"]


def _evidence(repo: Repo, event: Event) -> Oid | None:
    """The evidence commit: the second parent of a `fail` event, or of the stamp that an event tells of."""
    stamp = event.trailers.get("Factory-Stamp", "")
    told = stamp if event.name == "stamped" else event.oid if event.name == "fail" else ""
    if not told or not event.ticket or repo.store.get(told) is None:
        return None
    parents = repo.store.commit(told).parents
    return parents[1] if len(parents) == 2 and repo.store.get(parents[1]) else None


def _read(repo: Repo, commit: Oid, path: str) -> dict[str, Any]:
    try:
        found = json.loads(repo.store.file(commit, path) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _some(paths: list[str], thing: str) -> str:
    rest = f" and {len(paths) - MOST} more" if len(paths) > MOST else ""
    return f"{many(len(paths), thing)}: {', '.join(paths[:MOST])}{rest}"
