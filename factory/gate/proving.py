"""A criterion's proof: main judges the product, what a change brings is red without it, the judge can still say no.

The passes of one check (docs/security.md has the picture):

    was     main's judge, main's product        red, where tests of main wait
    before  the change's judge, main's product  red: what the change brings can fail
    held    main's judge, the change's product  green: the goal stands where it stood
    after   the change's judge and product      green: the tree that would be stamped

Then twice, differently: alone under other conditions, and as usual within a tier, or alone too where no tier runs its
tests. And with expectations altered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from factory.gate import criteria
from factory.gate.asked import TreeQuestion
from factory.gate.compare import GREEN
from factory.gate.conditions import USUAL, Conditions, otherwise
from factory.gate.criteria import Passes, Touching
from factory.gate.held import lost, unproven
from factory.gate.kept import KeptCriteria
from factory.gate.renamed import changing_in
from factory.gate.signs import replaced, signs
from factory.gate.tally import Tally
from factory.gate.trial import Ran, Trial
from factory.gate.voice import Voice
from factory.gate.waiting import takes_off_excuses
from factory.model import Light, Oid, PlanCriterion, Triage
from factory.tree import Entry


class Again(NamedTuple):
    """What the second run of a proof says."""

    not_green: Sequence[str] = ()  # it is not green each time: why, a line each
    cheats: Sequence[str] = ()  # it is, and something shows of a cheat


class Prover:
    """Asks each criterion's check of the trees that could differ."""

    def __init__(self, trial: Trial, kept: KeptCriteria, voice: Voice) -> None:
        self._store, self._trial, self._kept, self._voice = trial.store, trial, kept, voice
        self._tiers = (*trial.settings.gate.fast, *trial.settings.gate.regression)

    def runs(self, asked: TreeQuestion, checks: Iterable[str]) -> list[tuple[Oid, str, Conditions]]:
        """The runs that a proof begins with, so that they can be started before they are asked for."""
        return [(tree, check, under) for check in checks for tree, under in dict.fromkeys(self._begins(asked))]

    def prove(self, asked: TreeQuestion, tally: Tally) -> None:
        """Books every criterion; the first that is not proven ends it."""
        moved = Touching(
            touched=frozenset(c.path for c in asked.changed),
            brought=frozenset(c.path for c in asked.brought),
            new=frozenset(c.path for c in asked.brought if not c.old and c.new),
            excuses=takes_off_excuses(asked),
        )
        passes = []
        for criterion in asked.checks:
            asked.say(f"the gate checks {criterion.id}")
            ran = self._passes(asked, tally, criterion)
            tally.criteria.append(criteria.judge(tally, criterion, ran, _signs(asked, ran), moved))
            passes.append(ran)
            if not tally.passing:
                if tally.why is Triage.ENVIRONMENT and (hint := self._trial.absent(asked.main, ran.before)):
                    tally.failed += (hint,)
                return
        for place, (criterion, ran) in enumerate(zip(asked.checks, passes, strict=True)):
            light = self._once_more(asked, tally, criterion, ran)
            tally.criteria[place] = tally.criteria[place].model_copy(update={"after": light})
            if not tally.passing:
                return
            self._kept.remember(criterion.check, asked.tree, ran.after, tally.proof[criterion.id])

    def twice(self, asked: TreeQuestion, tally: Tally) -> None:
        """After the tiers: a proof that ran alone under other conditions runs alone as usual, where no tier ran it."""
        for criterion, check in tally.once.items():
            proof = tally.proof[criterion]
            unsaid = [node for node in proof if node not in tally.outcomes]
            if unsaid and tally.passing and (said := dim(self._trial.run(asked.tree, check), proof)):
                tally.fail(Triage.TEST, [_only_once(criterion, check, otherwise(asked.digest)), *said])

    def _passes(self, asked: TreeQuestion, tally: Tally, criterion: PlanCriterion) -> Passes:
        """Where tiers run tests, the product is asked under other conditions; what is not clean there, as usual."""
        check = criterion.check
        ran = self._each(check, self._begins(asked))
        if self._others_first(asked):
            if _is_clean(asked, ran):
                tally.once[criterion.id] = check
            else:
                ran = self._each(check, [(tree, USUAL) for tree, _ in self._begins(asked)])
        if ran.held is ran.after or not lost(ran.was.seen, ran.held.seen):
            return ran
        again = self._trial.run(asked.main, check, fresh=True)
        return ran._replace(changing=changing_in(ran.was.seen.outcomes, again.seen.outcomes))

    def _begins(self, asked: TreeQuestion) -> list[tuple[Oid, Conditions]]:
        """What a check is asked of: was, before, held, after."""
        last = otherwise(asked.digest) if self._others_first(asked) else USUAL
        before = self._before(asked) if asked.brought else asked.main
        return [(asked.main, USUAL), (before, USUAL), (asked.held, last), (asked.tree, last)]

    def _others_first(self, asked: TreeQuestion) -> bool:
        """Whether tiers run tests that report to the gate: then they are the usual run of what is proven alone."""
        runs = (self._trial.known(asked.main, command) for command in (*self._tiers, *(c.check for c in asked.checks)))
        return any(ran.seen.sessions for ran in runs if ran)

    def _each(self, check: str, begins: list[tuple[Oid, Conditions]]) -> Passes:
        """Two at a time: a gate is waited for."""
        each = list(dict.fromkeys(begins))
        with ThreadPoolExecutor(2) as pool:
            runs = pool.map(lambda one: self._trial.run(one[0], check, under=one[1]), each)
            ran = dict(zip(each, runs, strict=True))
        was, before, held, after = (ran[one] for one in begins)
        return Passes(was, before, held, after, under=begins[-1][1])

    def _before(self, asked: TreeQuestion) -> Oid:
        laid = {c.path: Entry(c.new_mode, c.new) if c.new else None for c in asked.brought}
        return self._store.edit(self._store.tree_of(asked.main), laid)

    def _once_more(self, asked: TreeQuestion, tally: Tally, criterion: PlanCriterion, ran: Passes) -> Light:
        """The proof again: under other conditions, and by altered judges."""
        proof = proven(ran)
        tally.proof[criterion.id] = proof
        with ThreadPoolExecutor(1) as pool:
            twice = pool.submit(self._again, asked, tally, criterion, ran, proof)
            silent = self._voice.silent(asked, tally, criterion, ran, proof)
        again = twice.result()
        if again.not_green:
            tally.fail(Triage.TEST, again.not_green)
        elif silent or again.cheats:
            tally.fail(Triage.TAMPER, silent or again.cheats)
        return Light.GREEN if tally.passing else Light.RED

    def _again(
        self, asked: TreeQuestion, tally: Tally, criterion: PlanCriterion, ran: Passes, proof: tuple[str, ...]
    ) -> Again:
        """Under other conditions; what ran so to begin with is known already."""
        under = otherwise(asked.digest)
        asked.say(f"the gate checks {criterion.id} under other conditions")
        again = self._trial.run(asked.tree, criterion.check, under=under)
        new = [f"{criterion.id}: {s}: `{criterion.check}`" for s in replaced(ran.runs, again, asked.sides.judges)]
        if dim(again, proof) and under.backwards:
            forwards = under._replace(backwards=False)
            straight = self._trial.run(asked.tree, criterion.check, under=forwards)
            if not dim(straight, proof):
                tally.log.append(f"{criterion.id}: its tests depend on their order")
                again, under = straight, forwards
        said = dim(again, proof)
        tally.second.append({"criterion": criterion.id, "conditions": str(under), "said": "RED" if said else "GREEN"})
        if not said:
            return Again(cheats=new)
        tally.heard(f"{criterion.id} once more ({under})", again)
        return Again([_only_once(criterion.id, criterion.check, under), *said])


def _only_once(criterion: str, check: str, under: Conditions) -> str:
    return f"{criterion} is green once and red once, so it proves nothing: `{check}` with {under}"


def _is_clean(asked: TreeQuestion, ran: Passes) -> bool:
    """Whether a run under other conditions says all that the usual one could say: a plain yes, of the same tests."""
    pairs = [(ran.before, ran.after), (ran.was, ran.held)]
    green = all(now.seen.sessions and criteria.light(now) is Light.GREEN for _, now in pairs)
    lacking = any(unproven(was.seen, now.seen) or lost(ran.was.seen, now.seen) for was, now in pairs)
    return green and not (lacking or _signs(asked, ran))


def proven(ran: Passes) -> tuple[str, ...]:
    """The tests that carry the proof: green now, and not before by one of the judges."""
    befores = (ran.was.seen.outcomes, ran.before.seen.outcomes)
    green = [node for node, outcome in ran.after.seen.outcomes.items() if outcome in GREEN]
    return tuple(node for node in green if any(before.get(node) not in GREEN for before in befores))


def dim(again: Ran, proof: tuple[str, ...]) -> list[str]:
    """What of a proof is not green in another run of it; tests whose ids change from run to run are not looked for."""
    red = [
        f"{n}: {again.seen.outcomes[n].value}" for n in proof if again.seen.outcomes.get(n, None) not in (None, *GREEN)
    ]
    return red or ([] if criteria.light(again) is Light.GREEN else [f"exit code {again.code}"])


def _signs(asked: TreeQuestion, ran: Passes) -> list[str]:
    """What tells of a cheat in any of the runs."""
    pairs = [(ran.before, ran.after)] + ([(ran.was, ran.held)] if ran.held is not ran.after else [])
    return list(dict.fromkeys(sign for was, now in pairs for sign in signs(was, now, asked.sides.judges)))
