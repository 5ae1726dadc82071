"""An attempt that passed and could not land, read back from git: whoever made it is not asked again."""

from __future__ import annotations

import json
from collections.abc import Iterable

from factory.git.repo import Repo
from factory.line.auditor import Opinion
from factory.line.booking import AUDIT
from factory.line.turn import Attempt, Heard
from factory.model import Criterion, Ended, Oid, Plan, Report, Result, Ticket
from factory.records import attempts
from factory.records.attempts import Work
from factory.records.evidence import FILES
from factory.records.plans import RESERVED
from factory.records.state import Record, criteria_of
from factory.rooms.change import Change
from factory.tree import Entry
from factory.workers import Work as Worked

OURS = {"altered.json", "second.json", "summary.md", AUDIT}  # made anew by the gate, or by the report


def read(repo: Repo, ticket: Ticket, record: Record, criteria: Iterable[Criterion], now: float) -> tuple[Attempt, Work]:
    """The attempt as its worker left it, and its commits."""
    store, proof = repo.store, record.passed or ""
    work = commits(repo, proof)
    plan = Plan.model_validate(attempts.from_json(store.file(proof, attempts.PLAN) or b""))
    result = Result.model_validate(attempts.from_json(store.file(proof, attempts.RESULT) or b""))
    files = {c.path: Entry(c.new_mode, c.new) if c.new else None for c in repo.diff(work.base, work.tree)}
    made = Attempt(
        ticket, criteria_of(ticket.id, criteria), record, plan, work.plan, now - result.duration_seconds,
        worked(repo, proof), Change(files, ()), heard=_heard(repo, proof),
    )  # fmt: skip
    return made, work


def commits(repo: Repo, proof: Oid) -> Work:
    """The commits below an evidence commit."""
    work = repo.store.commit(proof).parents[0]
    plan = repo.store.commit(work).parents[0]
    bare = repo.store.edit(repo.store.tree_of(work), {RESERVED: None})
    return Work(repo.store.commit(plan).parents[0], plan, work, bare)


def worked(repo: Repo, proof: Oid, folder: str = attempts.EVIDENCE) -> Worked:
    """What the worker said and did, from its evidence pack."""
    entry = repo.store.entry(repo.store.tree_of(proof), folder)
    names = repo.store.flat(entry.oid) if entry else {}
    pack = {name: repo.store.read(found.oid, "blob") for name, found in names.items()}
    report = json.loads(pack["verify_report.json"])["worker_says"]
    return Worked(
        Ended.DONE, Report.model_validate(report), pack["stdout.txt"], pack["stderr.txt"], int(pack["exitcode.txt"]),
        history=tuple(pack["cmd_history.txt"].decode("utf-8", "replace").splitlines()),
        extra={name: content for name, content in pack.items() if name not in {*FILES, *OURS}},
    )  # fmt: skip


def _heard(repo: Repo, proof: Oid) -> Heard | None:
    said = repo.store.file(proof, f"{attempts.EVIDENCE}/{AUDIT}")
    info = json.loads(repo.store.file(proof, f"{attempts.EVIDENCE}/git_info.json") or b"{}")
    return Heard(Opinion.model_validate_json(said), info["main"], info["gate_tree"]) if said else None
