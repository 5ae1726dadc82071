"""The gate: guards -> doctor -> criteria -> fast -> regression -> what is DONE. Only PASS passes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from functools import partial

import guards
from factory.gate import ground, loaded
from factory.gate.asked import Say, TreeQuestion
from factory.gate.commands import to_run
from factory.gate.conditions import USUAL, Conditions
from factory.gate.interpreter import installed
from factory.gate.kept import KeptCriteria, rows_at
from factory.gate.named import deciding
from factory.gate.proving import Prover
from factory.gate.sides import Sides
from factory.gate.tally import Tally
from factory.gate.tiers import Tiers
from factory.gate.trial import Ran, Trial
from factory.gate.voice import Voice
from factory.gate.waiting import moved, together
from factory.git.store import GitTree
from factory.model import Criterion, Light, Oid, Plan, Terms, Triage, Verdict
from factory.ssot.settings import Settings
from guards.case import Case, content, text

WORST = (Triage.SCOPE, Triage.TAMPER, Triage.GUARD)  # of several findings, the first of these names the failure
Step = Callable[[TreeQuestion, Tally], None]
STEPS = ("guards", "names", "doctor", "criteria", "fast", "regression", "twice", "kept")


class Gate:
    """Judges merged trees, by main's own rules."""

    def __init__(self, trial: Trial) -> None:
        self._repo, self._settings, self._trial = trial.repo, trial.settings, trial
        self.limits, self.python, self.tools = trial.limits, trial.python, trial.tools
        self._begun: Oid | None = None  # main, while nobody knows yet whether it can be judged
        self._fine: frozenset[str] = frozenset()  # commands that can run there, as far as is known
        voice = Voice(trial)
        self._kept, self._tiers = KeptCriteria(trial, voice), Tiers(trial)
        self._prover = Prover(trial, self._kept, voice)

    def at(self, settings: Settings) -> Gate:
        """The same gate by other settings: main's may change while a run lasts."""
        return self if settings == self._settings else Gate(self._trial.at(settings))

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
        return self._ask(TreeQuestion(case, plan, main, tree, held, sides, brought, STEPS, say))

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
        self._trial.prepare(main, say)
        sides = Sides.of(self._settings, GitTree(self._repo.store, main), Terms(), case.protected)
        return self._ask(TreeQuestion(case, None, main, tree, tree, sides, (), steps, say))

    def _ask(self, asked: TreeQuestion) -> Verdict:
        do: dict[str, Step] = {
            "guards": self._guards,
            "names": self._names,
            "doctor": self._tiers.doctor,
            "criteria": self._criteria,
            "fast": partial(self._tiers.tests, "fast"),
            "regression": partial(self._tiers.tests, "regression"),
            "twice": self._prover.twice,
            "kept": self._kept.hold,
        }
        tally = Tally(self._settings.factory.timezone)
        try:
            for name in asked.steps:
                do[name](asked, tally)
                if not tally.passing:
                    break
                if name == "guards":
                    self._ahead(asked)
        finally:
            self._trial.let_go()
        return tally.verdict()

    def begin(self, main: Oid, say: Say, checks: Collection[str]) -> None:
        """Start to look at main, and look first at what is soon said: a worker may start. CannotJudge, as below."""
        self._begun = main
        ground.begin(self._trial, main, checks, say)

    def on_main(self, main: Oid, checks: Collection[str], seconds: float) -> dict[str, Ran]:
        """What checks say on main, those that end within the time. The others go on, and are there for a judgement."""
        until = time.monotonic() + seconds
        for check in checks:
            self._trial.begin(main, check)
        found = {check: self._trial.glance(main, check, max(0.0, until - time.monotonic())) for check in checks}
        return {check: ran for check, ran in found.items() if ran is not None}

    def watch(self) -> None:
        """While nobody waits for what was begun: CannotJudge as soon as it shows that nothing can be judged."""
        if self._begun:
            self._fine |= ground.watch(self._trial, self._begun, self._fine)

    def settle(self, say: Say) -> None:
        """Wait until what was begun has ended, before any attempt is told what became of it. CannotJudge, as below."""
        if self._begun:
            self.base_must_run(self._begun, say)
        self._begun = None

    def base_must_run(self, main: Oid, say: Say = lambda _: None) -> None:
        """CannotJudge where the gate cannot run on main itself: then nobody's attempt can be judged."""
        ground.must_run(self._trial, main, say)

    def end(self) -> None:
        """End what was begun and nobody waits for any more."""
        self._trial.end()

    # --- steps

    def _criteria(self, asked: TreeQuestion, tally: Tally) -> None:
        """Where one stays red, also whether another ticket's tests wait in the file that it asks."""
        self._prover.prove(asked, tally)
        last = tally.criteria[-1] if tally.criteria and not tally.passing else None
        if last and last.after is Light.RED:
            criterion, base = next(c for c in asked.checks if c.id == last.id), GitTree(self._repo.store, asked.main)
            rows = rows_at(self._repo, asked.main)
            if why := together(criterion, rows, lambda path: content(base, path)):
                tally.failed = (f"{tally.failed[0]}; {why}", *tally.failed[1:])

    def _guards(self, asked: TreeQuestion, tally: Tally) -> None:
        asked.say("the guards look")
        found = guards.run(asked.case)
        tally.guards = {name: "PASS" if all(f.flag for f in findings) else "FAIL" for name, findings in found.items()}
        tally.findings = tuple(finding for findings in found.values() for finding in findings)
        lines = [str(finding) for finding in tally.findings if not finding.flag]
        flags = [f"flagged: {finding}" for finding in tally.findings if finding.flag]
        tally.log += ["== guards", *(f"{name}: {answer}" for name, answer in tally.guards.items()), *lines, *flags]
        if lines:
            tally.fail(min((f.triage for f in tally.findings if not f.flag), key=WORST.index), lines)

    def _names(self, asked: TreeQuestion, tally: Tally) -> None:
        self.settle(asked.say)
        tiers = to_run(self._settings.gate, asked.steps).values()
        commands = (*(c for tier in tiers for c in tier), *(c.check for c in asked.checks))
        seen = [self._trial.run(asked.main, c).seen for c in dict.fromkeys(commands)]
        lines = loaded.names(asked, seen)
        tally.findings += loaded.flags(asked)
        tally.findings += lines
        if lines:
            tally.fail(Triage.SCOPE, [str(finding) for finding in lines])
        elif goals := list(dict.fromkeys(moved(asked, rows_at(self._repo, asked.main)))):
            tally.fail(Triage.GUARD, goals)

    def _ahead(self, asked: TreeQuestion) -> None:
        """What will be asked is under way: a gate waits for the longest, so that comes first, then in the order in
        which it is needed. What is not asked for in the end, because something before it failed, is ended."""
        runs: list[tuple[Oid, str, Conditions]] = []
        tiers = to_run(self._settings.gate, asked.steps)
        for step in asked.steps:
            if step == "criteria":
                runs += self._prover.runs(asked, [c.check for c in asked.checks])
            elif step in tiers:
                trees = (asked.tree,) if step == "doctor" else tuple(dict.fromkeys((asked.tree, asked.held)))
                runs += [(tree, command, USUAL) for command in tiers[step] for tree in trees]
        longest = max((run[1] for run in runs), key=lambda one: self._took(asked.main, one), default="")
        for run in sorted(runs, key=lambda run: run[1] != longest):
            self._trial.ahead(*run)

    def _took(self, main: Oid, command: str) -> float:
        known = self._trial.known(main, command)
        return known.seconds if known else 0.0
