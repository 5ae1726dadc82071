"""The gate: guards -> doctor -> criteria -> fast -> regression. Three answers, and only PASS passes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

import guards
from factory import compare, triage
from factory.errors import CouldNotRun
from factory.model import (
    Answer,
    Changed,
    CriterionResult,
    Finding,
    Light,
    Oid,
    Plan,
    Terms,
    Tests,
    TierResults,
    Triage,
    Verdict,
)
from factory.repo import Repo
from factory.settings import Settings
from factory.store import GitTree
from factory.tree import Entry, matches
from factory.trial import Ran, Trial
from guards.case import Case

TIERS = ("doctor", "fast", "regression")
TEST_FILES = ("**/test_*.py", "**/*_test.py", "test/**", "tests/**", "**/tests/**", "**/*.test.*", "**/*.spec.*")

Say = Callable[[str], None]


class Question(NamedTuple):
    """What the gate is asked: may this tree become main's next?"""

    plan: Plan
    terms: Terms
    main: Oid  # main's tip, that the tree was merged onto
    tree: Oid  # exactly what would be stamped
    changed: tuple[Changed, ...]  # what the worker's change touched
    say: Say


class Tally:
    """What the gate has found so far."""

    def __init__(self) -> None:
        self.results: dict[str, Answer] = dict.fromkeys(TIERS, Answer.SKIPPED)
        self.guards: dict[str, str] = {}
        self.criteria: list[CriterionResult] = []
        self.findings: list[Finding] = []
        self.tests = Tests()
        self.failed: list[str] = []
        self.log: list[str] = []
        self.why: Triage | None = None
        self.status = Answer.PASS

    def fail(self, why: Triage, lines: Iterable[str], status: Answer = Answer.FAIL) -> None:
        self.why, self.status = why, status
        self.failed += list(lines)

    def verdict(self) -> Verdict:
        log = "\n".join(self.log) + "\n"
        said = "\n".join(self.failed) + "\n" + log
        return Verdict(
            status=self.status,
            triage=self.why,
            fingerprint=triage.fingerprint(self.why, said) if self.why else "",
            gate_results=TierResults(**self.results),
            guards=self.guards,
            criteria=tuple(self.criteria),
            tests=self.tests,
            findings=tuple(self.findings),
            failed=tuple(self.failed),
            log=log,
        )


class Gate:
    """Judges merged trees, by main's own rules."""

    def __init__(self, repo: Repo, settings: Settings, trial: Trial) -> None:
        self._repo, self._settings, self._trial = repo, settings, trial
        self.limits, self.python = trial.limits, trial.python
        self._protected = ()

    def judge(
        self, plan: Plan, terms: Terms, *, main: Oid, tree: Oid, base: Oid, work: Oid, protected: tuple[str, ...], say: Say
    ) -> Verdict:
        """The verdict on one merged tree. The first failure ends it."""
        asked = Question(plan, terms, main, tree, self._repo.diff(self._repo.store.tree_of(base), work), say)
        tally = Tally()
        for step in (self._guards, self._doctor, self._criteria, self._fast, self._regression):
            step(asked, tally)
            if tally.status is not Answer.PASS:
                break
        return tally.verdict()

    def base_must_run(self, main: Oid, say: Say = lambda _: None) -> None:
        """CouldNotRun where the gate cannot run on main itself: then nobody's attempt can be judged."""
        if not self._settings.gate.tiers():
            raise CouldNotRun("all three tiers are empty; name a command under [gate] in ssot/factory.toml")
        for tier in TIERS:
            say(f"the gate looks at main: {tier}")
            for ran in self._trial.run(main, self._commands(tier)):
                self._check_base(tier, ran)

    def _check_base(self, tier: str, ran: Ran) -> None:
        strict = self._settings.gate.strict_main
        seen = ran.sessions and tier != "doctor"
        if ran.answer is Answer.COULD_NOT_RUN or ran.timed_out or ran.tampered or (seen and not ran.finished):
            why = ran.tampered or ("it ran into its time limit" if ran.timed_out else f"exit code {ran.code}")
        elif ran.answer is Answer.FAIL and (strict or not seen):
            why = "it is red on main" if seen else f"exit code {ran.code}"
        else:
            return
        raise CouldNotRun(
            f"the gate cannot judge anything: `{ran.command}` ({tier}) on main: {why}; "
            f"mend it and run again. It said: {triage.tail(ran.output, 5).strip() or '(nothing)'}"
        )

    # --- steps

    def _guards(self, asked: Question, tally: Tally) -> None:
        store = self._repo.store
        case = Case(
            base=GitTree(store, asked.main), tree=GitTree(store, asked.tree), changed=asked.changed,
            plan=asked.plan, terms=asked.terms, protected=asked.plan.scope.forbidden,
        )  # fmt: skip
        found = guards.run(case)
        tally.guards = {name: "FAIL" if findings else "PASS" for name, findings in found.items()}
        tally.findings = [finding for findings in found.values() for finding in findings]
        tally.log += ["== guards", *(f"{name}: {answer}" for name, answer in tally.guards.items())]
        if tally.findings:
            tally.log += [str(f) for f in tally.findings]
            worst = min(tally.findings, key=lambda f: (Triage.TAMPER, Triage.SCOPE, Triage.GUARD).index(f.triage))
            tally.fail(worst.triage, [str(f) for f in tally.findings])

    def _doctor(self, asked: Question, tally: Tally) -> None:
        self._by_exit_code("doctor", asked, tally)

    def _fast(self, asked: Question, tally: Tally) -> None:
        self._tier("fast", asked, tally)

    def _regression(self, asked: Question, tally: Tally) -> None:
        self._tier("regression", asked, tally)

    def _criteria(self, asked: Question, tally: Tally) -> None:
        checks = [c for c in asked.plan.criteria if c.check]
        before_tree = self._with_its_tests(asked)
        for criterion in checks:
            asked.say(f"the gate checks {criterion.id}")
            (before,) = self._trial.run(before_tree, [criterion.check])
            first = light(before, asked.changed)
            after = None
            if first is Light.RED:
                (ran,) = self._trial.run(asked.tree, [criterion.check])
                after = light(ran, ())
                self._log(tally, f"{criterion.id} after", ran)
            else:
                self._log(tally, f"{criterion.id} before", before)
            tally.criteria.append(CriterionResult(id=criterion.id, before=first, after=after))
            self._judge_criterion(tally, criterion.id, criterion.check, first, after, before if after is None else ran)
            if tally.status is not Answer.PASS:
                return

    def _judge_criterion(self, tally: Tally, id: str, check: str, first: Light, after: Light | None, ran: Ran) -> None:
        if first is Light.GREEN:
            tally.fail(Triage.VACUOUS, [f"{id}: `{check}` was green before any work: it proves nothing"])
        elif first is Light.COULD_NOT_RUN:
            line = f"{id}: `{check}` could not run on main (exit code {ran.code})"
            tally.fail(Triage.ENVIRONMENT, [line], Answer.COULD_NOT_RUN)
        elif after is not Light.GREEN:
            why = Triage.TAMPER if ran.tampered else triage.classify(ran.output, exit_code=ran.code, timed_out=ran.timed_out)
            state = "could not run" if after is Light.COULD_NOT_RUN else "is still red"
            tally.fail(why, [f"{id}: `{check}` {state}{': ' + ran.tampered if ran.tampered else ''}", *triage.failures(ran.output)])

    def _with_its_tests(self, asked: Question) -> Oid:
        """Main with the change's own tests laid over it: a test that cannot fail is caught there."""
        words = " ".join(c.check for c in asked.plan.criteria)
        laid: dict[str, Entry | None] = {
            c.path: Entry(c.new_mode, c.new)
            for c in asked.changed
            if c.new and (matches(c.path, TEST_FILES) or _named(c.path, words))
        }
        store = self._repo.store
        return store.edit(store.tree_of(asked.main), laid) if laid else asked.main

    def _by_exit_code(self, tier: str, asked: Question, tally: Tally) -> None:
        for ran in self._run(tier, asked.tree, asked, tally):
            if ran.answer is not Answer.PASS or ran.tampered:
                self._fail_tier(tier, ran, tally, list(triage.failures(ran.output)))
                return

    def _tier(self, tier: str, asked: Question, tally: Tally) -> None:
        base = self._trial.run(asked.main, self._commands(tier))
        after = self._run(tier, asked.tree, asked, tally)
        for was, now in zip(base, after, strict=True):
            if not now.sessions and not was.sessions:
                lines = [] if now.answer is Answer.PASS else [f"`{now.command}` ended with exit code {now.code}"]
                lines += triage.failures(now.output) if lines else ()
            else:
                lines = self._compare(tier, asked, tally, was, now)
            if lines or now.tampered:
                self._fail_tier(tier, now, tally, lines)
                return

    def _compare(self, tier: str, asked: Question, tally: Tally, was: Ran, now: Ran) -> list[str]:
        raise NotImplementedError

    def _run(self, tier: str, tree: Oid, asked: Question, tally: Tally) -> tuple[Ran, ...]:
        commands = self._commands(tier)
        if commands:
            asked.say(f"the gate runs {tier}")
            tally.results[tier] = Answer.PASS
        ran = self._trial.run(tree, commands)
        for one in ran:
            self._log(tally, tier, one)
        return ran

    def _fail_tier(self, tier: str, ran: Ran, tally: Tally, lines: list[str]) -> None:
        answer = Answer.COULD_NOT_RUN if ran.answer is Answer.COULD_NOT_RUN else Answer.FAIL
        tally.results[tier] = answer
        if ran.tampered:
            why, lines = Triage.TAMPER, [f"{tier}: {ran.tampered}", *lines]
        else:
            why = triage.classify(ran.output, exit_code=ran.code, timed_out=ran.timed_out)
        tally.fail(why, lines or [f"{tier}: `{ran.command}` ended with exit code {ran.code}"], answer)

    def _commands(self, tier: str) -> tuple[str, ...]:
        return tuple(getattr(self._settings.gate, tier))

    def _log(self, tally: Tally, what: str, ran: Ran) -> None:
        end = "ran into its time limit" if ran.timed_out else f"exit code {ran.code}"
        tally.log += [f"== {what}: {ran.command}", ran.output.rstrip("\n"), f"-- {end}, {ran.seconds:.1f} s"]


def light(ran: Ran, added: Iterable[Changed]) -> Light:
    """What a criterion's check says. Nothing collected, or no such program, is neither red nor green."""
    if ran.code in (126, 127):
        word = re.match(r"\s*(?:\./)?(\S+)", ran.command)
        brings = {c.path for c in added if c.new and not c.old}
        return Light.RED if word and word[1] in brings else Light.COULD_NOT_RUN
    if ran.answer is Answer.PASS and (not ran.sessions or ran.finished):
        return Light.GREEN
    if ran.sessions and ran.finished and not ran.collected and ran.code == 5:
        return Light.COULD_NOT_RUN
    return Light.RED


def _named(path: str, words: str) -> bool:
    return path in words or PurePosixPath(path).name in words
