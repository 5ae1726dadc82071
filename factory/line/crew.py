"""The crew: attempts beside each other. It works, and gives back what it left or what it met; it lands nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from factory.line import attempt
from factory.line.attempt import Begun
from factory.line.house import House
from factory.line.item import Item


class Came(NamedTuple):
    """What a thread gave back: a `Done`, what was seen ahead of an attempt, or the error that it met."""

    item: Item
    left: object = None
    error: Exception | None = None


class Crew:
    """Runs attempts in threads. A context manager: its end waits for what runs."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pool = ThreadPoolExecutor(house.settings.factory.max_workers, "attempt")
        self.running: dict[Future[object], Item] = {}

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True)

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(self.running.values())

    def look(self, item: Item, step: Callable[[], object]) -> None:
        """Look at what is ahead of an attempt, which takes a while; nothing is booked yet."""
        self.running[self._pool.submit(step)] = item

    def work(self, begun: Begun) -> None:
        self.running[self._pool.submit(attempt.perform, self._house, begun)] = begun.item

    def finished(self) -> list[Came]:
        """What has ended."""
        ended = [future for future in self.running if future.done()]
        return [_came(self.running.pop(future), future) for future in ended]


def _came(item: Item, future: Future[object]) -> Came:
    error = future.exception()
    if error is not None and not isinstance(error, Exception):
        raise error
    return Came(item, error=error) if error else Came(item, future.result())
