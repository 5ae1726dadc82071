"""Time enters through one door, so that a test can run a whole night in seconds."""

from __future__ import annotations

import threading
import time


class Clock:
    """The machine's clock. All times are seconds since the epoch."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float, wake: threading.Event | None = None) -> None:
        """Wait; a set event ends the wait."""
        if wake is None:
            time.sleep(seconds)
        else:
            wake.wait(seconds)
