"""Red before, green after: what a criterion's check proves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from factory.gate import triage
from factory.gate.conditions import USUAL, Conditions
from factory.gate.held import lost, unproven
from factory.gate.tally import Tally
from factory.gate.transcript import RED, STRICT
from factory.gate.trial import KEEP_THE_PATH, NOT_RUN, Ran
from factory.model import Conclusion, CriterionResult, Fate, Light, PlanCriterion, Triage
from factory.ssot.product import JUDGING, OTHER_CODE
from factory.tree import matches

EXCUSED = frozenset({Fate.SKIPPED, Fate.XFAILED})
NOTHING_COLLECTED = 5  # pytest's exit code


class Passes(NamedTuple):
    """One check, asked of all that a change could have moved. Two are the same run where it moved nothing there."""

    was: Ran  # main
    before: Ran  # main's product, judged by what the change brings
    held: Ran  # the change's product, judged by main
    after: Ran  # the tree that would be stamped
    under: Conditions = USUAL  # of `after`; what is altered runs under the same, so that no product can tell them apart

    changing: frozenset[str] = frozenset()  # functions whose ids differ from run to run of main

    @property
    def runs(self) -> tuple[Ran, ...]:
        return self.was, self.before, self.held, self.after


class Touching(NamedTuple):
    """The paths of a change, as a criterion's check meets them."""

    touched: frozenset[str]
    brought: frozenset[str]  # of these the ones on the judge's side
    new: frozenset[str]  # of these the ones that main does not have
    excuses: bool = False  # it takes nothing from main's tests but their marks


def light(ran: Ran, brings: Collection[str] = ()) -> Light:
    """What a check says. Nothing collected, or no such program, is neither red nor green.

    A program that the change itself brings, or lets be started, is missing before it: that is red.
    """
    if ran.code in NOT_RUN:
        return Light.RED if _starts(ran.command, brings) else Light.COULD_NOT_RUN
    if ran.blinded:
        return Light.COULD_NOT_RUN
    if ran.answer is Conclusion.PASS:
        return Light.GREEN
    return Light.COULD_NOT_RUN if selects_nothing(ran) else Light.RED


def selects_nothing(ran: Ran) -> bool:
    """Whether a test runner ran, and found no test of those that it was asked for."""
    return bool(ran.seen.sessions) and not ran.seen.collected and ran.code in (0, NOTHING_COLLECTED)


def _starts(command: str, brings: Collection[str]) -> bool:
    """Whether a command names one of the paths, from whatever folder: `cd back && ./verify`, `timeout 9 ./verify`."""
    words = {word.removeprefix("./") for word in re.findall(r"[\w.@+/-]+", command)}
    return any(path == word or path.endswith(f"/{word}") for path in brings for word in words if word)


def judge(
    tally: Tally, criterion: PlanCriterion, ran: Passes, signs: Sequence[str], moved: Touching
) -> CriterionResult:
    """Book one criterion."""
    check, first, second = f"`{criterion.check}`", first_light(ran, moved), light(ran.after)
    tally.heard(f"{criterion.id} before", ran.before)
    tally.heard(f"{criterion.id} after", ran.after)
    if first is Light.GREEN and second is Light.GREEN and _moves_the_goal(ran, moved):
        second = _goal(tally, criterion, ran, moved)
    elif first is Light.GREEN:
        when = (
            "with what the change brings beside the product alone" if light(ran.was) is Light.RED else "before any work"
        )
        line = f"{criterion.id} was green {when}, so it proves nothing: {check}{_on_the_wrong_side(ran, moved)}"
        tally.fail(Triage.VACUOUS, [line], mark=criterion.check)
    elif first is Light.COULD_NOT_RUN:
        _no_ground(tally, criterion, ran.before)
    elif signs:
        tally.fail(Triage.TAMPER, [f"{criterion.id}: {sign}: {check}" for sign in signs])
    elif second is not Light.GREEN:
        _still_red(tally, criterion, second, ran.after)
    elif dim := unproven(ran.before.seen, ran.after.seen) if ran.after.seen.sessions else ():
        second = _refuse(tally, f"{criterion.id} is not proven: {check}", dim)
    elif ran.held is not ran.after:
        second = _goal(tally, criterion, ran, moved)
    return CriterionResult(id=criterion.id, before=first, after=second)


def _no_ground(tally: Tally, criterion: PlanCriterion, before: Ran) -> None:
    """It said neither yes nor no before the work."""
    if selects_nothing(before):
        line = f"{criterion.id} selects no test (exit code {before.code}), not even with what the change brings"
        tally.fail(Triage.PATH, [f"{line}: `{criterion.check}`"], Conclusion.COULD_NOT_RUN)
        return
    hint = f"; {KEEP_THE_PATH}" if before.blinded else ""
    line = f"{criterion.id} could not run on main (exit code {before.code}){hint}: `{criterion.check}`"
    tally.fail(Triage.ENVIRONMENT, [line, *triage.failures(before.output)], Conclusion.COULD_NOT_RUN)


def first_light(ran: Passes, moved: Touching) -> Light:
    """What the check said before the work: by what the change brings, or by main's judge where that turned green."""
    first = light(ran.before, moved.touched)
    lights = (light(ran.was), light(ran.held))
    turned = ran.held is not ran.after and lights == (Light.RED, Light.GREEN) and _stands(ran) == ()
    return Light.RED if first is Light.GREEN and turned else first


def _moves_the_goal(ran: Passes, moved: Touching) -> bool:
    """Whether main's own judge waited red, still is, and what the change edited of it says yes to anything."""
    return ran.held is not ran.after and light(ran.was) is Light.RED and not moved.new and _stands(ran) != ()


def _stands(ran: Passes) -> tuple[str, ...] | None:
    """Whether the goal stands as main has it: nothing to object, the tests that it lacks, or None for an exit code."""
    if not (ran.was.seen.sessions and ran.held.seen.sessions):
        return () if light(ran.held) is Light.GREEN else None
    if lacking := unproven(ran.was.seen, ran.held.seen) or lost(ran.was.seen, ran.held.seen, ran.changing):
        return lacking
    worse = light(ran.held) is not Light.GREEN and bool(ran.held.seen.outcomes) and not _red(ran.held)
    return None if worse else ()


def _on_the_wrong_side(ran: Passes, moved: Touching) -> str:
    """The way out where what the change brings to the judge's side is enough by itself: it may be the product unsaid.

    In the same line: the night's log and the ticket's reason have one.
    """
    code = sorted(path for path in moved.brought if not matches(path, JUDGING) and path.endswith(OTHER_CODE))
    if code or (light(ran.was) is Light.RED and moved.new):
        paths = ", ".join((code or sorted(moved.new))[:3])
        return f"; where it is the product that lies in {paths}, name that in [product] paths or in the ticket's modify"
    return ""


def _still_red(tally: Tally, criterion: PlanCriterion, second: Light, after: Ran) -> None:
    why = triage.classify(after.output, exit_code=after.code, timed_out=after.timed_out)
    state = "could not run" if second is Light.COULD_NOT_RUN else "is still red"
    found = triage.failures(after.output)
    mark = "\n".join(found) or f"{criterion.check} {state}"
    tally.fail(why, [f"{criterion.id} {state}: `{criterion.check}`", *found], mark=mark)


def _goal(tally: Tally, criterion: PlanCriterion, ran: Passes, moved: Touching) -> Light:
    """A change that touches what judges must meet the criterion as main has it, too."""
    tally.heard(f"{criterion.id} as main judges it", ran.held)
    lacking = _stands(ran)
    if moved.excuses and _is_excused(ran.was) and _is_excused(ran.held):
        return Light.GREEN  # main's judge says neither yes nor no, and its test is the very one without the excuse
    if lacking == () or (lacking is None and _brings(criterion.check, moved.new)):
        return Light.GREEN
    paths = ", ".join(sorted(moved.brought)[:3]) + (" and others" if len(moved.brought) > 3 else "")
    line = (
        f"{criterion.id} is green only with what the change made of {paths}: leave it as main has it; if the ticket "
        f"is meant to change it, a person names it in its terms (modify, or may_change_tests): `{criterion.check}`"
    )
    return _refuse(tally, line, lacking or triage.failures(ran.held.output))


def _is_excused(ran: Ran) -> bool:
    """Whether all that ran was excused: skipped, expected to fail, or red for it does not fail any more."""
    outcomes = ran.seen.outcomes.items()
    strict = [node for node, out in outcomes if out in RED and STRICT in ran.seen.failures.get(node, "")]
    return bool(outcomes) and all(out in EXCUSED or node in strict for node, out in outcomes)


def _red(ran: Ran) -> bool:
    return any(outcome in RED for outcome in ran.seen.outcomes.values())


def _brings(check: str, new: Collection[str]) -> bool:
    """Whether a check names a judge that main does not have: by its path, a folder of it, or as a module."""
    words = set(re.findall(r"[\w./-]+", check))
    names = {word.removeprefix("./").rstrip("/") for word in words}
    names |= {word.replace(".", "/") for word in words} | {word.replace(".", "/") + ".py" for word in words}
    return any(path == name or path.startswith(f"{name}/") for path in new for name in names if name)


def _refuse(tally: Tally, line: str, lines: Iterable[str]) -> Light:
    tally.fail(Triage.TEST, [line, *lines])
    return Light.RED
