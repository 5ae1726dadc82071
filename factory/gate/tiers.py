"""The tiers: the repository's own commands on the tree to be stamped, held against what they said on main."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from factory.gate import compare, triage
from factory.gate.asked import TreeQuestion
from factory.gate.commands import is_told_by, same_run, to_run
from factory.gate.contradicted import contradicted
from factory.gate.ground import unloaded
from factory.gate.held import lost
from factory.gate.renamed import changing_in, renamed
from factory.gate.signs import signs
from factory.gate.tally import Tally
from factory.gate.transcript import RED
from factory.gate.trial import Ran, Trial
from factory.model import Conclusion, Fate, Oid, Tests, Triage
from factory.ssot import settings
from guards import tests_kept
from guards.case import Case, text
from guards.syntax.suite import is_test_code


class Tiers:
    """Runs them, and books what each says."""

    def __init__(self, trial: Trial) -> None:
        self._trial, self._gate = trial, trial.settings.gate

    def doctor(self, asked: TreeQuestion, tally: Tally) -> None:
        """What is no tier's to tell."""
        for command in to_run(self._gate, asked.steps)["doctor"]:
            self._say(asked, "doctor", command)
            now = self._ran("doctor", tally, self._trial.run(asked.tree, command))
            was = self._trial.run(asked.main, command)
            if _says_nothing(was, now):
                self._fail("doctor", now, tally, self._hint(asked, now))
            elif now.answer is not Conclusion.PASS and was.answer is not Conclusion.PASS and was.seen.finished:
                self._held_against("doctor", asked, tally, was, now)
            elif now.answer is not Conclusion.PASS:
                self._fail("doctor", now, tally, self._hint(asked, now))
            if not tally.passing:
                return

    def tests(self, tier: settings.Tier, asked: TreeQuestion, tally: Tally) -> None:
        """A tier on the tree to be stamped, and where the change brings what judges, by main's own judge beside it."""
        for command in self._gate.tiers()[tier]:
            self._say(asked, tier, command)
            was, now, held = self._runs(asked, command)
            changing = tally.changing.get(same_run(command))
            if changing is None and (_refuses(was, now, asked) or _refuses(was, held, asked)):
                again = self._trial.run(asked.main, command, fresh=True)  # a date may have passed since main was asked
                changing, was = changing_in(was.seen.outcomes, again.seen.outcomes), again
                tally.changing[same_run(command)] = changing
            changing = changing or frozenset()
            self._ran(tier, tally, now)
            if _says_nothing(was, now):
                self._fail(tier, now, tally, self._hint(asked, now))
            else:
                self._held_against(tier, asked, tally, was, now, changing)
            if tally.passing and held is not now:
                self._as_main_judges(tier, asked, tally, was, held, changing)
            if any(is_told_by(doctor, [command]) for doctor in self._gate.doctor):
                tally.results["doctor"] = Conclusion.FAIL if _uncollected(was, now) else Conclusion.PASS
            if not tally.passing:
                return

    def _hint(self, asked: TreeQuestion, ran: Ran) -> tuple[str, ...]:
        """What a person who asks by hand can mend; an attempt's own author cannot."""
        return (hint,) if asked.plan is None and (hint := self._trial.absent(asked.main, ran)) else ()

    def _say(self, asked: TreeQuestion, tier: str, command: str) -> None:
        known = self._trial.known(asked.tree, command)
        asked.say(f"the gate remembers {tier} of this tree" if known and known.remembered else f"the gate runs {tier}")

    def _as_main_judges(
        self, tier: str, asked: TreeQuestion, tally: Tally, was: Ran, held: Ran, changing: frozenset[str]
    ) -> None:
        if why := contradicted(asked, was, held, self._again(asked, was, held, asked.held), changing):
            tally.heard(f"{tier} as main judges it", held)
            tally.results[tier] = Conclusion.FAIL
            tally.fail(*why)

    def _runs(self, asked: TreeQuestion, command: str) -> tuple[Ran, Ran, Ran]:
        trees = dict.fromkeys((asked.main, asked.tree, asked.held))
        with ThreadPoolExecutor(2) as pool:
            ran = dict(zip(trees, pool.map(lambda tree: self._trial.run(tree, command), trees), strict=True))
        return ran[asked.main], ran[asked.tree], ran[asked.held]

    def _held_against(
        self, tier: str, asked: TreeQuestion, tally: Tally, was: Ran, now: Ran, changing: frozenset[str] = frozenset()
    ) -> None:
        found = signs(was, now, asked.sides.judges) if asked.plan else []
        if found:
            tally.results[tier] = Conclusion.FAIL
            tally.fail(Triage.TAMPER, [f"{tier}: {sign}" for sign in found])
        elif not (was.seen.sessions or now.seen.sessions):
            if now.answer is not Conclusion.PASS:
                self._fail(tier, now, tally, self._hint(asked, now))
        else:
            self._compare(tier, asked, tally, was, now, changing)
            self._proof_stands(tier, tally, now)

    def _proof_stands(self, tier: str, tally: Tally, now: Ran) -> None:
        """A criterion's own test is no known red of a tier."""
        outcomes = now.seen.outcomes
        for criterion, proof in tally.proof.items():
            red = [n for n in proof if outcomes.get(n, Fate.PASSED) not in compare.GREEN]
            if red and tally.passing:
                tally.results[tier] = Conclusion.FAIL
                lines = [f"{n}: carries {criterion}, is green alone and {outcomes[n].value} in {tier}" for n in red]
                tally.fail(Triage.TEST, lines)

    def _compare(
        self, tier: str, asked: TreeQuestion, tally: Tally, was: Ran, now: Ran, changing: frozenset[str]
    ) -> None:
        reruns = self._again(asked, was, now, asked.tree)
        found = compare.compare(was.seen, now.seen, reruns, _excused(asked.case), changing)
        tally.tests = _most(tally.tests, found.tests)
        tally.red |= {node: triage.gist(now.seen.failures.get(node, "")) for node in found.known_red}
        tally.log += list(found.notes)
        if asked.plan is None and (line := unloaded(self._trial, asked.main, now)):
            tally.log.append(line)
        tally.log += [f"known red: {node}" for node in found.known_red] + [f"flaky: {node}" for node in found.flaky]
        if now.timed_out:
            self._fail(tier, now, tally, found.failed)
        elif found.answer is not Conclusion.PASS:
            tally.results[tier] = found.answer
            why = found.triage or Triage.TEST
            if why is Triage.TEST:
                why = triage.classify(now.output, exit_code=now.code)
            causes = [line for line in triage.failures(now.output) if triage.names_cause(line, why)]
            tally.fail(why, [*found.failed, *causes], found.answer, mark="\n".join(found.failed))

    def _again(self, asked: TreeQuestion, was: Ran, now: Ran, tree: Oid) -> list[Mapping[str, Fate]]:
        """What tests outside of the change said when they were run once more: are they flaky?"""
        touched = {c.path for c in asked.changed}
        reruns: list[Mapping[str, Fate]] = []
        while compare.again(was.seen, now.seen, touched, self._gate.flaky_retries, reruns):
            asked.say("the gate runs a red test again: is it flaky?")
            again = self._trial.run(tree, now.command, fresh=True).seen
            reruns.append({} if compare.suspicions(was.seen, again) else again.outcomes)
        return reruns

    def _ran(self, tier: str, tally: Tally, ran: Ran) -> Ran:
        tally.results[tier] = Conclusion.PASS
        tally.heard(tier, ran)
        tally.outcomes |= ran.seen.outcomes
        return ran

    def _fail(self, tier: str, ran: Ran, tally: Tally, lines: tuple[str, ...]) -> None:
        answer = Conclusion.COULD_NOT_RUN if ran.answer is Conclusion.COULD_NOT_RUN else Conclusion.FAIL
        tally.results[tier] = answer
        if ran.seen.tampered:
            tally.fail(Triage.TAMPER, [f"{tier}: {ran.seen.tampered}", *lines], answer)
            return
        why = triage.classify(ran.output, exit_code=ran.code, timed_out=ran.timed_out)
        end = "ran into its time limit" if ran.timed_out else f"ended with exit code {ran.code}"
        tally.fail(why, [f"{tier}: `{ran.command}` {end}", *lines, *triage.failures(ran.output)], answer)


def _says_nothing(was: Ran, now: Ran) -> bool:
    """Whether neither main nor the tree could run: red alike, and no ground to judge on."""
    return was.answer is Conclusion.COULD_NOT_RUN and now.answer is Conclusion.COULD_NOT_RUN


def _refuses(was: Ran, now: Ran, asked: TreeQuestion) -> bool:
    """Whether a test was green when main was asked and is not now; of a file that the change touches, is not there."""
    touched, outcomes = {c.path for c in asked.changed}, now.seen.outcomes
    return any(
        node.split("::")[0] not in touched or ("[" in node and node not in outcomes)
        for node in lost(was.seen, now.seen)
    )


def _uncollected(was: Ran, now: Ran) -> bool:
    """Whether there are files that could not be collected, and could be on main, or nothing was."""
    reds = (node for node, out in now.seen.outcomes.items() if out in RED and "::" not in node)
    return not now.seen.collected or any(not compare.was_red(was.seen.outcomes, node) for node in reds)


def _most(one: Tests, other: Tests) -> Tests:
    """Of two tiers the one that saw more: fast is often a part of regression, and a test counts once."""
    return max(one, other, key=lambda t: t.passed + t.failed + t.known_red + t.missing)


def _excused(case: Case) -> compare.Excused:
    """Of main's tests in touched files, those that were renamed or moved, or that the ticket lets go."""
    touched = set(case.touched)

    def source(path: str) -> str:
        return text(case.tree, path) or ""

    def answer(missing: Collection[str], skipped: Collection[str], new: Collection[str]) -> frozenset[str]:
        judged = [node for node in missing if is_test_code(node.split("::")[0])]
        if tests_kept.NAME in case.terms.allow:
            return frozenset(node for node in (*judged, *skipped) if node.split("::")[0] in touched)
        return renamed(judged, new, touched, source)

    return answer
