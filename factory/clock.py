"""Time enters through one door, so that a test can run a whole night in seconds."""

from __future__ import annotations

import datetime as dt
import time
from typing import Protocol
from zoneinfo import ZoneInfo


class Wakes(Protocol):
    """What may end a wait early: an event, or an ear for the operator."""

    def wait(self, timeout: float) -> bool: ...


class Clock:
    """The machine's clock. All times are seconds since the epoch."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float, wake: Wakes | None = None) -> None:
        """Wait; `wake` may end the wait."""
        if wake is None:
            time.sleep(seconds)
        else:
            wake.wait(seconds)


def clock_face(at: float, zone: ZoneInfo) -> str:
    """A moment, in seconds since the epoch, as a person reads it: `2026-11-29 07:00 (Asia/Seoul)`."""
    return f"{dt.datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M} ({zone.key})"


def clock_iso(at: float, zone: str) -> str:
    """The same for a program: ISO, to the second, with the zone's offset."""
    return dt.datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat(timespec="seconds")
