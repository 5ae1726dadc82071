"""A stamp as its commits say it: what it claims, and under it plan, work and evidence of each of its items."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from factory.cards.card import WorkItem
from factory.git import objects
from factory.git.objects import Commit
from factory.git.repo import Logged, Repo
from factory.model import Oid, Plan, Result
from factory.records import attempts
from factory.records.card_plans import card_of
from factory.records.plans import RESERVED
from factory.tree import FOLDER

STEPS = ("evidence", "work", "plan")
Trees = tuple[Oid, Oid, Oid]  # of plan, work and evidence
NO_ATTEMPT = "its second parent is no attempt: plan, work, evidence"


class Claim(NamedTuple):
    """A commit that says that it is a stamp."""

    repo: Repo
    logged: Logged
    commit: Commit
    name: str  # of the ticket, or of the half of cards
    turned: Sequence[str]  # the rows that it set to DONE

    @property
    def said(self) -> Mapping[str, str]:
        """Its trailers."""
        return objects.trailers(self.logged.message)


class Proof(NamedTuple):
    """One item of a stamp: what its worker was told, what became of it, and its evidence."""

    plan: Plan
    card: WorkItem | None  # None: it is a ticket
    result: Result
    digest: str  # of its result.json
    pack: Mapping[str, bytes]

    @property
    def is_gated(self) -> bool:
        """Whether the whole gate judged it, and not its `accept` alone."""
        return self.card is None or self.card.type == "PATCH"


class Chain(NamedTuple):
    """A stamp's parts."""

    main: Oid
    tree: Oid  # that was stamped
    base: Oid
    plan: Oid
    work: Oid
    trees: Trees
    strange: tuple[str, ...]  # what these hold that they should not
    proofs: Mapping[str, Proof]
    result: bytes  # result.json of them all


def read_chain(repo: Repo, stamp: Commit, items: Iterable[str], *, of_cards: bool) -> Chain:
    """KeyError or ValueError where its parts are not what they should be.

    Those of cards are committed on the main that is stamped: on another one, or with anything beside them, they are no
    chain. A ticket's stand on its base, and what is strange in them is told with the rest.
    """
    main, steps = stamp.parents[0], list(_steps(repo, stamp.parents[1]))
    if fault := _misshapen([step for _, step in steps], of_cards):
        raise ValueError(fault)
    (_, proof), (work, worked), (plan, planned) = steps
    trees, base = (planned.tree, worked.tree, proof.tree), planned.parents[0]
    if of_cards and base != main:
        raise ValueError("its attempt does not stand on its first parent: it was copied or rebased")
    places = {item: attempts.folder(item) if of_cards else RESERVED for item in items}
    strange = tuple(_strange(repo, base, trees, tuple(places.values())))
    if of_cards and strange:
        raise ValueError(strange[0])
    proofs = {item: _proof(repo, trees, item, place) for item, place in places.items()}
    result = _file(repo, proof.tree, attempts.RESULT)
    return Chain(main, stamp.tree, base, plan, work, trees, strange, proofs, result)


def _steps(repo: Repo, at: Oid) -> Iterator[tuple[Oid, Commit]]:
    """Evidence, work, plan: down to the first that does not stand on one commit."""
    for _ in STEPS:
        step = repo.store.commit(at)
        yield at, step
        if len(step.parents) != 1:
            return
        at = step.parents[0]


def _misshapen(steps: list[Commit], of_cards: bool) -> str:
    if len(steps) < len(STEPS) and not of_cards:
        return f"{NO_ATTEMPT} ({STEPS[len(steps)]} is missing)"
    is_loose = len(steps[-1].parents) != 1
    wrong = [step for step, name in zip(steps, STEPS, strict=False) if not step.subject.startswith(f"{name}(")]
    if wrong or (is_loose and of_cards):
        return f"{NO_ATTEMPT} (found {(wrong or steps[-1:])[0].subject[:40]!r})"
    return "its plan does not stand on one base" if is_loose else ""


def _strange(repo: Repo, base: Oid, trees: Trees, places: Sequence[str]) -> Iterator[str]:
    """Each of the three adds its own files under `.factory/`, and only the work touches anything else."""
    store, (plan, work, proof) = repo.store, trees
    for name, one, other in (("plan", store.tree_of(base), plan), ("evidence", work, proof)):
        if store.edit(one, {RESERVED: None}) != store.edit(other, {RESERVED: None}):
            yield f"its {name} commit changes more than {RESERVED}/"
    own = {attempts.RESULT, *(f"{place}/plan.json" for place in places)}
    below = tuple(f"{attempts.EVIDENCE if place == RESERVED else place}/" for place in places)
    held = (path for path in store.flat(proof) if path.startswith(f"{RESERVED}/") and path not in own)
    if strange := sorted(path for path in held if not path.startswith(below)):
        yield f"its evidence commit holds {strange[0]}"


def _proof(repo: Repo, trees: Trees, name: str, place: str) -> Proof:
    of_card = place != RESERVED
    plan, work, proof = trees
    told = _file(repo, plan if of_card else work, f"{place}/plan.json")
    if of_card and told != _file(repo, proof, f"{place}/plan.json"):
        raise ValueError(f"{name}: plan.json is not the same in its plan and evidence commits")
    said = Plan.model_validate(attempts.from_json(told))
    content = _file(repo, proof, f"{place}/result.json")
    result = Result.model_validate(attempts.from_json(content))
    digest = hashlib.sha256(content).hexdigest()
    return Proof(said, card_of(said) if of_card else None, result, digest, _pack(repo, proof, f"{place}/evidence"))


def _file(repo: Repo, tree: Oid, path: str) -> bytes:
    content = repo.store.file(tree, path)
    if content is None:
        raise ValueError(f"{path} is missing")
    return content


def _pack(repo: Repo, tree: Oid, path: str) -> dict[str, bytes]:
    entry = repo.store.entry(tree, path)
    if entry is None or entry.mode != FOLDER:
        return {}
    return {name: repo.store.read(found.oid, "blob") for name, found in repo.store.flat(entry.oid).items()}


def fields(content: bytes) -> dict[str, Any]:
    """What a JSON file says; nothing where it is no object."""
    said = json.loads(content)
    return said if isinstance(said, dict) else {}
