"""The gate: guards -> doctor -> criteria -> fast -> regression. Three answers, and only PASS passes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import guards
from factory.errors import CannotJudge
from factory.gate import compare, criteria, held, triage
from factory.gate.renamed import renamed
from factory.gate.tally import TIERS, Tally
from factory.gate.trial import KEEP_THE_PATH, Ran, Trial, installed
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.model import (
    Answer,
    Changed,
    CriterionResult,
    Light,
    Oid,
    Outcome,
    Plan,
    PlanCriterion,
    Terms,
    Tests,
    Triage,
    Verdict,
)
from factory.ssot.settings import Settings
from guards import tests_kept
from guards.case import Case, text
from guards.syntax.places import is_test_code

Say = Callable[[str], None]
WORST = (Triage.SCOPE, Triage.TAMPER, Triage.GUARD)  # of several findings, the first of these names the failure


class Question(NamedTuple):
    """What the gate is asked: may this tree become main's next?"""

    case: Case
    plan: Plan | None  # None: by hand, and then no criterion is proven
    main: Oid  # main's tip, that the tree was merged onto
    tree: Oid  # exactly what would be stamped
    say: Say

    @property
    def changed(self) -> tuple[Changed, ...]:
        return self.case.changed


class Gate:
    """Judges merged trees, by main's own rules."""

    def __init__(self, repo: Repo, settings: Settings, trial: Trial) -> None:
        self._repo, self._settings, self._trial = repo, settings, trial
        self.limits, self.python = trial.limits, trial.python

    def at(self, settings: Settings) -> Gate:
        """The same gate by other settings: main's may change while a run lasts."""
        return self if settings == self._settings else Gate(self._repo, settings, self._trial.at(settings))

    def judge(self, plan: Plan, terms: Terms, *, main: Oid, tree: Oid, work: Oid, say: Say) -> Verdict:
        """The verdict on one merged tree. `work` is the tree that the worker left; the first failure ends it."""
        store = self._repo.store
        changed = self._repo.diff(store.tree_of(plan.base), work)
        trees = GitTree(store, main), GitTree(store, tree)
        case = Case(*trees, changed, plan, terms, plan.scope.forbidden, installed(self.python))
        return self._ask(Question(case, plan, main, tree, say), ("guards", "doctor", "criteria", "fast", "regression"))

    def command(self, tree: Oid, command: str) -> Ran:
        """One command on a tree, in the gate's sandbox: what a card accepts may name one."""
        return self._trial.run(tree, command)

    def by_hand(self, case: Case, *, main: Oid, tree: Oid, steps: tuple[str, ...], say: Say) -> Verdict:
        """The same steps on a tree that no attempt made."""
        self._must_have_tiers()
        self._trial.prepare(main)
        return self._ask(Question(case, None, main, tree, say), steps)

    def _ask(self, asked: Question, steps: tuple[str, ...]) -> Verdict:
        do = {"guards": self._guards, "doctor": self._doctor, "criteria": self._criteria}
        tally = Tally()
        for name in steps:
            do[name](asked, tally) if name in do else self._tests(name, asked, tally)
            if tally.status is not Answer.PASS:
                break
        return tally.verdict()

    def base_must_run(self, main: Oid, say: Say = lambda _: None) -> None:
        """CannotJudge where the gate cannot run on main itself: then nobody's attempt can be judged."""
        self._must_have_tiers()
        self._trial.prepare(main)
        for tier in TIERS:
            for command in self._commands(tier):
                say(f"the gate looks at main: {tier}")
                if why := self._fault(tier, ran := self._trial.run(main, command)):
                    said = triage.gist(ran.output)
                    remedy = f"{KEEP_THE_PATH if ran.blinded else 'mend it'}, then run again"
                    raise CannotJudge(
                        f"the gate cannot judge anything: `{command}` ({tier}) on main {why}; {remedy}. It said: {said}"
                    )

    def _must_have_tiers(self) -> None:
        if not any(self._commands(tier) for tier in TIERS):
            raise CannotJudge("all three tiers are empty; name a command under [gate] in ssot/factory.toml")

    def _fault(self, tier: str, ran: Ran) -> str:
        """Why this run on main is no ground to judge on; "" where it is one. Single red tests are known reds."""
        if ran.timed_out:
            return "runs into its time limit"
        if ran.seen.tampered:
            return f"looks tampered with ({ran.seen.tampered})"
        if ran.answer is Answer.COULD_NOT_RUN:
            return f"could not run (exit code {ran.code})"
        if ran.answer is Answer.PASS:
            return ""
        known = tier != "doctor" and ran.seen.finished and not self._settings.gate.strict_main
        return "" if known else f"is red (exit code {ran.code})"

    # --- steps

    def _guards(self, asked: Question, tally: Tally) -> None:
        asked.say("the guards look")
        found = guards.run(asked.case)
        tally.guards = {name: "PASS" if all(f.flag for f in findings) else "FAIL" for name, findings in found.items()}
        tally.findings = tuple(finding for findings in found.values() for finding in findings)
        lines = [str(finding) for finding in tally.findings if not finding.flag]
        flags = [f"flagged: {finding}" for finding in tally.findings if finding.flag]
        tally.log += ["== guards", *(f"{name}: {answer}" for name, answer in tally.guards.items()), *lines, *flags]
        if lines:
            tally.fail(min((f.triage for f in tally.findings if not f.flag), key=WORST.index), lines)

    def _doctor(self, asked: Question, tally: Tally) -> None:
        for now in self._run("doctor", asked, tally):
            if now.answer is not Answer.PASS:
                self._fail("doctor", now, tally, ())
                return

    def _criteria(self, asked: Question, tally: Tally) -> None:
        checks = [c for c in asked.plan.criteria if c.check] if asked.plan else []
        store = self._repo.store
        for criterion in checks:
            asked.say(f"the gate checks {criterion.id}")
            after = self._trial.run(asked.tree, criterion.check)
            tests = criteria.of_tests(asked.changed, after, asked.case.terms.modify)
            laid = criteria.laid_over(asked.changed, tests)
            start = store.edit(store.tree_of(asked.main), laid) if laid else asked.main
            before = self._trial.run(start, criterion.check)
            first = criteria.light(before, asked.changed)
            gone = {c.path for c in asked.changed if not c.new}
            second = criteria.judge(tally, criterion, before, first, after, gone)
            if tally.status is Answer.PASS:
                second = self._goal(asked, tally, criterion, tests)
            tally.criteria.append(CriterionResult(id=criterion.id, before=first, after=second))
            if tally.status is not Answer.PASS:
                return

    def _goal(self, asked: Question, tally: Tally, criterion: PlanCriterion, tests: tuple[str, ...]) -> Light:
        """A change that touched what says when a criterion is met must also meet it as main has it."""
        mine = held.movable(asked.changed, tests, criterion.check, asked.case.base.entries())
        if not mine or tests_kept.NAME in asked.case.terms.allow:
            return Light.GREEN
        was = self._trial.run(asked.main, criterion.check)
        laid = held.goal(mine, asked.changed, criterion.check, was.seen)
        if not laid:
            return Light.GREEN
        asked.say(f"the gate checks {criterion.id} as main has it")
        tree = self._repo.store.edit(self._repo.store.tree_of(asked.tree), laid)
        return criteria.judge_goal(tally, criterion, laid, was, self._trial.run(tree, criterion.check))

    def _tests(self, tier: str, asked: Question, tally: Tally) -> None:
        for now in self._run(tier, asked, tally):
            was = self._trial.run(asked.main, now.command)
            if not (was.seen.sessions or now.seen.sessions):
                if now.answer is not Answer.PASS:
                    self._fail(tier, now, tally, ())
            else:
                self._compare(tier, asked, tally, was, now)
            if tally.status is not Answer.PASS:
                return

    def _compare(self, tier: str, asked: Question, tally: Tally, was: Ran, now: Ran) -> None:
        touched = {c.path for c in asked.changed}
        reruns: list[Mapping[str, Outcome]] = []
        while compare.again(was.seen, now.seen, touched, self._settings.gate.flaky_retries, reruns):
            asked.say(f"the gate runs {tier} again: is it flaky?")
            again = self._trial.run(asked.tree, now.command, fresh=True).seen
            reruns.append({} if compare.suspicions(was.seen, again) else again.outcomes)
        found = compare.compare(was.seen, now.seen, reruns, _excused(asked.case))
        tally.tests = _most(tally.tests, found.tests)
        tally.log += [f"known red: {node}" for node in found.known_red] + [f"flaky: {node}" for node in found.flaky]
        if now.timed_out:
            self._fail(tier, now, tally, found.failed)
        elif found.answer is not Answer.PASS:
            tally.results[tier] = found.answer
            why = found.triage or Triage.TEST
            if why is Triage.TEST:
                why = triage.classify(now.output, exit_code=now.code)
            tally.fail(why, found.failed, found.answer)

    def _run(self, tier: str, asked: Question, tally: Tally) -> list[Ran]:
        found = []
        for command in self._commands(tier):
            asked.say(f"the gate runs {tier}")
            tally.results[tier] = Answer.PASS
            found.append(self._trial.run(asked.tree, command))
            tally.heard(tier, found[-1])
        return found

    def _fail(self, tier: str, ran: Ran, tally: Tally, lines: tuple[str, ...]) -> None:
        answer = Answer.COULD_NOT_RUN if ran.answer is Answer.COULD_NOT_RUN else Answer.FAIL
        tally.results[tier] = answer
        if ran.seen.tampered:
            tally.fail(Triage.TAMPER, [f"{tier}: {ran.seen.tampered}", *lines], answer)
            return
        why = triage.classify(ran.output, exit_code=ran.code, timed_out=ran.timed_out)
        end = "ran into its time limit" if ran.timed_out else f"ended with exit code {ran.code}"
        tally.fail(why, [f"{tier}: `{ran.command}` {end}", *lines, *triage.failures(ran.output)], answer)

    def _commands(self, tier: str) -> tuple[str, ...]:
        return tuple(getattr(self._settings.gate, tier))


def _excused(case: Case) -> compare.Excused:
    """Which tests need not be green: in touched files, those that were renamed or moved, or that the ticket lets go."""
    touched = set(case.touched)

    def source(path: str) -> str:
        return text(case.tree, path) or ""

    def answer(missing: Collection[str], skipped: Collection[str], new: Collection[str]) -> frozenset[str]:
        judged = [node for node in missing if is_test_code(node.split("::")[0])]
        if tests_kept.NAME in case.terms.allow:
            return frozenset(node for node in (*judged, *skipped) if node.split("::")[0] in touched)
        return renamed(judged, new, touched, source)

    return answer


def _most(one: Tests, other: Tests) -> Tests:
    """Of two tiers the one that saw more: fast is often a part of regression, and a test counts once."""
    return max(one, other, key=lambda t: t.passed + t.failed + t.known_red + t.missing)
