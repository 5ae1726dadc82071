"""The gate: guards -> doctor -> criteria -> fast -> regression -> what is DONE. Only PASS passes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import guards
from factory.gate import compare, ground, looked_at, triage
from factory.gate.asked import Question, Say
from factory.gate.contradicted import contradicted
from factory.gate.excused import excused
from factory.gate.kept import Kept, rows_at
from factory.gate.named import deciding
from factory.gate.proving import Prover
from factory.gate.sides import Sides
from factory.gate.signs import signs
from factory.gate.tally import TIERS, Tally
from factory.gate.trial import Ran, Trial, installed
from factory.gate.voice import Voice
from factory.gate.waiting import moved
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.model import Answer, Criterion, Oid, Outcome, Plan, Terms, Tests, Triage, Verdict
from factory.ssot.settings import Settings
from guards.case import Case, text

WORST = (Triage.SCOPE, Triage.TAMPER, Triage.GUARD)  # of several findings, the first of these names the failure
STEPS = ("guards", "names", "doctor", "criteria", "fast", "regression", "kept")


class Gate:
    """Judges merged trees, by main's own rules."""

    def __init__(self, repo: Repo, settings: Settings, trial: Trial) -> None:
        self._repo, self._settings, self._trial = repo, settings, trial
        self.limits, self.python = trial.limits, trial.python
        voice = Voice(repo.store, trial)
        self._kept = Kept(repo, trial, voice)
        self._prover = Prover(repo.store, trial, self._kept, voice)

    def at(self, settings: Settings) -> Gate:
        """The same gate by other settings: main's may change while a run lasts."""
        return self if settings == self._settings else Gate(self._repo, settings, self._trial.at(settings))

    def judge(self, plan: Plan, terms: Terms, *, main: Oid, tree: Oid, work: Oid, say: Say) -> Verdict:
        """The verdict on one merged tree. `work` is the tree that the worker left; the first failure ends it."""
        store = self._repo.store
        changed = self._repo.diff(store.tree_of(plan.base), work)
        base = GitTree(store, main)
        case = Case(base, GitTree(store, tree), changed, plan, terms, plan.scope.forbidden, installed(self.python))
        scripts = deciding([c.check for c in plan.criteria if c.check], lambda path: text(base, path) or "")
        sides = Sides.of(self._settings, base, terms, plan.scope.forbidden, scripts, case.tree)
        brought = sides.brought(changed)
        laid = sides.mains(brought, base.entries())
        held = store.edit(store.tree_of(tree), laid) if laid else tree
        return self._ask(Question(case, plan, main, tree, held, sides, brought, say), STEPS)

    def command(self, tree: Oid, command: str) -> Ran:
        """One command on a tree, in the gate's sandbox: what a card accepts may name one."""
        return self._trial.run(tree, command)

    def broken(self, main: Oid) -> list[Criterion]:
        """The criteria that are DONE and red at a commit of main."""
        self._trial.prepare(main)
        return self._kept.broken(main)

    def by_hand(self, case: Case, *, main: Oid, tree: Oid, steps: tuple[str, ...], say: Say) -> Verdict:
        """The same steps on a tree that no attempt made."""
        ground.must_have_tiers(self._settings)
        self._trial.prepare(main)
        sides = Sides.of(self._settings, GitTree(self._repo.store, main), Terms(), case.protected)
        return self._ask(Question(case, None, main, tree, tree, sides, (), say), steps)

    def _ask(self, asked: Question, steps: tuple[str, ...]) -> Verdict:
        do = {
            "guards": self._guards, "names": self._names, "doctor": self._doctor, "criteria": self._criteria,
            "kept": self._kept.hold,
        }  # fmt: skip
        tally = Tally()
        try:
            for name in steps:
                do[name](asked, tally) if name in do else self._tests(name, asked, tally)
                if not tally.passing:
                    break
                if name == "guards":
                    self._ahead(asked, steps)
        finally:
            self._trial.let_go()
        return tally.verdict()

    def base_must_run(self, main: Oid, say: Say = lambda _: None, checks: Collection[str] = ()) -> None:
        """CannotJudge where the gate cannot run on main itself: then nobody's attempt can be judged."""
        ground.must_run(self._repo, self._settings, self._trial, main, checks, say)

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

    def _names(self, asked: Question, tally: Tally) -> None:
        commands = (*(c for tier in TIERS for c in self._commands(tier)), *(c.check for c in asked.checks))
        seen = [self._trial.run(asked.main, c).seen for c in dict.fromkeys(commands)]
        lines = looked_at.names(asked, seen)
        tally.findings += looked_at.flags(asked)
        tally.findings += lines
        if lines:
            tally.fail(Triage.SCOPE, [str(finding) for finding in lines])
        elif goals := list(dict.fromkeys(moved(asked, rows_at(self._repo, asked.main)))):
            tally.fail(Triage.GUARD, goals)

    def _doctor(self, asked: Question, tally: Tally) -> None:
        for command in self._commands("doctor"):
            asked.say("the gate runs doctor")
            now = self._ran("doctor", tally, self._trial.run(asked.tree, command))
            was = self._trial.run(asked.main, command)
            if now.answer is not Answer.PASS and was.answer is not Answer.PASS and was.seen.finished:
                self._held_against("doctor", asked, tally, was, now)
            elif now.answer is not Answer.PASS:
                self._fail("doctor", now, tally, ())
            if not tally.passing:
                return

    def _criteria(self, asked: Question, tally: Tally) -> None:
        self._prover.prove(asked, tally)

    def _ahead(self, asked: Question, steps: Sequence[str]) -> None:
        """What will be asked is under way: a gate waits for the longest, so that comes first, then in the order in
        which it is needed. What is not asked for in the end, because something before it failed, is ended."""
        runs: list[tuple[Oid, str]] = []
        for step in steps:
            if step == "criteria":
                runs += self._prover.runs(asked, [c.check for c in asked.checks])
            elif step in TIERS:
                trees = (asked.tree,) if step == TIERS[0] else tuple(dict.fromkeys((asked.tree, asked.held)))
                runs += [(tree, command) for command in self._commands(step) for tree in trees]
        longest = max((command for _, command in runs), key=lambda one: self._trial.took(asked.main, one), default="")
        for tree, command in sorted(runs, key=lambda run: run[1] != longest):
            self._trial.ahead(tree, command)

    def _tests(self, tier: str, asked: Question, tally: Tally) -> None:
        """A tier on the tree to be stamped, and where the change brings what judges, by main's own judge beside it."""
        for command in self._commands(tier):
            asked.say(f"the gate runs {tier}")
            was, now, held = self._runs(asked, command)
            if _refuses(was, now, asked) or _refuses(was, held, asked):  # a date may have passed since main was asked
                was = self._trial.run(asked.main, command, fresh=True)
            self._ran(tier, tally, now)
            self._held_against(tier, asked, tally, was, now)
            if tally.passing and held is not now:
                self._as_main_judges(tier, asked, tally, was, held)
            if not tally.passing:
                return

    def _as_main_judges(self, tier: str, asked: Question, tally: Tally, was: Ran, held: Ran) -> None:
        if why := contradicted(asked, was, held, self._again(asked, was, held, asked.held)):
            tally.heard(f"{tier} as main judges it", held)
            tally.results[tier] = Answer.FAIL
            tally.fail(*why)

    def _runs(self, asked: Question, command: str) -> tuple[Ran, Ran, Ran]:
        trees = dict.fromkeys((asked.main, asked.tree, asked.held))
        with ThreadPoolExecutor(2) as pool:
            ran = dict(zip(trees, pool.map(lambda tree: self._trial.run(tree, command), trees), strict=True))
        return ran[asked.main], ran[asked.tree], ran[asked.held]

    def _held_against(self, tier: str, asked: Question, tally: Tally, was: Ran, now: Ran) -> None:
        found = signs(was, now, asked.sides.judges) if asked.plan else []
        if found:
            tally.results[tier] = Answer.FAIL
            tally.fail(Triage.TAMPER, [f"{tier}: {sign}" for sign in found])
        elif not (was.seen.sessions or now.seen.sessions):
            if now.answer is not Answer.PASS:
                self._fail(tier, now, tally, ())
        else:
            self._compare(tier, asked, tally, was, now)
            self._proof_stands(tier, tally, now)

    def _proof_stands(self, tier: str, tally: Tally, now: Ran) -> None:
        """A criterion's own test is no known red of a tier."""
        outcomes = now.seen.outcomes
        for criterion, proof in tally.proof.items():
            red = [n for n in proof if outcomes.get(n, Outcome.PASSED) not in compare.GREEN]
            if red and tally.passing:
                tally.results[tier] = Answer.FAIL
                lines = [f"{n}: carries {criterion}, is green alone and {outcomes[n].value} in {tier}" for n in red]
                tally.fail(Triage.TEST, lines)

    def _compare(self, tier: str, asked: Question, tally: Tally, was: Ran, now: Ran) -> None:
        reruns = self._again(asked, was, now, asked.tree)
        found = compare.compare(was.seen, now.seen, reruns, excused(asked.case))
        tally.tests = _most(tally.tests, found.tests)
        tally.red |= {node: triage.gist(now.seen.failures.get(node, "")) for node in found.known_red}
        tally.log += list(found.notes)
        tally.log += [f"known red: {node}" for node in found.known_red] + [f"flaky: {node}" for node in found.flaky]
        if now.timed_out:
            self._fail(tier, now, tally, found.failed)
        elif found.answer is not Answer.PASS:
            tally.results[tier] = found.answer
            why = found.triage or Triage.TEST
            if why is Triage.TEST:
                why = triage.classify(now.output, exit_code=now.code)
            tally.fail(why, found.failed, found.answer)

    def _again(self, asked: Question, was: Ran, now: Ran, tree: Oid) -> list[Mapping[str, Outcome]]:
        """What tests outside of the change said when they were run once more: are they flaky?"""
        touched = {c.path for c in asked.changed}
        reruns: list[Mapping[str, Outcome]] = []
        while compare.again(was.seen, now.seen, touched, self._settings.gate.flaky_retries, reruns):
            asked.say("the gate runs a red test again: is it flaky?")
            again = self._trial.run(tree, now.command, fresh=True).seen
            reruns.append({} if compare.suspicions(was.seen, again) else again.outcomes)
        return reruns

    def _ran(self, tier: str, tally: Tally, ran: Ran) -> Ran:
        tally.results[tier] = Answer.PASS
        tally.heard(tier, ran)
        tally.outcomes |= ran.seen.outcomes
        return ran

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


def _refuses(was: Ran, now: Ran, asked: Question) -> bool:
    """Whether a test that the change did not touch was green when main was asked, and is not now."""
    touched = {c.path for c in asked.changed}
    return any(
        out in compare.GREEN and now.seen.outcomes.get(node) not in compare.GREEN and node.split("::")[0] not in touched
        for node, out in was.seen.outcomes.items()
    )


def _most(one: Tests, other: Tests) -> Tests:
    """Of two tiers the one that saw more: fast is often a part of regression, and a test counts once."""
    return max(one, other, key=lambda t: t.passed + t.failed + t.known_red + t.missing)
