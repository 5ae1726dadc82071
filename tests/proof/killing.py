"""Kills a run, looks at once at what it left, starts it again, and compares the end with a run that nobody killed."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterable
from pathlib import Path

from tests.proof import orphans
from tests.proof.field import LONGEST, Field
from tests.proof.forge import Ran
from tests.proof.outcome import always, at_the_end
from tests.proof.steps import Order

KILLED = -signal.SIGKILL
MOST_STARTS = 4  # after the kills: more would mean that a run does not get on by itself


def killed_at_step(field: Field, order: Order) -> list[str]:
    """Run until just before the step; then the faults of what is left. A run that ends earlier was not killed."""
    known = orphans.known()
    return _looked_at(field, field.run(order), known)


def killed_after(field: Field, seconds: float) -> list[str]:
    """Run for so long, then kill the controller."""
    known = orphans.known()
    running = field.start()
    if not running.ended(seconds):
        running.kill()
    return _looked_at(field, running.end(LONGEST), known)


def _looked_at(field: Field, ran: Ran, known: set[int]) -> list[str]:
    if ran.code != KILLED:
        return [] if ran.code == 1 else [f"ended with {ran.code}: {ran.err}"]
    return [*(f"lives on: {command}" for command in orphans.left(known, 1.0)), *always(field)]


def finish(field: Field) -> list[str]:
    """Start again until it ends; the faults of the end."""
    for _ in range(MOST_STARTS):
        ran = field.run()
        if ran.code == 1:
            return at_the_end(field)
    return [f"it does not end: exit {ran.code}, {ran.err.strip()}, {ran.out.splitlines()[-3:]}"]


def at_steps(under: Path, steps: Iterable[Order], kind: str = "auto") -> list[str]:
    """One field, killed at each of these steps in turn, every time by count from its own start; then finished."""
    field = Field.plant(under, kind=kind)
    try:
        for step in steps:
            if faults := killed_at_step(field, step):
                return [f"killed before step {step.at} {step.place}: {fault}" for fault in faults]
        return finish(field)
    finally:
        field.close()


def at_a_moment(under: Path, chance: random.Random) -> list[str]:
    """One field, killed once or twice at random moments of its run; then finished."""
    field = Field.plant(under)
    try:
        for _ in range(chance.choice((1, 1, 2))):
            seconds = chance.uniform(0.2, 6.0)
            if faults := killed_after(field, seconds):
                return [f"killed after {seconds:.3f} s: {fault}" for fault in faults]
        return finish(field)
    finally:
        field.close()
