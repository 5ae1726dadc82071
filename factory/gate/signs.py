"""Pure: what tells of foul play in a run, held against main's own."""

from __future__ import annotations

from collections.abc import Callable

from factory.gate import compare, disturbed, loaded
from factory.gate.trial import Ran


def signs(was: Ran, now: Ran, judges: Callable[[str], bool]) -> list[str]:
    """A line for each: the runner was meddled with, a judge was written to, or another file was loaded in its place."""
    found = [*compare.suspicions(was.seen, now.seen), *disturbed.touched(was.wrote, now.wrote, judges)]
    return list(dict.fromkeys([*found, *loaded.elsewhere(was.seen, now.seen, judges)]))
