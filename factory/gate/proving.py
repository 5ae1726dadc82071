"""A criterion's proof: main judges the product, what a change brings is red without it, the judge can still say no.

The passes of one check (docs/security.md has the picture):

    was     main's judge, main's product        red, where tests of main wait
    before  the change's judge, main's product  red: what the change brings can fail
    held    main's judge, the change's product  green: the goal stands where it stood
    after   the change's judge and product      green: the tree that would be stamped

Then once more under other conditions, and with expectations altered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from factory.gate import criteria
from factory.gate.asked import Question
from factory.gate.compare import GREEN
from factory.gate.conditions import otherwise
from factory.gate.criteria import Passes, Touching
from factory.gate.kept import Kept
from factory.gate.signs import replaced, signs
from factory.gate.tally import Tally
from factory.gate.trial import Ran, Trial
from factory.gate.voice import Voice
from factory.gate.waiting import takes_off_excuses
from factory.git.store import Store
from factory.model import Light, Oid, PlanCriterion, Triage
from factory.tree import Entry


class Prover:
    """Asks each criterion's check of the trees that could differ."""

    def __init__(self, store: Store, trial: Trial, kept: Kept, voice: Voice) -> None:
        self._store, self._trial, self._kept, self._voice = store, trial, kept, voice

    def runs(self, asked: Question, checks: Iterable[str]) -> Iterator[tuple[Oid, str]]:
        """The runs that a proof begins with, so that they can be started before they are asked for."""
        trees = (asked.main, self._before(asked), asked.held, asked.tree) if asked.brought else (asked.main, asked.tree)
        return ((tree, check) for check in checks for tree in dict.fromkeys(trees))

    def prove(self, asked: Question, tally: Tally) -> None:
        """Books every criterion; the first that is not proven ends it."""
        moved = Touching(
            frozenset(c.path for c in asked.changed), frozenset(c.path for c in asked.brought),
            frozenset(c.path for c in asked.brought if not c.old and c.new), takes_off_excuses(asked),
        )  # fmt: skip
        passes = []
        for criterion in asked.checks:
            asked.say(f"the gate checks {criterion.id}")
            ran = self._passes(asked, criterion.check)
            tally.criteria.append(criteria.judge(tally, criterion, ran, _signs(asked, ran), moved))
            passes.append(ran)
            if not tally.passing:
                return
        for place, (criterion, ran) in enumerate(zip(asked.checks, passes, strict=True)):
            light = self._once_more(asked, tally, criterion, ran)
            tally.criteria[place] = tally.criteria[place].model_copy(update={"after": light})
            if not tally.passing:
                return
            self._kept.remember(criterion.check, asked.tree, ran.after)

    def _passes(self, asked: Question, check: str) -> Passes:
        if not asked.brought:
            was, after = self._each(check, (asked.main, asked.tree))
            return Passes(was, was, after, after)
        was, before, held, after = self._each(check, (asked.main, self._before(asked), asked.held, asked.tree))
        return Passes(was, before, after if asked.held == asked.tree else held, after)

    def _each(self, check: str, trees: Iterable[Oid]) -> list[Ran]:
        """Two at a time: a gate is waited for."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda tree: self._trial.run(tree, check), trees))

    def _before(self, asked: Question) -> Oid:
        laid = {c.path: Entry(c.new_mode, c.new) if c.new else None for c in asked.brought}
        return self._store.edit(self._store.tree_of(asked.main), laid)

    def _once_more(self, asked: Question, tally: Tally, criterion: PlanCriterion, ran: Passes) -> Light:
        """The proof again: under other conditions, and by altered judges."""
        proof = proven(ran)
        tally.proof[criterion.id] = proof
        with ThreadPoolExecutor(1) as pool:
            twice = pool.submit(self._twice, asked, tally, criterion, ran, proof)
            silent = self._voice.silent(asked, tally, criterion, ran, proof)
        why, found = twice.result()
        if why:
            tally.fail(Triage.TEST, why)
        elif silent or found:
            tally.fail(Triage.TAMPER, silent or found)
        return Light.GREEN if tally.passing else Light.RED

    def _twice(
        self, asked: Question, tally: Tally, criterion: PlanCriterion, ran: Passes, proof: tuple[str, ...]
    ) -> tuple[list[str], list[str]]:
        """Why it is not green each time, a line each; and what shows of a cheat when it is."""
        asked.say(f"the gate checks {criterion.id} under other conditions")
        under = otherwise(asked.digest)
        again = self._trial.run(asked.tree, criterion.check, under=under)
        new = [f"{criterion.id}: {s}: `{criterion.check}`" for s in replaced(ran, again, asked.sides.judges)]
        if dim(again, proof) and under.backwards:
            forwards = under._replace(backwards=False)
            straight = self._trial.run(asked.tree, criterion.check, under=forwards)
            if not dim(straight, proof):
                tally.log.append(f"{criterion.id}: its tests depend on their order")
                again, under = straight, forwards
        said = dim(again, proof)
        tally.second.append({"criterion": criterion.id, "conditions": str(under), "said": "RED" if said else "GREEN"})
        if not said:
            return [], new
        tally.heard(f"{criterion.id} once more ({under})", again)
        line = f"{criterion.id} is green once and red once, so it proves nothing: `{criterion.check}` with {under}"
        return [line, *said], []


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


def _signs(asked: Question, ran: Passes) -> list[str]:
    """What tells of a cheat in any of the runs."""
    pairs = [(ran.before, ran.after)] + ([(ran.was, ran.held)] if ran.held is not ran.after else [])
    return list(dict.fromkeys(sign for was, now in pairs for sign in signs(was, now, asked.sides.judges)))
