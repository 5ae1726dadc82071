"""Pure: what the tests did on the base and after the change -> what counts against the change (contract, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from factory.gate.observe import Observation
from factory.gate.renamed import said, stand_ins
from factory.gate.transcript import RED
from factory.model import Conclusion, Fate, Tests, Triage

Outcomes = Mapping[str, Fate]
Excused = Callable[[Collection[str], Collection[str], Collection[str]], frozenset[str]]
GREEN = frozenset({Fate.PASSED, Fate.XPASSED})


@dataclass(frozen=True)
class Comparison:
    """What one tier's tests say of a change."""

    answer: Conclusion
    tests: Tests = field(default_factory=Tests)
    failed: tuple[str, ...] = ()  # one line each
    triage: Triage | None = None
    known_red: tuple[str, ...] = ()  # node ids: red on the base and red now
    flaky: tuple[str, ...] = ()  # node ids: red, and green when run again
    notes: tuple[str, ...] = ()  # what a person should hear once, and what counts against nobody


def compare(
    base: Observation,
    after: Observation,
    reruns: Sequence[Outcomes] = (),
    excused: Excused | None = None,
    changing: Collection[str] = (),
) -> Comparison:
    """Holds `after` against `base`. `reruns` are the outcomes of the tests that `again` named, a mapping a try.
    `excused` says which tests need not be green, given the missing ones, the skipped ones and the new green ones.
    `changing` are functions whose ids were others when the base was asked again.

    Tampering is FAIL; a run that did not end, or that collected nothing, is COULD_NOT_RUN.
    """
    if signs := suspicions(base, after):
        return Comparison(Conclusion.FAIL, failed=signs, triage=Triage.TAMPER)
    if why := _unable(after):
        ran_before = base.finished and base.collected  # then it is the change that stopped it
        triage = Triage.TEST if ran_before else Triage.ENVIRONMENT
        return Comparison(Conclusion.COULD_NOT_RUN, failed=(why,), triage=triage)
    placed = {
        node: heir
        for kind in (GREEN, RED)
        for node, heir in stand_ins(_new(after, base, kind), _new(base, after, kind), changing).items()
    }
    reds, dimmed = _reds(after.outcomes), [node for node in _dimmed(base, after) if node not in placed]
    fine = _let_go(base, after, dimmed, set(placed.values()), excused)
    dimmed = [node for node in dimmed if node not in fine]
    flaky = {node for node in reds if any(rerun.get(node) in GREEN for rerun in reruns)}
    known = [n for n in reds if n not in flaky and (was_red(base.outcomes, n) or n in placed.values())]
    new = [node for node in reds if node not in flaky and node not in known]
    lines = [f"{node}: {after.outcomes[node].value}" for node in new]
    lines += [f"{node}: passed on the base, {_now(after, node)}" for node in dimmed]
    lines += _worse(base, after)
    tests = Tests(
        passed=sum(outcome in GREEN for outcome in after.outcomes.values()),
        failed=len(new) + sum(node in after.outcomes for node in dimmed),
        known_red=len(known),
        flaky=len(flaky),
        missing=sum(node not in after.outcomes for node in dimmed),
    )
    answer, cause = (Conclusion.FAIL if lines else Conclusion.PASS), (Triage.TEST if lines else None)
    return Comparison(answer, tests, tuple(lines), cause, tuple(known), tuple(sorted(flaky)), said(placed))


def again(
    base: Observation, after: Observation, changed: Collection[str], tries: int, reruns: Sequence[Outcomes] = ()
) -> tuple[str, ...]:
    """Tests to run once more before they count as red: outside the files of the change and of the checks (`changed`),
    green on the base, red after, and not green in a try so far. Empty when the tries are used up."""
    if len(reruns) >= tries or suspicions(base, after):
        return ()
    return tuple(
        node
        for node in _reds(after.outcomes)
        if base.outcomes.get(node) in GREEN
        and node.split("::")[0] not in changed
        and not any(rerun.get(node) in GREEN for rerun in reruns)
    )


def suspicions(base: Observation, after: Observation) -> tuple[str, ...]:
    """Signs of tampering, one line each. A doubt that the base shows too counts against nobody."""
    signs = [after.tampered] if after.tampered else []
    signs += sorted(after.doubts - base.doubts)
    if base.sessions and not after.sessions:
        signs.append("pytest spoke on the base and is silent now")
    clean = base.finished and not any(outcome in RED for outcome in base.outcomes.values())
    if clean and after.sessions > base.sessions:
        signs.append(f"there were {after.sessions} test sessions, on the base {base.sessions}")
    return tuple(signs)


def was_red(base: Outcomes, node: str) -> bool:
    """Whether the test was red on the base, or lay in a module (or a folder) that could not be collected there."""
    parents = node.split("::")
    above = ("::".join(parents[:n]) for n in range(len(parents), 0, -1))
    return any(base.get(name) in RED for name in above)


def _unable(after: Observation) -> str:
    if after.unable:
        return after.unable
    if not after.sessions:
        return "no pytest session was seen: the command can only be judged by its exit code"
    if not after.finished:
        return "the test run did not end as it should: it was broken off, or it crashed"
    red = any(outcome in RED for outcome in after.outcomes.values())
    return "" if after.collected or red else "no test was collected"


def _reds(after: Outcomes) -> list[str]:
    return [node for node, outcome in after.items() if outcome in RED]


def _dimmed(base: Observation, after: Observation) -> list[str]:
    """Green on the base, and neither green nor red now. Tests behind the stop of an -x run are not counted."""
    stopped = any(outcome in RED and not was_red(base.outcomes, node) for node, outcome in after.outcomes.items())
    unreached = set(after.unrun) if stopped else set()
    return [
        node
        for node, outcome in base.outcomes.items()
        if outcome in GREEN and after.outcomes.get(node) not in GREEN | RED and node not in unreached
    ]


def _new(base: Observation, after: Observation, kind: Collection[Fate]) -> list[str]:
    return [node for node, outcome in after.outcomes.items() if outcome in kind and node not in base.outcomes]


def _let_go(
    base: Observation, after: Observation, dimmed: Sequence[str], taken: Collection[str], excused: Excused | None
) -> frozenset[str]:
    """Which of the tests that are green no more need not be. A new test stands in for one that is gone, not for two."""
    missing = [node for node in dimmed if node not in after.outcomes and node not in after.unrun]
    skipped = [node for node in dimmed if node in after.outcomes]
    new = [node for node in _new(base, after, GREEN) if node not in taken]
    return excused(missing, skipped, new) if dimmed and excused else frozenset()


def _worse(base: Observation, after: Observation) -> list[str]:
    """A command that ended with 0 and does so no more, and no test says why."""
    if base.code != 0 or not after.code or _reds(after.outcomes):
        return []
    return [
        f"the command ended with exit code {after.code}, on the base with 0, and all its tests are green: "
        "a floor (of coverage, say) or a plug-in objects; its output says which"
    ]


def _now(after: Observation, node: str) -> str:
    if node in after.outcomes:
        return f"{after.outcomes[node].value} now"
    return "not run now" if node in after.unrun else "missing now"
