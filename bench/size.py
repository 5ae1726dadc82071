"""How much a benchmark measures: all of it, or so much that a test can run it."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """What is varied, and how often each thing is measured."""

    files: tuple[int, ...]
    stamps: tuple[int, ...]  # earlier ones
    events: tuple[int, ...]  # earlier ones
    tickets: int
    appends: int
    times: int
    tests: int  # in the suite of the gate's benchmark
    pause: float  # seconds that each of them sleeps


FULL = Size((100, 5_000, 50_000), (0, 1_000, 10_000), (0, 10_000, 100_000), 120, 500, 7, 3_000, 0.016)
QUICK = Size((100, 1_000), (0, 100), (0, 500), 6, 20, 2, 100, 0.016)
