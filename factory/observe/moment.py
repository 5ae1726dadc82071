"""What stands at one moment, beside all that was counted until then: states, the queue, the day's money, lessons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from factory.line.knowledge import Lesson
from factory.model import State
from factory.money.spend import DayCaps, Spend
from factory.observe.noise import NoiseCount

DAY = 86400  # seconds


class Learned(NamedTuple):
    """What the lessons come to."""

    fingerprints: int = 0  # kinds of failure
    recurrences: int = 0  # failures of a kind that was known
    verified: int = 0  # kinds with advice that helped more often than it misled
    came_back: int = 0  # kinds that were seen again within the last day, although a fix of them was known


class Moment(NamedTuple):
    """The gauges. `at` and `oldest` are in seconds since the epoch."""

    at: float
    state: str  # READY, RUNNING, RECOVERABLE or FAIL_STOP
    killed: bool  # the last run was killed, and none is on
    items: Mapping[tuple[str, State], int]  # (trade, state) -> how many
    running: int  # attempts in flight
    stale: int  # of them those whose worker gave no sign of life for five minutes
    oldest: float | None  # since when the PENDING ticket waits that waits longest
    spent: Spend  # today, settled
    reserved: Spend  # today, for calls that have not ended
    ever: Spend  # settled on all days
    caps: DayCaps
    learned: Learned
    red: int  # tests and criteria that stay red on main
    known: bool  # the ledger is in this clone, or there is nothing that it would tell
    noise: NoiseCount = NoiseCount()  # messages that nobody had to act on


def learned(lessons: Iterable[Lesson], now: float) -> Learned:
    """What the lessons come to. `now`: seconds since the epoch."""
    found = list(lessons)
    return Learned(
        fingerprints=len(found),
        recurrences=sum(max(0, lesson.seen - 1) for lesson in found),
        verified=sum(bool(lesson.fixes) and not lesson.demoted for lesson in found),
        # a fix stays known: where it came back once after one, the last time was after one too
        came_back=sum(lesson.after_fix > 0 and now - lesson.last < DAY for lesson in found),
    )
