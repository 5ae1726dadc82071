"""Red before, green after: what a criterion's check proves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from factory.gate import compare, triage
from factory.gate.disturbed import TEST_FILES
from factory.gate.held import unproven
from factory.gate.tally import Tally
from factory.gate.trial import KEEP_THE_PATH, NOT_RUN, Ran
from factory.model import Answer, Changed, Light, PlanCriterion, Triage
from factory.tree import Entry, matches

NOTHING_COLLECTED = 5  # pytest's exit code
# What tests compare with, wherever it lies.
GOLDEN = ("**/golden/**", "**/goldens/**", "**/*.golden", "**/snapshots/**", "**/__snapshots__/**", "**/*.snap",
          "**/*.ambr", "**/*.approved.*", "**/testdata/**", "**/test_data/**", "**/expected/**")  # fmt: skip


def of_tests(changed: Iterable[Changed], after: Ran, open_to: Collection[str]) -> tuple[str, ...]:
    """The paths of a change that say what is right: tests, what they compare with, documents whose examples ran.

    Where the gate saw which tests ran, tests lie in their part of the tree: a file elsewhere that merely looks like one
    (a template, a sample) is what the change is about. So are examples and golden files that the ticket's own globs
    (`open_to`) name.
    """
    files = {node.split("::")[0] for node in after.seen.outcomes}
    parts = {path.split("/")[0] for path in files}

    def is_one(path: str) -> bool:
        if matches(path, TEST_FILES):
            return not parts or path.split("/")[0] in parts
        told = matches(path, GOLDEN) or (path in files and not path.endswith(".py"))
        return told and not matches(path, open_to)

    return tuple(c.path for c in changed if is_one(c.path))


def laid_over(changed: Iterable[Changed], tests: Collection[str]) -> dict[str, Entry]:
    """The change's own tests, to be laid over main for the run before: a test that cannot fail is caught there."""
    return {c.path: Entry(c.new_mode, c.new) for c in changed if c.new and c.path in tests}


def light(ran: Ran, changed: Iterable[Changed] = ()) -> Light:
    """What a check says. Nothing collected, or no such program, is neither red nor green.

    A program that the change itself brings is missing before it: that is red.
    """
    if ran.code in NOT_RUN:
        word = re.match(r"\s*(?:\./)?(\S+)", ran.command)
        brings = {c.path for c in changed if c.new and not c.old}
        return Light.RED if word and word[1] in brings else Light.COULD_NOT_RUN
    if ran.blinded:
        return Light.COULD_NOT_RUN
    if ran.answer is Answer.PASS and not ran.seen.doubts:
        return Light.GREEN
    nothing = ran.seen.sessions and not ran.seen.collected and ran.code in (0, NOTHING_COLLECTED)
    return Light.COULD_NOT_RUN if nothing else Light.RED


def judge(
    tally: Tally, criterion: PlanCriterion, before: Ran, first: Light, after: Ran, gone: Collection[str] = ()
) -> Light:
    """Book one criterion; says what the check said after. `gone`: the files that the change takes away."""
    name, check, second = criterion.id, f"`{criterion.check}`", light(after)
    tally.heard(f"{criterion.id} before", before)
    tally.heard(f"{criterion.id} after", after)
    signs = compare.suspicions(before.seen, after.seen)
    dim = unproven(before.seen, after.seen, gone) if second is Light.GREEN and after.seen.sessions else ()
    if first is Light.GREEN:
        line = f"{name} was green before any work, so it proves nothing: {check}"
        tally.fail(Triage.VACUOUS, [line], mark=criterion.check)
    elif first is Light.COULD_NOT_RUN:
        hint = f"; {KEEP_THE_PATH}" if before.blinded else ""
        line = f"{name} could not run on main (exit code {before.code}){hint}: {check}"
        tally.fail(Triage.ENVIRONMENT, [line, *triage.failures(before.output)], Answer.COULD_NOT_RUN)
    elif signs:
        tally.fail(Triage.TAMPER, [f"{name}: {sign}: {check}" for sign in signs])
    elif second is not Light.GREEN:
        why = triage.classify(after.output, exit_code=after.code, timed_out=after.timed_out)
        state = "could not run" if second is Light.COULD_NOT_RUN else "is still red"
        found = triage.failures(after.output)
        tally.fail(why, [f"{name} {state}: {check}", *found], mark="\n".join(found) or f"{criterion.check} {state}")
    elif dim:
        return _refuse(tally, f"{name} is not proven: {check}", dim)
    return second


def judge_goal(tally: Tally, criterion: PlanCriterion, laid: Collection[str], was: Ran, held: Ran) -> Light:
    """Book the run with `laid` as main has it, where a change touched what says that the criterion is met."""
    dim = unproven(was.seen, held.seen) if held.seen.sessions else ()
    if not dim and (held.seen.sessions or light(held) is Light.GREEN):
        return Light.GREEN
    paths = ", ".join(sorted(laid)[:3]) + (" and others" if len(laid) > 3 else "")
    line = (
        f"{criterion.id} is green only with what the change made of {paths}: leave it as main has it, or, if the "
        f'ticket is meant to change it, its terms say allow = ["tests_kept"]: `{criterion.check}`'
    )
    return _refuse(tally, line, dim or triage.failures(held.output))


def _refuse(tally: Tally, line: str, lines: Iterable[str]) -> Light:
    tally.fail(Triage.TEST, [line, *lines])
    return Light.RED
