"""How many at a time, and how long to wait. Pure: the caller has the clock."""

from __future__ import annotations

import hashlib

from pydantic import Field

from factory.model import Value

RETRY_MINUTES = (1, 3, 10)  # for a transient fault, in a row; then it is one too many
JITTER = 0.2  # at most this share is added, so that workers do not come back together
LONGEST_WAIT = 26 * 3600.0  # seconds: the longest day of any zone, and an hour
LIMITED, DAILY = "rate limit or overload", "the daily quota is used up"  # what puts an attempt off, in words
CREEP_AFTER = 5  # successes in a row for one more at a time


class Pace(Value):
    """How many attempts may run at a time: `now`, never more than `most`."""

    most: int = Field(ge=1)
    now: int = Field(ge=1)
    successes: int = Field(default=0, ge=0, description="in a row, since `now` last changed")


def full_pace(most: int) -> Pace:
    """The pace at the start of a shift."""
    return Pace(most=most, now=most)


def rate_limited(pace: Pace) -> Pace:
    """Half as many at a time, at least one."""
    return Pace(most=pace.most, now=max(pace.now // 2, 1))


def succeeded(pace: Pace) -> Pace:
    """One more at a time after `CREEP_AFTER` successes in a row."""
    if pace.now == pace.most:
        return pace.model_copy(update={"successes": 0})
    if pace.successes + 1 < CREEP_AFTER:
        return pace.model_copy(update={"successes": pace.successes + 1})
    return Pace(most=pace.most, now=pace.now + 1)


def retry_delay(faults: int, seed: str, server: float | None = None) -> float | None:
    """Seconds to wait after the `faults`-th transient fault in a row (from 1); None: no further retry.

    What the server asks for is slept as told. Else 1, 3, 10 minutes, and up to a fifth more, chosen by the seed.
    """
    if not 1 <= faults <= len(RETRY_MINUTES):
        return None
    if server is not None:
        return max(server, 0.0)
    share = int.from_bytes(hashlib.sha256(f"{seed}/{faults}".encode()).digest()[:4], "big") / 2**32
    return RETRY_MINUTES[faults - 1] * 60 * (1 + JITTER * share)


def still_waits(not_before: float, now: float) -> float:
    """Seconds until an attempt that was put off may start; 0: now. Times are seconds since the epoch.

    Nobody is put off for longer than to the next day: such a wait was set by a clock that ran ahead.
    """
    left = not_before - now
    return left if 0 < left <= LONGEST_WAIT else 0.0


def sleep_before_call(last_call: float | None, now: float, min_sleep_ms: int) -> float:
    """Seconds to wait so that calls are `min_sleep_ms` apart; never more than that, even if the clock jumped back."""
    if last_call is None:
        return 0.0
    gap = min_sleep_ms / 1000
    return min(max(last_call + gap - now, 0.0), gap)
