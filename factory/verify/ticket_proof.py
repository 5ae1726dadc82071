"""What a stamp of a ticket has to prove of its own: its rows, main with its change, and a plan that main had made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from factory.git import objects
from factory.git.store import GitTree
from factory.model import Changed, Conclusion, Light
from factory.records import attempts, landing
from factory.records.plans import RESERVED
from factory.records.premises import Premises
from factory.ssot.protected import FIRST
from factory.verify.chain import Chain, Claim, Proof
from guards import scope
from guards.case import Case
from guards.protected import shadows


class OfTicket:
    judged, again = "gated", "run again, the gate says"
    is_named = True

    def __init__(self, claim: Claim) -> None:
        self._claim, self._repo = claim, claim.repo
        self.numbers = {claim.name: claim.said.get("Factory-Attempt", "")}

    def whole(self, chain: Chain) -> Iterator[str]:
        """Its subject and its trailers."""
        ticket, said, proof = self._claim.name, self._claim.said, chain.proofs[self._claim.name]
        plan, result = proof.plan, proof.result
        if said.get("Factory-Event") != "stamp":
            yield "its subject says stamp, and its trailers do not"
        wanted = objects.message(f"stamp({ticket}): {plan.title}").split("\n", 1)[0]
        if self._claim.commit.subject != wanted:
            yield f"its subject is not `{wanted}`"
        if {ticket} != {plan.ticket_id, result.ticket_id, said.get("Factory-Ticket")}:
            yield f"the attempt is for {plan.ticket_id}, the stamp for {ticket}"
        if said.get("Factory-Status") != landing.status(result):
            yield f"it says {said.get('Factory-Status')}, its result {landing.status(result)} (Factory-Status)"
        if said.get("Factory-Cost-USD") != landing.cost(result):
            yield "its cost is not the one in result.json (Factory-Cost-USD)"

    def one(self, chain: Chain, name: str, proof: Proof) -> Iterator[str]:
        yield from _verdict(proof)
        yield from self._trees(chain, proof)
        yield from self._premises(chain, proof)
        if strange := sorted(set(self._claim.turned) - {proof.plan.ticket_id, *proof.plan.ac_ids}):
            yield f"it turns rows to DONE that are not its own: {', '.join(strange)}"

    def of_another(self, file: str, differ: Sequence[str]) -> str:
        if file == "kpi.json":
            return "evidence: kpi.json is not what result.json says"
        if differ == ["main"]:
            return "it was made on another main than the one that it stands on: it was copied or rebased"
        return f"evidence: {file} is not of this attempt ({', '.join(differ)})"

    def case(self, chain: Chain, proof: Proof) -> Case:
        store, plan = self._repo.store, proof.plan
        main = Premises(self._repo, chain.main)
        trees = GitTree(store, chain.main), GitTree(store, chain.tree)
        forbidden = (*plan.scope.forbidden, *main.protected)
        return Case(*trees, self._touched(chain), plan, main.terms(plan.ticket_id), forbidden)

    def _trees(self, chain: Chain, proof: Proof) -> Iterator[str]:
        repo, result, plan = self._repo, proof.result, proof.plan
        if repo.store.entry(repo.store.tree_of(chain.base), RESERVED):
            yield f"its base holds {RESERVED}/, which is a reserved name"
        if len({repo.store.entry(tree, attempts.PLAN) for tree in chain.trees}) != 1:
            yield "plan.json is not the same in its plan, work and evidence commits"
        if not (chain.base == plan.base == result.base):
            yield "its base differs between the commits, the plan and the result"
        if not repo.is_ancestor(chain.base, chain.main):
            yield "its base is not part of main: it was stamped elsewhere"
        if result.work != chain.work:
            yield "result.json speaks of another work commit"
        if result.gate_tree != chain.tree:
            yield "its tree differs from the tree in result.json"
        merged = landing.merge(repo, chain.main, chain.base, chain.work, plan.ticket_id)
        if merged.conflicts:
            yield f"its change does not merge with its first parent ({merged.conflicts[0]})"
        elif merged.tree != chain.tree:
            differ = [c.path for c in repo.diff(merged.tree, chain.tree)]
            said = "its tree is not main with its change merged and its rows flipped; differs in"
            yield f"{said} {', '.join(differ[:3])}"

    def _premises(self, chain: Chain, proof: Proof) -> Iterator[str]:
        """The rules are main's, as they were at the first parent; what the plan and the result say is held to them."""
        repo, plan = self._repo, proof.plan
        yield from (f"its plan is not what main said: {what}" for what in Premises(repo, chain.main).stale(plan))
        if all(differ := [Premises(repo, at).reworded(plan) for at in (chain.base, chain.main)]):
            yield f"its plan says what main's tables did not: {', '.join(differ[-1])}"
        if [c.id for c in plan.criteria] != list(plan.ac_ids):
            yield "its plan names other criteria (ac_ids) than it holds"
        changed = self._touched(chain)
        if sorted(attempts.as_text(c.path) for c in changed) != sorted(proof.result.files_changed):
            yield "its work changed other files than result.json names"
        yield from self._always(chain, proof, changed)

    def _touched(self, chain: Chain) -> tuple[Changed, ...]:
        """What its work changed, `.factory/` left out."""
        store = self._repo.store
        return self._repo.diff(store.tree_of(chain.base), store.edit(chain.trees[1], {RESERVED: None}))

    def _always(self, chain: Chain, proof: Proof, changed: tuple[Changed, ...]) -> Iterator[str]:
        """What every version's guards refused: out of scope, protected from the first day on, loaded by its name."""
        store = self._repo.store
        terms = Premises(self._repo, chain.main).terms(proof.plan.ticket_id)
        forbidden = (*proof.plan.scope.forbidden, *FIRST)  # a stamp is held to the list of its own day
        plan = proof.plan.model_copy(update={"scope": proof.plan.scope.model_copy(update={"forbidden": forbidden})})
        case = Case(GitTree(store, chain.base), GitTree(store, chain.work), changed, plan, terms)
        for found in scope.check(case):
            yield f"it touches what it may not: {found.path}: {found.message}"
        for change in changed:
            if not shadows.METADATA.search(change.path):
                yield from (f"it brings {change.path}, which {said}" for said in shadows.objections(case, change))


def _verdict(proof: Proof) -> Iterator[str]:
    """Every tier that ran passed, and every check turned green."""
    tiers = proof.result.gate_results.model_dump()
    if failing := [name for name, answer in tiers.items() if answer not in (Conclusion.PASS, Conclusion.SKIPPED)]:
        yield f"{', '.join(failing)} did not pass"
    if all(answer is Conclusion.SKIPPED for answer in tiers.values()):
        yield "no tier of the gate ran"
    proven = {c.id for c in proof.result.criteria if c.before is Light.RED and c.after is Light.GREEN}
    if missing := [c.id for c in proof.plan.criteria if c.check and c.id not in proven]:
        yield f"{', '.join(missing)} was not red before and green after"
