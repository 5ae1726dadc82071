"""A histogram as a value: how many were how long. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

CALL = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # seconds
TRY = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0)
LEAD = (60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 43200.0, 86400.0, 172800.0)


class Histogram(NamedTuple):
    """`counts`: of each bucket alone, the last one of what is beyond every bound. `total`: the sum of all values."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float = 0.0

    def plus(self, value: float) -> Histogram:
        at = bisect_left(self.bounds, value)
        counts = (*self.counts[:at], self.counts[at] + 1, *self.counts[at + 1 :])
        return Histogram(self.bounds, counts, self.total + value)

    @property
    def observed(self) -> int:
        """How many there are."""
        return sum(self.counts)

    def beyond(self, bound: float) -> int:
        """How many were longer than one of the bounds. ValueError where it is none."""
        return sum(self.counts[self.bounds.index(bound) + 1 :])

    def rising(self) -> Iterator[tuple[float, int]]:
        """(bound, how many were at most that long), as Prometheus counts; the last bound is infinite."""
        seen = 0
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            seen += count
            yield bound, seen


def empty(bounds: tuple[float, ...]) -> Histogram:
    return Histogram(bounds, (0,) * (len(bounds) + 1))


def of(bounds: tuple[float, ...], values: Iterable[float]) -> Histogram:
    """The histogram of some values."""
    counts, total = [0] * (len(bounds) + 1), 0.0
    for value in values:
        counts[bisect_left(bounds, value)] += 1
        total += value
    return Histogram(bounds, tuple(counts), total)
