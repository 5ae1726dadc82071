"""Pure: what of main's own expectations a change contradicts. The rules are a person's to change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from factory.gate import compare, triage
from factory.gate.asked import TreeQuestion
from factory.gate.observe import Observation
from factory.gate.signs import signs
from factory.gate.transcript import RED, STRICT
from factory.gate.trial import Ran
from factory.model import Conclusion, Fate, Triage

Why = tuple[Triage, list[str]]
NAME_IT = "a person's ticket names such a test: may_change_tests"


def contradicted(
    asked: TreeQuestion, was: Ran, held: Ran, reruns: Sequence[Mapping[str, Fate]], changing: Collection[str] = ()
) -> Why | None:
    """Why main's judge says no to the product; None where it says yes. `changing`: see renamed.stand_ins."""
    if found := signs(was, held, asked.sides.judges):
        return Triage.TAMPER, [f"as main judges it: {sign}" for sign in found]
    if not (was.seen.sessions or held.seen.sessions):
        return (
            None
            if held.answer is Conclusion.PASS or was.answer is not Conclusion.PASS
            else (Triage.GUARD, _by_code(asked, held))
        )
    seen = _met(was.seen, _without(asked, held.seen))
    compared = compare.compare(_without(asked, was.seen), seen, reruns, changing=changing)
    if compared.answer is Conclusion.PASS:
        return None
    return Triage.GUARD, [_words(line, held.seen) for line in compared.failed]


def _without(asked: TreeQuestion, seen: Observation) -> Observation:
    """What was seen, but for the tests that a person's ticket names."""
    return replace(seen, outcomes={n: out for n, out in seen.outcomes.items() if not asked.sides.may_contradict(n)})


def _met(was: Observation, seen: Observation) -> Observation:
    """What failed on main as it is expected to, strictly, and does not any more, counts as green: the mark is all that
    says no, and that the change takes it off, the tiers on its own tree have shown."""
    expected = {n for n, outcome in was.outcomes.items() if outcome is Fate.XFAILED}
    strict = [
        n for n, out in seen.outcomes.items() if out in RED and n in expected and STRICT in seen.failures.get(n, "")
    ]
    outcomes = {**seen.outcomes, **dict.fromkeys(strict, Fate.XPASSED)}
    red = any(outcome in RED for outcome in outcomes.values())
    return replace(seen, outcomes=outcomes, code=seen.code if red or not strict else 0)


def _words(line: str, held: Observation) -> str:
    """Which test, what main expects, what the change gives."""
    node = next((node for node in held.outcomes if line.startswith(f"{node}: ")), "")
    said = triage.gist(held.failures.get(node, ""))
    return f"{line}, as main has it: the change contradicts what main expects{f' ({said})' if said else ''}; {NAME_IT}"


def _by_code(asked: TreeQuestion, held: Ran) -> list[str]:
    paths = ", ".join(sorted(c.path for c in asked.brought)[:3])
    line = (
        f"`{held.command}` passes only with what the change made of {paths}: leave it, or a person commits it to main"
    )
    return [line, *triage.failures(held.output)]
