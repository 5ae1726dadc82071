"""What every stamp has to prove, of a ticket or of cards: shape, hand, words, verdicts, evidence, guards, signature."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from factory.git import objects
from factory.git.objects import IDENTITY, Commit
from factory.git.repo import Repo
from factory.model import Conclusion, Oid, Result
from factory.records import evidence, signed
from factory.records.premises import Premises
from factory.records.yard import CARDS
from factory.verify.card_proof import OfCards
from factory.verify.chain import Chain, Claim, Proof, fields, read_chain
from factory.verify.guarded import Guarded, look
from factory.verify.ticket_proof import OfTicket

Rerun = Callable[[Chain, Proof], str]  # why its gate does not pass it once more, or ""
Guards = Callable[[str, Guarded], Iterator[str]]  # of a ticket or card: what the guards object to, if it is a fault
Asked = OfTicket | OfCards  # what is asked of one's stamps beside what every stamp is asked
ALWAYS = ("scope", "protected", "ssot_docs")  # guards that every verdict holds


def faults(claim: Claim, again: Rerun | None, guards: Guards) -> Iterator[str]:
    """Everything that is wrong with one stamp; `guards` looks again. KeyError or ValueError where it cannot be read."""
    for asked in questions(claim, again, guards):
        yield from asked.faults


class StampQuestion(NamedTuple):
    """One thing that a stamp is asked. Its faults are to be taken before the next question is."""

    name: str
    item: str  # the card that it is about; empty: the stamp
    faults: Iterator[str]


def questions(claim: Claim, again: Rerun | None, guards: Guards) -> Iterator[StampQuestion]:
    """Everything that a stamp is asked, one after the other. KeyError or ValueError where it cannot be read."""
    repo, commit = claim.repo, claim.commit
    yield StampQuestion("shape", "", _shape(commit))
    if len(commit.parents) != 2:
        return
    of_cards = CARDS in claim.said
    trade: Asked = OfCards(claim) if of_cards else OfTicket(claim)
    if not trade.is_named:
        yield StampQuestion("words", "", iter(["its subject and its trailers do not name one half"]))
        return
    yield StampQuestion("hand", "", _hand(claim))
    turned = claim.turned if of_cards else ()
    yield StampQuestion("rows", "", (f"it turns {row} to DONE, and it is no stamp of a ticket" for row in turned))
    chain = read_chain(repo, commit, trade.numbers, of_cards=of_cards)
    yield StampQuestion("words", "", _words(claim, chain, trade))
    yield StampQuestion("chain", "", iter(chain.strange))
    yield StampQuestion("whole", "", trade.whole(chain))
    for name, proof in chain.proofs.items():
        item = name if proof.card else ""
        prefix = f"{name}: " if proof.card else ""
        for what, found in _item(repo, chain, trade, name):
            yield StampQuestion(what, item, (f"{prefix}{why}" for why in found))
        if proof.is_gated:
            found = guards(name, look(repo, trade.case(chain, proof), chain, proof))
            yield StampQuestion("guards", item, (f"{prefix}{why}" for why in found))
        if again is not None and (why := again(chain, proof)):
            yield StampQuestion("again", item, iter([f"{prefix}{trade.again}: {why}"]))
    yield StampQuestion("signature", "", signed.faults(repo, commit, chain.main))


def _shape(commit: Commit) -> Iterator[str]:
    if len(commit.parents) != 2:
        yield f"a stamp is a merge of two parents, and this commit has {len(commit.parents)}: it was copied or rebased"


def _hand(claim: Claim) -> Iterator[str]:
    """The factory writes stamps in its name and in one form: a header more or an amended date is another hand."""
    commit = claim.commit
    if (commit.author, commit.committer) != (IDENTITY, IDENTITY):
        yield f"it was written or amended by {commit.committer}, not by the factory"
    elif objects.format_commit(commit) != claim.repo.store.read(claim.logged.oid, "commit"):
        yield "its header is not as the factory writes it: it was amended"


def _words(claim: Claim, chain: Chain, trade: Asked) -> Iterator[str]:
    if repeated := objects.repeated(claim.commit.message):
        yield f"it has a trailer twice ({', '.join(repeated)})"
    if hashlib.sha256(chain.result).hexdigest() != claim.said.get("Factory-Result"):
        yield "result.json is not the one that was stamped (its sha256 differs from Factory-Result)"
    if claim.said.get("Factory-Gate-Tree") != chain.tree:
        yield f"its tree is not the tree that was {trade.judged} (Factory-Gate-Tree)"


def _item(repo: Repo, chain: Chain, trade: Asked, name: str) -> Iterator[tuple[str, Iterator[str]]]:
    proof = chain.proofs[name]
    yield "result", _result(proof, trade.numbers[name])
    if proof.is_gated:
        yield "gate", _gated(repo, chain.main, proof.result, "it is a PATCH, and " if proof.card else "")
    yield "evidence", (f"evidence: {fault}" for fault in evidence.faults(proof.pack))
    yield "agrees", _agrees(chain, proof, trade)
    yield "own", trade.one(chain, name, proof)


def _result(proof: Proof, number: str) -> Iterator[str]:
    plan, result = proof.plan, proof.result
    if not (str(plan.attempt) == str(result.attempt) == number):
        yield "the attempt's number differs between the stamp, the plan and the result"
    if result.status is not Conclusion.PASS or result.triage:
        yield f"its result says {result.status.value}, not PASS"


def _gated(repo: Repo, main: Oid, result: Result, what: str) -> Iterator[str]:
    """It went through the whole gate, by main's own settings."""
    if any(result.guards.get(name) != "PASS" for name in (*ALWAYS, *result.guards)):
        yield f"{what}its guards did not all pass"
    if tiers := Premises(repo, main).untried(result):
        yield f"main's settings have commands for {', '.join(tiers)}, and the result does not say PASS of them"
    if result.tests.failed or result.tests.missing:
        yield f"tests that failed: {result.tests.failed}, that are missing: {result.tests.missing}"


def _agrees(chain: Chain, proof: Proof, trade: Asked) -> Iterator[str]:
    """The pack tells of this attempt: a pack of another one has its own hashes in order too."""
    plan, base = proof.plan, proof.plan.base if proof.card else chain.base
    tree = proof.result.gate_tree
    wanted: dict[str, dict[str, Any]] = {
        "manifest.json": {"ticket": plan.ticket_id, "attempt": plan.attempt, "key": plan.idempotency_key},
        "git_info.json": {"base": base, "plan": chain.plan, "work": chain.work, "main": chain.main, "gate_tree": tree},
        "kpi.json": proof.result.kpi_summary,
        "verify_report.json": {"status": Conclusion.PASS.value, "failed": []},
    }
    for name, own in wanted.items():
        said = fields(proof.pack.get(name, b"{}"))
        differ = [key for key, value in own.items() if key not in said or said[key] != value]
        if differ or (name == "kpi.json" and not proof.card and said != own):
            yield trade.of_another(name, differ)
