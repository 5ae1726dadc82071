"""An attempt in git: three commits on top of its base (plan, work, evidence), kept under a ref of its own.

The ref is no branch: below `refs/heads/` every name is a person's to take (docs/decisions/attempts-refs.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from factory.git import objects
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.model import Oid, Plan, Result
from factory.records.plans import RESERVED
from factory.tree import FILE, Entry

REFS = "refs/factory/attempts"
PLAN, RESULT, EVIDENCE = f"{RESERVED}/plan.json", f"{RESERVED}/result.json", f"{RESERVED}/evidence"


class Work(NamedTuple):
    """The first two commits, and the tree of the second without `.factory/`."""

    base: Oid
    plan: Oid
    work: Oid
    tree: Oid


def ref(ticket: str, attempt: int) -> str:
    return f"{REFS}/{ticket}/{attempt}"


def left_behind(repo: Repo, ticket: str, attempt: int) -> Oid | None:
    """Where an attempt stands that was broken off. Versions before this one kept it on a branch `factory/…`, whose name
    may be a person's today: it counts where its last commit says that it is this attempt, and it is only read."""
    if tip := repo.tip(ref(ticket, attempt)):
        return tip
    tip = repo.tip(f"refs/heads/factory/{ticket}/{attempt}")
    commit = repo.store.commit(tip) if tip else None
    if commit is None or commit.committer != objects.IDENTITY:
        return None
    said = objects.trailers(commit.message)
    return tip if (said.get("Factory-Ticket"), said.get("Factory-Attempt")) == (ticket, str(attempt)) else None


def to_json(value: Plan | Result) -> bytes:
    """The bytes of plan.json or result.json; `Factory-Result` is their sha256. See `from_json` on odd names."""
    return (json.dumps(value.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n").encode(
        "utf-8", "backslashreplace"
    )


def as_text(path: str) -> str:
    """A path as JSON can hold it: bytes that are no UTF-8 are written out, as in `a\\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def from_json(content: bytes) -> Any:
    """What such a file holds. A byte of a path that is no UTF-8 is `\\udcXX` there, which strict readers refuse.

    ValueError also where a key stands twice: readers would differ on which of the two counts."""
    return json.loads(content, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _subject(step: str, plan: Plan, text: str) -> str:
    return f"{step}({plan.ticket_id}#{plan.attempt}): {text}"


def _trailers(step: str, plan: Plan) -> list[tuple[str, str]]:
    return [
        ("Factory-Event", step),
        ("Factory-Ticket", plan.ticket_id),
        ("Factory-Attempt", str(plan.attempt)),
    ]


def keep_plan(repo: Repo, plan: Plan, now: float) -> Oid:
    """The plan commit; the attempt's ref appears."""
    store = repo.store
    tree = store.edit(store.tree_of(plan.base), {PLAN: Entry(FILE, store.write_blob(to_json(plan)))})
    text = objects.message(_subject("plan", plan, plan.title), trailers=_trailers("plan", plan))
    commit = store.write_commit(Commit(tree, (plan.base,), text, int(now)))
    _point(repo, plan, commit)
    return commit


def _point(repo: Repo, plan: Plan, commit: Oid) -> None:
    """Put the attempt's ref there, wherever it is: a person may have tidied it away under the attempt."""
    name = ref(plan.ticket_id, plan.attempt)
    repo.move(name, commit, repo.tip(name))


def keep_work(
    repo: Repo, plan: Plan, plan_commit: Oid, files: Mapping[str, Entry | None], summary: str, now: float
) -> Work:
    """The work commit: the base with the change. The summary is a worker's words, held to one line."""
    store = repo.store
    tree = store.edit(store.tree_of(plan_commit), files)
    text = objects.message(_subject("work", plan, summary or "no summary"), trailers=_trailers("work", plan))
    commit = store.write_commit(Commit(tree, (plan_commit,), text, int(now)))
    _point(repo, plan, commit)
    return Work(plan.base, plan_commit, commit, store.edit(tree, {RESERVED: None}))


def keep_evidence(repo: Repo, plan: Plan, work: Oid, result: Result, evidence: Mapping[str, bytes], now: float) -> Oid:
    """The evidence commit: the work with result.json and the pack beside it."""
    store = repo.store
    files = {RESULT: to_json(result), **{f"{EVIDENCE}/{name}": content for name, content in evidence.items()}}
    tree = store.edit(
        store.tree_of(work), {path: Entry(FILE, store.write_blob(content)) for path, content in files.items()}
    )
    trailers = [*_trailers("evidence", plan), ("Factory-Status", result.status.value)]
    text = objects.message(_subject("evidence", plan, result.status.value), trailers=trailers)
    commit = store.write_commit(Commit(tree, (work,), text, int(now)))
    _point(repo, plan, commit)
    return commit


def drop(repo: Repo, ticket: str, attempt: int) -> None:
    """Take the ref away once its commits are reachable from main or from the ledger."""
    name = ref(ticket, attempt)
    if tip := repo.tip(name):
        repo.move(name, None, tip)
