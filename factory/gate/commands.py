"""What a command runs, as far as its words tell: of two that run the same, one is enough."""

from __future__ import annotations

import re
from collections.abc import Collection

from factory.ssot import settings

STOPS = frozenset({"-x", "--exitfirst"})  # the gate lets no run stop at its first red test
COLLECTS = frozenset({"--collect-only", "--co"})


def to_run(gate: settings.GateTerms, steps: Collection[str]) -> dict[settings.Tier, tuple[str, ...]]:
    """The commands of each tier that have to run. A doctor's that is told by a tier among the steps is none of them."""
    tiers = gate.tiers()
    others = [command for tier in ("fast", "regression") if tier in steps for command in tiers[tier]]
    return {**tiers, "doctor": tuple(c for c in gate.doctor if not is_told_by(c, others))}


def same_run(command: str) -> str:
    """A command by what it runs: a plain pytest that would stop at the first red test runs them all all the same."""
    return _without(command, STOPS) or command


def is_told_by(command: str, others: Collection[str]) -> bool:
    """Whether a command only collects the tests that one of the others collects and runs: that one says it too."""
    bare = _without(command, COLLECTS)
    return bare is not None and bare != command and same_run(bare) in map(same_run, others)


def _without(command: str, options: Collection[str]) -> str | None:
    """A plain pytest, in a folder or not, without some of its options. None: nobody can say what the command is."""
    place, _, rest = command.rpartition(" && ")
    if (
        not re.fullmatch(r"(?:cd [\w./-]+)?", place)
        or re.search(r"[^\w\s./=,:@+-]", rest)
        or " pytest" not in f" {rest}"
    ):
        return None
    words = [word for word in rest.split() if word not in options]
    return " && ".join(filter(None, (place, " ".join(words))))
