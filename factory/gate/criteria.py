"""Red before, green after: what a criterion's check proves."""

from __future__ import annotations

import re
from collections.abc import Iterable

from factory.gate import triage
from factory.gate.disturbed import TEST_FILES
from factory.gate.tally import Tally
from factory.gate.trial import KEEP_THE_PATH, NOT_RUN, Ran
from factory.model import Answer, Changed, Light, PlanCriterion, Triage
from factory.tree import Entry, matches

NOTHING_COLLECTED = 5  # pytest's exit code


def laid_over(changed: Iterable[Changed], after: Ran) -> dict[str, Entry]:
    """The change's own tests, to be laid over main for the run before: a test that cannot fail is caught there.

    Where the gate saw which tests ran, only what lies in their part of the tree: a file elsewhere that merely looks
    like a test (a template, a sample) is what the change is about.
    """
    parts = {node.split("/")[0].split("::")[0] for node in after.seen.outcomes}
    return {
        c.path: Entry(c.new_mode, c.new)
        for c in changed
        if c.new and matches(c.path, TEST_FILES) and (not parts or c.path.split("/")[0] in parts)
    }


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


def judge(tally: Tally, criterion: PlanCriterion, before: Ran, first: Light, after: Ran) -> Light:
    """Book one criterion; says what the check said after."""
    name, check, second = criterion.id, f"`{criterion.check}`", light(after)
    tally.heard(f"{criterion.id} before", before)
    tally.heard(f"{criterion.id} after", after)
    signs = sorted({after.seen.tampered, *(after.seen.doubts - before.seen.doubts)} - {""})
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
    return second
