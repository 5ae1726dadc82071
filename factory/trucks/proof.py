"""A stamp of cards, checked from git alone: its chain, its evidence, its tree, and what each card accepts."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from factory import evidence, objects
from factory.cards.accept import accept
from factory.cards.backlog import packet_path, read_backlog
from factory.cards.card import WorkItem
from factory.model import Answer, Oid, Plan, Result
from factory.objects import Commit
from factory.plans import RESERVED
from factory.protected import PROTECTED
from factory.repo import Logged, Repo
from factory.tree import FOLDER, matches
from factory.trucks import chain
from factory.trucks.plan import card_of, may_touch
from factory.trucks.yard import CARDS, STAMPED, Word, attempts_of, word_of

Again = Callable[[Plan, WorkItem, Oid, Oid], str]  # (plan, card, main, tree) -> why it is not accepted, or ""


class Proof(NamedTuple):
    """One card in a stamp: what its worker was told, what became of it, and its evidence."""

    plan: Plan
    card: WorkItem
    result: Result
    digest: str  # of result.json
    pack: Mapping[str, bytes]


class Chain(NamedTuple):
    """A stamp's parts."""

    main: Oid
    work: Oid
    result: bytes
    cards: Mapping[str, Proof]


def is_of_cards(logged: Logged) -> bool:
    """Whether a commit claims to stamp cards, not a ticket."""
    return CARDS in objects.trailers(logged.message)


def faults(repo: Repo, logged: Logged, again: Again | None) -> Iterator[str]:
    """Everything that is wrong with one stamp. KeyError or ValueError where it cannot be read."""
    if len(logged.parents) != 2:
        yield f"a stamp is a merge of two parents, and this commit has {len(logged.parents)}: it was copied or rebased"
        return
    found, word, commit = objects.trailers(logged.message), word_of(logged), repo.store.commit(logged.oid)
    if word is None or not commit.subject.startswith(f"stamp({found[STAMPED]}): "):
        yield "its subject and its trailers do not name one half"
        return
    parts = read_chain(repo, commit, attempts_of(found[CARDS]))
    yield from _words(found, parts, commit)
    yield from _tree(repo, commit, parts)
    packed = packed_cards(repo, parts.main, word)
    for name, proof in parts.cards.items():
        yield from (f"{name}: {fault}" for fault in _card(repo, commit, parts, proof, packed.get(name)))
        if again is not None and (why := again(proof.plan, proof.card, parts.main, commit.tree)):
            yield f"{name}: judged again, it is not accepted: {why}"


# --- reading ---------------------------------------------------------------------------------------------


def read_chain(repo: Repo, commit: Commit, cards: Mapping[str, int]) -> Chain:
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
    return Chain(main, work, _file(repo, proof.tree, chain.RESULT), {
        name: _proof(repo, plan.tree, proof.tree, name) for name in cards
    })  # fmt: skip


def _proof(repo: Repo, plan_tree: Oid, proof_tree: Oid, name: str) -> Proof:
    folder = f"{chain.FOLDER}/{name}"
    plan = Plan.model_validate_json(_file(repo, plan_tree, f"{folder}/plan.json"))
    result = _file(repo, proof_tree, f"{folder}/result.json")
    entry = repo.store.entry(proof_tree, f"{folder}/evidence")
    names = repo.store.flat(entry.oid) if entry and entry.mode == FOLDER else {}
    pack = {file: repo.store.read(found.oid, "blob") for file, found in names.items()}
    digest = hashlib.sha256(result).hexdigest()
    return Proof(plan, card_of(plan), Result.model_validate_json(result), digest, pack)


def _file(repo: Repo, tree: Oid, path: str) -> bytes:
    content = repo.store.file(tree, path)
    if content is None:
        raise ValueError(f"{path} is missing")
    return content


def packed_cards(repo: Repo, main: Oid, word: Word) -> dict[str, WorkItem]:
    """The cards of the truck as main had them before the stamp: what was to be done, from before it was done."""
    paths = [packet_path(word.day, word.truck, packet) for packet in "AB"]
    contents = ((repo.store.file(repo.store.tree_of(main), path) or b"", path) for path in paths)
    return {card.id: card for content, path in contents for card in read_backlog(content, path)}


# --- judging ---------------------------------------------------------------------------------------------


def _words(found: Mapping[str, str], parts: Chain, commit: Commit) -> Iterator[str]:
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


def _tree(repo: Repo, commit: Commit, parts: Chain) -> Iterator[str]:
    """Main with the cards' files, and nothing else: no path that no card may touch, no card without its output."""
    store = repo.store
    if store.edit(store.tree_of(parts.work), {RESERVED: None}) != commit.tree:
        yield "its tree is not main with its cards' work"
    cards = [proof.card for proof in parts.cards.values()]
    if len(cards) > 1 and any(card.type == "PATCH" for card in cards):
        yield "it holds a PATCH and other cards, and no gate judged them together"
    for changed in repo.diff(parts.main, commit.tree):
        if matches(changed.path, PROTECTED):
            yield f"{changed.path} is protected, and was changed"
        elif not any(may_touch(card, changed.path) for card in cards):
            yield f"{changed.path} was changed, and no card of it may do so"


def _card(repo: Repo, commit: Commit, parts: Chain, proof: Proof, packed: WorkItem | None) -> Iterator[str]:
    result, card = proof.result, proof.card
    if packed != card:
        yield "it is not the card that was packed" if packed else "no packet of the truck holds it"
    if result.status is not Answer.PASS or result.triage:
        yield f"its result says {result.status.value}, not PASS"
    if card.type == "PATCH" and (not result.guards or any(answer != "PASS" for answer in result.guards.values())):
        yield "it is a PATCH, and its guards did not all pass"
    if (result.work, result.gate_tree) != (parts.work, commit.tree):
        yield "its result speaks of another work or tree"
    yield from (f"evidence: {fault}" for fault in evidence.faults(dict(proof.pack)))
    output = repo.store.file(commit.tree, card.output)
    if output is None:
        yield f"{card.output} is not there"
    else:
        yield from accept(card, io.BytesIO(output))
