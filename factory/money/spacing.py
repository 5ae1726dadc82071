"""Calls to a model are apart by what the settings ask for: one door for all attempts of a run."""

from __future__ import annotations

import threading

from factory.clock import Clock
from factory.errors import Stopped
from factory.money.pace import sleep_before_call


class Spacing:
    """Lets one call after the other through. `wait` may be called from every thread."""

    def __init__(self, clock: Clock, min_sleep_ms: int) -> None:
        self._clock, self._min_sleep_ms = clock, min_sleep_ms
        self._lock = threading.Lock()
        self._last: float | None = None

    def wait(self, stop: threading.Event) -> None:
        """Returns when a call may be sent. Stopped where `stop` was set meanwhile."""
        if not self._min_sleep_ms:
            return
        with self._lock:  # held while it sleeps: who comes later waits for the one before
            delay = sleep_before_call(self._last, self._clock.now(), self._min_sleep_ms)
            if delay:
                self._clock.sleep(delay, stop)
            if stop.is_set():
                raise Stopped("stopped before a model was asked")
            self._last = self._clock.now()
