"""An attempt that passed and could not land, read back from git: whoever made it is not asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from factory.git.repo import Repo
from factory.line.auditor import Opinion
from factory.line.evidence import AUDIT
from factory.line.item import Done, Heard, Item
from factory.model import Ended, Oid, Plan, Report, Result
from factory.records import attempts
from factory.records.attempts import Commits
from factory.records.evidence import FILES
from factory.records.plans import RESERVED
from factory.rooms.change import Change
from factory.tree import Entry
from factory.workers import Work as Worked

OURS = {"altered.json", "second.json", "summary.md", AUDIT}  # made anew by the gate, or by the report


def read(repo: Repo, item: Item, proof: Oid, now: float) -> Done:
    """A ticket's attempt as its worker left it, with its commits."""
    work = commits(repo, proof)
    done = _read(repo, item, proof, RESERVED, now)
    changed = repo.diff(work.base, work.tree)
    change = Change({c.path: Entry(c.new_mode, c.new) if c.new else None for c in changed}, ())
    return done._replace(plan_commit=work.plan, change=change, heard=_heard(repo, proof), commits=work)


def read_card(repo: Repo, item: Item, proof: Oid, at: str, now: float) -> Done:
    """A card's attempt. `at`: where it lies in the evidence."""
    return _read(repo, item, proof, at, now)._replace(change=Change(files(repo, proof), ()))


def _read(repo: Repo, item: Item, proof: Oid, at: str, now: float) -> Done:
    plan, result = (
        attempts.from_json(repo.store.file(proof, f"{at}/{name}.json") or b"") for name in ("plan", "result")
    )
    seconds = Result.model_validate(result).duration_seconds
    work = _worked(repo, proof, f"{at}/evidence")
    return Done(item, Plan.model_validate(plan), "", now - seconds, seconds, work, Change({}, ()), kept=True)


def files(repo: Repo, proof: Oid) -> Mapping[str, Entry | None]:
    """What an attempt changed: its work commit against its plan's."""
    work = repo.store.commit(proof).parents[0]
    changed = repo.diff(repo.store.commit(work).parents[0], work)
    return {c.path: Entry(c.new_mode, c.new) if c.new else None for c in changed}


def commits(repo: Repo, proof: Oid) -> Commits:
    """The commits below a ticket's evidence commit."""
    work = repo.store.commit(proof).parents[0]
    plan = repo.store.commit(work).parents[0]
    bare = repo.store.edit(repo.store.tree_of(work), {RESERVED: None})
    return Commits(repo.store.commit(plan).parents[0], plan, work, bare)


def _worked(repo: Repo, proof: Oid, folder: str) -> Worked:
    """What the worker said and did, from its evidence pack."""
    entry = repo.store.entry(repo.store.tree_of(proof), folder)
    names = repo.store.flat(entry.oid) if entry else {}
    pack = {name: repo.store.read(found.oid, "blob") for name, found in names.items()}
    report = json.loads(pack["verify_report.json"])["worker_says"]
    return Worked(
        Ended.DONE,
        Report.model_validate(report),
        pack["stdout.txt"],
        pack["stderr.txt"],
        int(pack["exitcode.txt"]),
        history=tuple(pack["cmd_history.txt"].decode("utf-8", "replace").splitlines()),
        extra={name: content for name, content in pack.items() if name not in {*FILES, *OURS}},
    )


def _heard(repo: Repo, proof: Oid) -> Heard | None:
    said = repo.store.file(proof, f"{attempts.EVIDENCE}/{AUDIT}")
    info = json.loads(repo.store.file(proof, f"{attempts.EVIDENCE}/git_info.json") or b"{}")
    return Heard(Opinion.model_validate_json(said), info["main"], info["gate_tree"]) if said else None
