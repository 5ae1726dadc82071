"""Runs that are started before they are asked for: a gate on two cores waits for the longest, not for the sum."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

Made = TypeVar("Made")
AT_A_TIME = 3  # the two longest, a tier by both judges, and beside them what is short


class Halt(threading.Event):
    """Set when it is, or when the one that it listens to is."""

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or self._other.is_set()


class Ahead(Generic[Made]):
    """What is under way, by name. What nobody asks for in the end is stopped."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop, self._halt = stop, Halt(stop)
        self._coming: dict[str, Future[Made]] = {}
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def start(self, name: str, make: Callable[[threading.Event], Made]) -> None:
        """`make` is given what ends it."""
        with self._lock:
            self._pool = self._pool or ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="ahead")
            if name not in self._coming:
                self._coming[name] = self._pool.submit(make, self._halt)

    def take(self, name: str) -> Future[Made] | None:
        """The run of that name, to be waited for; None where none is under way."""
        with self._lock:
            return self._coming.pop(name, None)

    def glance(self, name: str, seconds: float) -> Made | None:
        """What that run made, where it ends within the time. It stays to be taken."""
        with self._lock:
            coming = self._coming.get(name)
        if coming is None or not wait([coming], seconds).done:
            return None
        return coming.result()

    def drop(self) -> None:
        """Ends what nobody took, and waits until it has ended."""
        with self._lock:
            left, self._coming = list(self._coming.values()), {}
            pool, self._pool = self._pool, None
        if any(not future.done() for future in left):
            self._halt.set()
        if pool:
            pool.shutdown(wait=True, cancel_futures=True)
        self._halt = Halt(self._stop)
