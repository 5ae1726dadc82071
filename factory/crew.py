"""The attempts that run beside each other in one half: as many as the pace allows, none that could collide."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from factory import boxes, controller
from factory.house import House
from factory.model import Ticket
from factory.state import View
from factory.turn import Turn

TICK = 0.2  # seconds between looks at the operator's commands


class Crew:
    """Runs turns in threads. A context manager: its end waits for what runs."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pool = ThreadPoolExecutor(house.settings.factory.max_workers, "attempt")
        self._running: dict[Future[Turn], Ticket] = {}

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True)

    @property
    def tickets(self) -> tuple[str, ...]:
        return tuple(ticket.id for ticket in self._running.values())

    def fits(self, ticket: Ticket) -> bool:
        """Whether a ticket may start now: it runs not yet, and no running one could touch what it touches."""
        return all(t.id != ticket.id and not boxes.meet(ticket, t) for t in self._running.values())

    def start(self, view: View, tickets: Iterable[Ticket], most: int) -> int:
        """Start what fits, up to `most` at a time; says how many were started."""
        started = 0
        for ticket in tickets:
            if len(self._running) >= most:
                break
            if self.fits(ticket):
                self._running[self._pool.submit(controller.advance, self._house, view, ticket)] = ticket
                started += 1
        return started

    def finished(self, timeout: float = TICK) -> list[Turn]:
        """The turns that ended within the time. What broke one of them breaks the shift, after the others ended."""
        done, _ = wait(self._running, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            del self._running[future]
        return [future.result() for future in done]

    def drain(self) -> list[Turn]:
        """Wait for all; an attempt that was broken off is put back by `recover`."""
        futures, self._running = list(self._running), {}
        wait(futures)
        return [future.result() for future in futures if future.exception() is None]
