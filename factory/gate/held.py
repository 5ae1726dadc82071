"""Pure: what a criterion's red tests must become, and its green ones stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from factory.gate.compare import GREEN
from factory.gate.observe import Observation
from factory.gate.renamed import function, stand_ins
from factory.gate.transcript import RED, UNKNOWN


def unproven(before: Observation, after: Observation, gone: Iterable[str] = ()) -> tuple[str, ...]:
    """The tests that were red before and are not green after, one line each: skipped or dropped is no proof.

    `gone`: files that the change takes away. Their tests live on elsewhere, or the guard `tests_kept` has objected.
    """
    if after.collected and not after.outcomes:
        return ()  # it only collects
    away, parts = set(gone), defaultdict[str, list[str]](list)
    for node, outcome in before.outcomes.items():
        if outcome in RED and node.split("::")[0] not in away:
            parts[function(node)].append(node)
    found = []
    for name, nodes in parts.items():
        missing = [node for node in nodes if node not in after.outcomes]
        if len(missing) > _heirs(name, before, after):
            found += [f"{node}: was red, and is not run now" for node in missing]
        dim = [node for node in nodes if node in after.outcomes and after.outcomes[node] not in GREEN]
        found += [f"{node}: was red, and is {after.outcomes[node].value} now" for node in dim]
        found += _unexcused(name, after)
    if after.outcomes and not GREEN & set(after.outcomes.values()):
        found.append("no test that it ran was green")
    return tuple(dict.fromkeys(found))


def _unexcused(whole: str, after: Observation) -> list[str]:
    """Of a file or class that broke before, the tests that are not green now and whose own file does not say why."""
    return [
        f"{node}: {whole or 'all'} was red, and this is {outcome.value} now ({_by(after.excused.get(node, UNKNOWN))})"
        for node, outcome in after.outcomes.items()
        if outcome not in GREEN
        and (not whole or node.startswith((f"{whole}::", f"{whole}/")))
        and after.excused.get(node, UNKNOWN) not in ("", node.split("::")[0])
    ]


def _by(who: str) -> str:
    return {"empty": "it has no parameters", UNKNOWN: "nothing says by whom"}.get(who, f"said by {who}")


def _heirs(name: str, before: Observation, after: Observation) -> float:
    """How many tests may be missing: as many as run under new parameters; of a file or class that broke, any."""
    new = [node for node, outcome in after.outcomes.items() if outcome in GREEN and node not in before.outcomes]
    if "::" in name and any(function(node) == name for node in new):
        return sum(function(node) == name for node in new)
    return float("inf") if any(not name or node.startswith((f"{name}::", f"{name}/")) for node in new) else 0


def lost(was: Observation, held: Observation, changing: Collection[str] = ()) -> tuple[str, ...]:
    """The tests that were green and are not, where main's own tests judge the change. `changing`: see `stand_ins`."""
    if not held.outcomes:
        return ()
    dim = [n for n, out in was.outcomes.items() if out in GREEN and held.outcomes.get(n) not in GREEN]
    new = [n for n, out in held.outcomes.items() if out in GREEN and n not in was.outcomes]
    placed = stand_ins([n for n in dim if n not in held.outcomes], new, changing)
    return tuple(n for n in dim if n not in placed)
