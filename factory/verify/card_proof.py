"""What a stamp of cards has to prove of its own: that each is the card that was packed, and what its `accept` asks."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cached_property

from factory.cards.accept import accept
from factory.cards.backlog import read_backlog
from factory.cards.card import WorkItem
from factory.cards.places import packet_path
from factory.git.store import GitTree
from factory.line.trades.card_gate import without_output
from factory.model import Terms
from factory.records.card_plans import may_touch
from factory.records.plans import RESERVED
from factory.records.premises import Premises
from factory.records.yard import CARDS, STAMPED, attempts_of, word_of
from factory.ssot.protected import FIRST
from factory.tree import matches
from factory.verify.chain import Chain, Claim, Proof, fields
from guards.case import Case


class OfCards:
    judged, again = "judged", "judged again, it is not accepted"

    def __init__(self, claim: Claim) -> None:
        self._claim, self._repo, self._word = claim, claim.repo, word_of(claim.logged)
        self.numbers = {card: str(number) for card, number in attempts_of(claim.said[CARDS]).items()}
        half = claim.said.get(STAMPED)
        self.is_named = self._word is not None and claim.commit.subject.startswith(f"stamp({half}): ")

    def whole(self, chain: Chain) -> Iterator[str]:
        """What they are together: result.json, and main with the cards' files and nothing else."""
        said = fields(chain.result)
        if said.get("cards") != {name: proof.digest for name, proof in chain.proofs.items()}:
            yield "result.json names other cards, or other results of them"
        if (said.get("base"), said.get("work"), said.get("gate_tree")) != (chain.main, chain.work, chain.tree):
            yield "result.json speaks of another main, work or tree"
        if self._repo.store.edit(chain.trees[1], {RESERVED: None}) != chain.tree:
            yield "its tree is not main with its cards' work"
        cards = [proof.card for proof in chain.proofs.values() if proof.card]
        if len(cards) > 1 and any(card.type == "PATCH" for card in cards):
            yield "it holds a PATCH and other cards, and no gate judged them together"
        yield from self._scope(chain, cards)

    def _scope(self, chain: Chain, cards: Sequence[WorkItem]) -> Iterator[str]:
        forbidden = (*FIRST, *Premises(self._repo, chain.main).protected)
        for changed in self._repo.diff(chain.main, chain.tree):
            if matches(changed.path, forbidden):
                yield f"{changed.path} is protected, and was changed"
            elif not any(may_touch(card, changed.path) for card in cards):
                yield f"{changed.path} was changed, and no card of it may do so"

    @cached_property
    def _packed(self) -> dict[str, WorkItem]:
        """The cards of the truck as main had them before the stamp: what was to be done, from before it was done."""
        word, store = self._word, self._repo.store
        assert word is not None
        paths = [packet_path(word.day, word.truck, packet) for packet in "AB"]
        main = store.tree_of(self._claim.commit.parents[0])
        contents = ((store.file(main, path) or b"", path) for path in paths)
        return {card.id: card for content, path in contents for card in read_backlog(content, path)}

    def one(self, chain: Chain, name: str, proof: Proof) -> Iterator[str]:
        """It is the card that was packed, and its output is what its `accept` asks for."""
        result, card, packed = proof.result, proof.card, self._packed.get(name)
        assert card is not None
        if {name} != {proof.plan.ticket_id, card.id, result.ticket_id}:
            yield "its plan and its result are of another card"
        if packed != card:
            yield "it is not the card that was packed" if packed else "no packet of the truck holds it"
        if (result.work, result.gate_tree) != (chain.work, chain.tree):
            yield "its result speaks of another work or tree"
        output = self._repo.store.file(chain.tree, card.output)
        if output is None:
            yield f"{card.output} is not there"
        else:
            yield from accept(card, io.BytesIO(output))

    def of_another(self, file: str, differ: Sequence[str]) -> str:
        return f"evidence: {file} is not of this attempt"

    def case(self, chain: Chain, proof: Proof) -> Case:
        """A PATCH's. Its output is data, and is not judged as code is."""
        store, card = self._repo.store, proof.card
        assert card is not None
        plan = proof.plan.model_copy(update={"base": chain.main})
        changed = self._repo.diff(store.tree_of(chain.main), without_output(store, card, chain.main, chain.tree))
        trees = GitTree(store, chain.main), GitTree(store, chain.tree)
        return Case(*trees, changed, plan, Terms(), plan.scope.forbidden)
