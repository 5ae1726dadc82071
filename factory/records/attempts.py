"""An attempt in git: plan, work and evidence, three commits for the one or more items of a stamp.

A ticket's lie on its base, and are kept under a ref of their own until main or the ledger holds them. The ref is no
branch: below `refs/heads/` every name is a person's to take (docs/decisions/attempts-refs.md). Those of cards are made
on the main that they are stamped on, each card in a folder of its own below `.factory/cards/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from factory.cards.card import is_card
from factory.git import objects
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.model import Oid, Plan, Result
from factory.records.plans import RESERVED
from factory.tree import FILE, Entry

REFS = "refs/factory/attempts"
PLAN, RESULT, EVIDENCE = f"{RESERVED}/plan.json", f"{RESERVED}/result.json", f"{RESERVED}/evidence"
CARDS = f"{RESERVED}/cards"


class Commits(NamedTuple):
    """The first two commits, and the tree of the second without `.factory/`."""

    base: Oid
    plan: Oid
    work: Oid
    tree: Oid


class Named(NamedTuple):
    """Whose attempt it is, as its commits say it: in their subjects, and in their trailers."""

    name: str
    trailers: tuple[tuple[str, str], ...]


def of_ticket(plan: Plan) -> Named:
    number = str(plan.attempt)
    return Named(f"{plan.ticket_id}#{number}", (("Factory-Ticket", plan.ticket_id), ("Factory-Attempt", number)))


def of_cards(half: str, numbers: str) -> Named:
    return Named(half, (("Factory-Half", half), ("Factory-Cards", numbers)))


def folder(card: str) -> str:
    """Where a card's plan, result and evidence lie."""
    return f"{CARDS}/{card}"


def place(item: str) -> str:
    """Where an item's plan, result and evidence lie: a ticket's in `.factory` itself."""
    return folder(item) if is_card(item) else RESERVED


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


class Steps:
    """Writes the three commits, one on the other."""

    def __init__(self, repo: Repo, named: Named, now: float) -> None:
        self._repo, self._named, self._now = repo, named, int(now)

    def plan(self, base: Oid, plans: Mapping[str, Plan], text: str) -> Oid:
        """The base with the plans, each in its folder."""
        files = {f"{at}/plan.json": to_json(plan) for at, plan in plans.items()}
        return self._commit("plan", text, self._with(self._repo.store.tree_of(base), files), base)

    def work(self, plan: Oid, files: Mapping[str, Entry | None], text: str) -> Commits:
        """The plan commit with the change."""
        store = self._repo.store
        tree, base = store.edit(store.tree_of(plan), files), store.commit(plan).parents[0]
        return Commits(base, plan, self._commit("work", text, tree, plan), store.edit(tree, {RESERVED: None}))

    def evidence(self, work: Oid, files: Mapping[str, bytes], text: str, *more: tuple[str, str]) -> Oid:
        """The work with results and evidence packs beside it."""
        return self._commit("evidence", text, self._with(self._repo.store.tree_of(work), files), work, *more)

    def _with(self, tree: Oid, files: Mapping[str, bytes]) -> Oid:
        store = self._repo.store
        return store.edit(tree, {path: Entry(FILE, store.write_blob(content)) for path, content in files.items()})

    def _commit(self, step: str, text: str, tree: Oid, parent: Oid, *more: tuple[str, str]) -> Oid:
        trailers = [("Factory-Event", step), *self._named.trailers, *more]
        message = objects.message(f"{step}({self._named.name}): {text}", trailers=trailers)
        return self._repo.store.write_commit(Commit(tree, (parent,), message, self._now))


def point(repo: Repo, plan: Plan, commit: Oid) -> None:
    """Put a ticket's ref there, wherever it is: a person may have tidied it away under the attempt."""
    name = ref(plan.ticket_id, plan.attempt)
    repo.move(name, commit, repo.tip(name))


def keep_plan(repo: Repo, plan: Plan, now: float) -> Oid:
    """A ticket's plan commit; the attempt's ref appears."""
    commit = Steps(repo, of_ticket(plan), now).plan(plan.base, {RESERVED: plan}, plan.title)
    point(repo, plan, commit)
    return commit


def keep_work(
    repo: Repo, plan: Plan, plan_commit: Oid, files: Mapping[str, Entry | None], summary: str, now: float
) -> Commits:
    """A ticket's work commit. The summary is a worker's words, held to one line."""
    work = Steps(repo, of_ticket(plan), now).work(plan_commit, files, summary or "no summary")
    point(repo, plan, work.work)
    return work


def keep_evidence(repo: Repo, plan: Plan, work: Oid, result: Result, evidence: Mapping[str, bytes], now: float) -> Oid:
    """A ticket's evidence commit."""
    files = {RESULT: to_json(result), **{f"{EVIDENCE}/{name}": content for name, content in evidence.items()}}
    status = result.status.value
    commit = Steps(repo, of_ticket(plan), now).evidence(work, files, status, ("Factory-Status", status))
    point(repo, plan, commit)
    return commit


def drop(repo: Repo, ticket: str, attempt: int) -> None:
    """Take the ref away once its commits are reachable from main or from the ledger."""
    name = ref(ticket, attempt)
    if tip := repo.tip(name):
        repo.move(name, None, tip)
