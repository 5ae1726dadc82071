"""Time enters through one door, so that a test can run a whole night in seconds."""

from __future__ import annotations

import time
from typing import Protocol


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
