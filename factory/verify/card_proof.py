"""A stamp of cards, checked from git alone: its chain, its evidence, its tree, and what each card accepts."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from factory.cards.accept import accept
from factory.cards.backlog import read_backlog
from factory.cards.card import WorkItem
from factory.cards.places import packet_path
from factory.git import objects
from factory.git.objects import Commit
from factory.git.repo import Logged, Repo
from factory.git.store import GitTree
from factory.line.trades.card_gate import without_output
from factory.model import Conclusion, Oid, Plan, Result, Terms
from factory.records import attempts, evidence, premises, signed
from factory.records.card_plans import card_of, may_touch
from factory.records.plans import RESERVED, protected
from factory.records.view import settings_at
from factory.records.yard import CARDS, STAMPED, CardsWord, attempts_of, word_of
from factory.ssot.protected import FIRST
from factory.ssot.read_settings import read_settings
from factory.tree import FOLDER, matches
from factory.verify.guarded import Guarded, look
from factory.verify.proof import ALWAYS, Guards, hand
from guards.case import Case

Again = Callable[[Plan, WorkItem, Oid, Oid], str]  # (plan, card, main, tree) -> why it is not accepted, or ""


class Proof(NamedTuple):
    """One card in a stamp: what its worker was told, what became of it, and its evidence."""

    plan: Plan
    card: WorkItem
    result: Result
    digest: str  # of result.json
    pack: Mapping[str, bytes]


class CardChain(NamedTuple):
    """A stamp's parts."""

    main: Oid
    plan: Oid
    work: Oid
    result: bytes
    cards: Mapping[str, Proof]


def is_of_cards(logged: Logged) -> bool:
    """Whether a commit claims to stamp cards, not a ticket."""
    return CARDS in objects.trailers(logged.message)


def faults(repo: Repo, logged: Logged, turned: Iterable[str], again: Again | None, guards: Guards) -> Iterator[str]:
    """Everything that is wrong with one stamp. `turned`: the rows that its commit set to DONE, and it may set none.

    KeyError or ValueError where it cannot be read."""
    if len(logged.parents) != 2:
        yield f"a stamp is a merge of two parents, and this commit has {len(logged.parents)}: it was copied or rebased"
        return
    found, word, commit = objects.trailers(logged.message), word_of(logged), repo.store.commit(logged.oid)
    if word is None or not commit.subject.startswith(f"stamp({found[STAMPED]}): "):
        yield "its subject and its trailers do not name one half"
        return
    yield from hand(repo, logged.oid, commit)
    yield from (f"it turns {row} to DONE, and it is no stamp of a ticket" for row in turned)
    parts = read_chain(repo, commit, attempts_of(found[CARDS]))
    yield from _words(found, parts, commit)
    yield from _tree(repo, commit, parts)
    packed = packed_cards(repo, parts.main, word)
    for name, proof in parts.cards.items():
        yield from (f"{name}: {fault}" for fault in _card(repo, commit, parts, proof, packed.get(name)))
        if proof.card.type == "PATCH":
            yield from (f"{name}: {said}" for said in guards(name, _looked_at(repo, commit.tree, parts.main, proof)))
        if again is not None and (why := again(proof.plan, proof.card, parts.main, commit.tree)):
            yield f"{name}: judged again, it is not accepted: {why}"
    yield from signed.faults(repo, commit, parts.main)


# --- reading ---------------------------------------------------------------------------------------------


def read_chain(repo: Repo, commit: Commit, cards: Mapping[str, int]) -> CardChain:
    """The three commits under a stamp. ValueError where they are not what they should be."""
    store = repo.store
    main, at = commit.parents
    steps = []
    for name in ("evidence", "work", "plan"):
        step = store.commit(at)
        if len(step.parents) != 1 or not step.subject.startswith(f"{name}("):
            raise ValueError(f"its second parent is no attempt: plan, work, evidence (found {step.subject[:40]!r})")
        steps.append((at, step))
        at = step.parents[0]
    (_, proof), (work, _), (_, plan) = steps
    if at != main:
        raise ValueError("its attempt does not stand on its first parent: it was copied or rebased")
    if strange := _strange(repo, main, plan.tree, proof.tree, steps[1][1].tree, cards):
        raise ValueError(strange)
    found = {name: _proof(repo, plan.tree, proof.tree, name) for name in cards}
    return CardChain(main, steps[2][0], work, _file(repo, proof.tree, attempts.RESULT), found)


def _strange(repo: Repo, main: Oid, plan: Oid, proof: Oid, work: Oid, cards: Iterable[str]) -> str:
    """What the three commits hold that they should not: each adds its own files, and only the work touches others."""
    store = repo.store
    for name, one, other in (("plan", store.tree_of(main), plan), ("evidence", work, proof)):
        if store.edit(one, {RESERVED: None}) != store.edit(other, {RESERVED: None}):
            return f"its {name} commit changes more than {RESERVED}/"
    places = tuple(f"{attempts.folder(card)}/" for card in cards)
    held = (path for path in store.flat(proof) if path.startswith(f"{RESERVED}/") and path != attempts.RESULT)
    strange = next((path for path in held if not path.startswith(places)), "")
    return f"its evidence commit holds {strange}" if strange else ""


def _proof(repo: Repo, plan_tree: Oid, proof_tree: Oid, name: str) -> Proof:
    folder = attempts.folder(name)
    said = [_file(repo, tree, f"{folder}/plan.json") for tree in (plan_tree, proof_tree)]
    if said[0] != said[1]:
        raise ValueError(f"{name}: plan.json is not the same in its plan and evidence commits")
    plan = Plan.model_validate(attempts.from_json(said[0]))
    result = _file(repo, proof_tree, f"{folder}/result.json")
    entry = repo.store.entry(proof_tree, f"{folder}/evidence")
    names = repo.store.flat(entry.oid) if entry and entry.mode == FOLDER else {}
    pack = {file: repo.store.read(found.oid, "blob") for file, found in names.items()}
    digest = hashlib.sha256(result).hexdigest()
    return Proof(plan, card_of(plan), Result.model_validate(attempts.from_json(result)), digest, pack)


def _file(repo: Repo, tree: Oid, path: str) -> bytes:
    content = repo.store.file(tree, path)
    if content is None:
        raise ValueError(f"{path} is missing")
    return content


def packed_cards(repo: Repo, main: Oid, word: CardsWord) -> dict[str, WorkItem]:
    """The cards of the truck as main had them before the stamp: what was to be done, from before it was done."""
    paths = [packet_path(word.day, word.truck, packet) for packet in "AB"]
    contents = ((repo.store.file(repo.store.tree_of(main), path) or b"", path) for path in paths)
    return {card.id: card for content, path in contents for card in read_backlog(content, path)}


# --- judging ---------------------------------------------------------------------------------------------


def _words(found: Mapping[str, str], parts: CardChain, commit: Commit) -> Iterator[str]:
    if repeated := objects.repeated(commit.message):
        yield f"it has a trailer twice ({', '.join(repeated)})"
    if hashlib.sha256(parts.result).hexdigest() != found.get("Factory-Result"):
        yield "result.json is not the one that was stamped (its sha256 differs from Factory-Result)"
    if found.get("Factory-Gate-Tree") != commit.tree:
        yield "its tree is not the tree that was judged (Factory-Gate-Tree)"
    said = json.loads(parts.result)
    if said.get("cards") != {name: proof.digest for name, proof in parts.cards.items()}:
        yield "result.json names other cards, or other results of them"
    if (said.get("base"), said.get("work"), said.get("gate_tree")) != (parts.main, parts.work, commit.tree):
        yield "result.json speaks of another main, work or tree"
    numbers = attempts_of(found[CARDS])
    for name, proof in parts.cards.items():
        if {name} != {proof.plan.ticket_id, proof.card.id, proof.result.ticket_id}:
            yield f"{name}: its plan and its result are of another card"
        if not numbers[name] == proof.plan.attempt == proof.result.attempt:
            yield f"{name}: the attempt's number differs between the stamp, the plan and the result"


def _tree(repo: Repo, commit: Commit, parts: CardChain) -> Iterator[str]:
    """Main with the cards' files, and nothing else: no path that no card may touch, no card without its output."""
    store = repo.store
    if store.edit(store.tree_of(parts.work), {RESERVED: None}) != commit.tree:
        yield "its tree is not main with its cards' work"
    cards = [proof.card for proof in parts.cards.values()]
    if len(cards) > 1 and any(card.type == "PATCH" for card in cards):
        yield "it holds a PATCH and other cards, and no gate judged them together"
    forbidden = (*FIRST, *protected(settings_at(repo, parts.main) or read_settings(None)))
    for changed in repo.diff(parts.main, commit.tree):
        if matches(changed.path, forbidden):
            yield f"{changed.path} is protected, and was changed"
        elif not any(may_touch(card, changed.path) for card in cards):
            yield f"{changed.path} was changed, and no card of it may do so"


def _card(repo: Repo, commit: Commit, parts: CardChain, proof: Proof, packed: WorkItem | None) -> Iterator[str]:
    result, card = proof.result, proof.card
    if packed != card:
        yield "it is not the card that was packed" if packed else "no packet of the truck holds it"
    if result.status is not Conclusion.PASS or result.triage:
        yield f"its result says {result.status.value}, not PASS"
    if card.type == "PATCH":
        yield from _gated(repo, parts.main, result)
    if (result.work, result.gate_tree) != (parts.work, commit.tree):
        yield "its result speaks of another work or tree"
    yield from (f"evidence: {fault}" for fault in evidence.faults(dict(proof.pack)))
    yield from _evidence_agrees(parts, proof)
    output = repo.store.file(commit.tree, card.output)
    if output is None:
        yield f"{card.output} is not there"
    else:
        yield from accept(card, io.BytesIO(output))


def _looked_at(repo: Repo, tree: Oid, main: Oid, proof: Proof) -> Guarded:
    """The guards' answer to the question that the gate put for a PATCH."""
    store, plan = repo.store, proof.plan.model_copy(update={"base": main})
    changed = repo.diff(store.tree_of(main), without_output(store, proof.card, main, tree))
    case = Case(GitTree(store, main), GitTree(store, tree), changed, plan, Terms(), plan.scope.forbidden)
    return look(repo, main, case, proof.result, proof.pack)


def _gated(repo: Repo, main: Oid, result: Result) -> Iterator[str]:
    """A PATCH went through the whole gate, by main's own settings."""
    if any(result.guards.get(name) != "PASS" for name in (*ALWAYS, *result.guards)):
        yield "it is a PATCH, and its guards did not all pass"
    if tiers := premises.untried(repo, main, result):
        yield f"main's settings have commands for {', '.join(tiers)}, and the result does not say PASS of them"
    if result.tests.failed or result.tests.missing:
        yield f"tests that failed: {result.tests.failed}, that are missing: {result.tests.missing}"


def _evidence_agrees(parts: CardChain, proof: Proof) -> Iterator[str]:
    """The pack tells of this attempt: a pack of another one has its own hashes in order too."""
    plan, result = proof.plan, proof.result
    wanted: dict[str, dict[str, Any]] = {
        "manifest.json": {"ticket": plan.ticket_id, "attempt": plan.attempt, "key": plan.idempotency_key},
        "git_info.json": {
            "base": plan.base,
            "plan": parts.plan,
            "work": parts.work,
            "main": parts.main,
            "gate_tree": result.gate_tree,
        },
        "kpi.json": dict(result.kpi_summary),
        "verify_report.json": {"status": Conclusion.PASS.value, "failed": []},
    }
    for name, fields in wanted.items():
        said = json.loads(proof.pack.get(name, b"{}"))
        if any(said.get(key) != value for key, value in fields.items()):
            yield f"evidence: {name} is not of this attempt"
