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
    suites: tuple[float, ...]  # seconds of tests, for a whole turn

    def cases(self) -> list[tuple[int, int]]:
        """(files, earlier stamps): every number of files, every length of history, and the most of both."""
        no_history = [(files, self.stamps[0]) for files in self.files]
        few_files = [(self.files[0], stamps) for stamps in self.stamps[1:]]
        return [*no_history, *few_files, (self.files[-1], self.stamps[-1])]


FULL = Size((100, 5_000, 50_000), (0, 1_000, 10_000), (0, 10_000, 100_000), 120, 600, 7, 3_000, 0.016, (1, 10, 60))
QUICK = Size((50, 300), (0, 50), (0, 100), 3, 10, 1, 50, 0.01, (0.2,))
