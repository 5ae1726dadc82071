"""Checks every stamp on main from git alone: shape, hashes, tree, rows, signature. Needs no ledger and no network."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydantic import ValidationError

from factory import attempts, documents, evidence, landing, objects, signing
from factory.errors import FactoryError, Mistake
from factory.model import Answer, CriterionStatus, Light, Oid, Plan, Result, TicketStatus
from factory.objects import Commit
from factory.repo import Logged, Repo
from factory.tree import FOLDER
from factory.trucks import proof
from factory.view import CRITERIA, ROADMAP

Rerun = Callable[[Plan, Oid, Oid, Oid], str]  # (plan, main, gate tree, work) -> why it does not pass, or ""


class Bad(NamedTuple):
    """A stamp that does not hold, or a row that claims DONE without one."""

    stamp: Oid
    ticket: str
    why: str


class Verified(NamedTuple):
    """What `verify` found. `unsigned` and `unseen` (below a shallow clone's edge) are told, and are not bad."""

    stamps: int
    bad: tuple[Bad, ...]
    unsigned: int
    unseen: int

    @property
    def ok(self) -> int:
        return self.stamps - len({b.stamp for b in self.bad if b.ticket and not b.why.startswith(ROW)})


ROW = "row of "


def verify(repo: Repo, main: Oid, rerun: Rerun | None = None, again: proof.Again | None = None) -> Verified:
    """Check the whole first-parent line of main. `rerun` judges a ticket's tree again, `again` a card's."""
    stamps = unsigned = unseen = 0
    bad: list[Bad] = []
    for logged in repo.log(main):
        commit = repo.store.commit(logged.oid)
        if any(repo.store.get(parent) is None for parent in commit.parents):
            unseen += 1
            continue
        ticket, of_cards = claims(logged), proof.is_of_cards(logged)
        if ticket is None or of_cards:
            bad += [
                Bad(logged.oid, row, f"{ROW}{row} says DONE, and this commit is no stamp of it")
                for row in _done_by(repo, commit)
            ]
        if ticket is None:
            continue
        stamps += 1
        unsigned += not commit.signature
        found = stamp_faults(repo, commit, ticket, rerun)
        if of_cards:
            found = itertools.chain.from_iterable((proof.faults(repo, logged, again), signing.faults(repo, commit)))
        bad += [Bad(logged.oid, ticket, why) for why in _first(found)]
    return Verified(stamps, tuple(bad), unsigned, unseen)


def _first(faults: Iterator[str]) -> Iterator[str]:
    """What is wrong, up to the fault that keeps the rest from being read."""
    try:
        yield from faults
    except (KeyError, ValueError, ValidationError, FactoryError) as error:
        yield f"cannot be read: {error}".split("\n")[0]


def claims(logged: Logged) -> str | None:
    """The ticket that a commit claims to stamp, in its trailers or only in its subject; None for any other commit."""
    found = objects.trailers(logged.message)
    subject = logged.message.split("\n", 1)[0]
    if found.get("Factory-Event") == "stamp" or subject.startswith("stamp("):
        return found.get("Factory-Ticket") or subject.partition("(")[2].partition(")")[0]
    return None


def _done_by(repo: Repo, commit: Commit) -> Iterator[str]:
    """The rows that a commit turned DONE. What was DONE when the tables first came is history, not a claim."""
    store = repo.store
    for path, done in ((ROADMAP, _tickets_done), (CRITERIA, _criteria_done)):
        now = store.entry(commit.tree, path)
        was = store.entry(store.tree_of(commit.parents[0]), path) if commit.parents else None
        if now is None or was is None or now.oid == was.oid:
            continue
        before = done(store.read(was.oid, "blob"))
        yield from sorted(done(store.read(now.oid, "blob")) - before)


def _tickets_done(content: bytes) -> set[str]:
    try:
        return {t.id for t in documents.read_roadmap(content) if t.status is TicketStatus.DONE}
    except Mistake:
        return set()  # a table that cannot be read claims nothing; the next one that can is compared with nothing


def _criteria_done(content: bytes) -> set[str]:
    try:
        return {c.id for c in documents.read_ledger(content) if c.status is CriterionStatus.DONE}
    except Mistake:
        return set()


# --- one stamp -------------------------------------------------------------------------------------------


class Chain(NamedTuple):
    """A stamp's parts."""

    main: Oid
    base: Oid
    plan: Plan
    work: Oid
    result: Result
    result_bytes: bytes
    pack: dict[str, bytes]


def stamp_faults(repo: Repo, commit: Commit, ticket: str, rerun: Rerun | None) -> Iterator[str]:
    """Everything that is wrong with one stamp."""
    if len(commit.parents) != 2:
        yield f"a stamp is a merge of two parents, and this commit has {len(commit.parents)}: it was copied or rebased"
        return
    chain = read_chain(repo, commit)
    trailers = objects.trailers(commit.message)
    yield from _words(trailers, chain, ticket, commit)
    yield from _judgement(chain)
    yield from (f"evidence: {fault}" for fault in evidence.faults(chain.pack))
    yield from _trees(repo, commit, chain)
    yield from signing.faults(repo, commit)
    if rerun is not None and (why := rerun(chain.plan, chain.main, commit.tree, chain.work)):
        yield f"run again, the gate says: {why}"


def read_chain(repo: Repo, commit: Commit) -> Chain:
    """The three commits under a stamp. KeyError or ValueError where they are not what they should be."""
    store = repo.store
    main, proof = commit.parents
    steps = [store.commit(proof)]
    for name in ("work", "plan"):
        if len(steps[-1].parents) != 1:
            raise ValueError(f"its second parent is no attempt: plan, work, evidence ({name} is missing)")
        steps.append(store.commit(steps[-1].parents[0]))
    for step, name in zip(steps, ("evidence", "work", "plan"), strict=True):
        if not step.subject.startswith(f"{name}("):
            raise ValueError(f"its second parent is no attempt: plan, work, evidence (found {step.subject[:40]!r})")
    result_bytes = _must(store.file(steps[0].tree, attempts.RESULT), attempts.RESULT)
    return Chain(
        main=main,
        base=steps[2].parents[0],
        plan=Plan.model_validate_json(_must(store.file(steps[1].tree, attempts.PLAN), attempts.PLAN)),
        work=steps[0].parents[0],
        result=Result.model_validate_json(result_bytes),
        result_bytes=result_bytes,
        pack=_pack(repo, steps[0].tree),
    )


def _must(content: bytes | None, path: str) -> bytes:
    if content is None:
        raise ValueError(f"{path} is missing")
    return content


def _pack(repo: Repo, tree: Oid) -> dict[str, bytes]:
    entry = repo.store.entry(tree, attempts.EVIDENCE)
    if entry is None or entry.mode != FOLDER:
        return {}
    return {name: repo.store.read(found.oid, "blob") for name, found in repo.store.flat(entry.oid).items()}


def _words(trailers: dict[str, str], chain: Chain, ticket: str, commit: Commit) -> Iterator[str]:
    plan, result = chain.plan, chain.result
    if trailers.get("Factory-Event") != "stamp":
        yield "its subject says stamp, and its trailers do not"
    if not commit.subject.startswith(f"stamp({ticket}): "):
        yield f"its subject is not `stamp({ticket}): ...`"
    if hashlib.sha256(chain.result_bytes).hexdigest() != trailers.get("Factory-Result"):
        yield "result.json is not the one that was stamped (its sha256 differs from Factory-Result)"
    if trailers.get("Factory-Gate-Tree") != commit.tree:
        yield "its tree is not the tree that was gated (Factory-Gate-Tree)"
    if {ticket} != {plan.ticket_id, result.ticket_id, trailers.get("Factory-Ticket")}:
        yield f"the attempt is for {plan.ticket_id}, the stamp for {ticket}"
    if not (str(plan.attempt) == str(result.attempt) == trailers.get("Factory-Attempt")):
        yield "the attempt's number differs between the stamp, the plan and the result"


def _judgement(chain: Chain) -> Iterator[str]:
    result = chain.result
    if result.status is not Answer.PASS or result.triage:
        yield f"its result says {result.status.value}, not PASS"
    tiers = result.gate_results.model_dump()
    if failing := [name for name, answer in tiers.items() if answer not in (Answer.PASS, Answer.SKIPPED)]:
        yield f"{', '.join(failing)} did not pass"
    if all(answer is Answer.SKIPPED for answer in tiers.values()):
        yield "no tier of the gate ran"
    if not result.guards or any(answer != "PASS" for answer in result.guards.values()):
        yield "its guards did not all pass"
    if result.tests.failed or result.tests.missing:
        yield f"{result.tests.failed} tests failed and {result.tests.missing} are missing"
    proven = {c.id for c in result.criteria if c.before is Light.RED and c.after is Light.GREEN}
    if missing := [c.id for c in chain.plan.criteria if c.check and c.id not in proven]:
        yield f"{', '.join(missing)} was not red before and green after"


def _trees(repo: Repo, commit: Commit, chain: Chain) -> Iterator[str]:
    result, plan = chain.result, chain.plan
    if not (chain.base == plan.base == result.base):
        yield "its base differs between the commits, the plan and the result"
    if not repo.is_ancestor(chain.base, chain.main):
        yield "its base is not part of main: it was stamped elsewhere"
    if result.work != chain.work:
        yield "result.json speaks of another work commit"
    if result.gate_tree != commit.tree:
        yield "its tree differs from the tree in result.json"
    if json.loads(chain.pack.get("git_info.json", b"{}")).get("main") != chain.main:
        yield "it was made on another main than the one that it stands on: it was copied or rebased"
    merged = landing.merge(repo, chain.main, chain.base, chain.work, plan.ticket_id)
    if merged.conflicts:
        yield f"its change does not merge with its first parent ({merged.conflicts[0]})"
    elif merged.tree != commit.tree:
        differ = [c.path for c in repo.diff(merged.tree, commit.tree)]
        yield f"its tree is not main with its change merged and its rows flipped; differs in {', '.join(differ[:3])}"
