"""The attempts that run beside each other in one half: as many as the pace allows, none that could collide."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from factory.git.ledger import ticket_path
from factory.line import controller
from factory.line.batches import fellows_of
from factory.line.house import House
from factory.line.turn import Turn
from factory.model import Event, Ticket
from factory.records import boxes, records
from factory.records.state import Record, View

TICK = 0.2  # seconds between looks at the operator's commands
BEAT = 60.0  # seconds between heartbeats


class Crew:
    """Runs turns in threads. A context manager: its end waits for what runs."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pool = ThreadPoolExecutor(house.settings.factory.max_workers, "attempt")
        self._running: dict[Future[Turn], Ticket] = {}
        self._beaten = house.clock.now()
        self.broken: BaseException | None = None  # it concerns every ticket: the shift ends by it

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True)

    @property
    def tickets(self) -> tuple[str, ...]:
        return tuple(ticket.id for ticket in self._running.values())

    @property
    def running(self) -> tuple[Ticket, ...]:
        return tuple(self._running.values())

    def fits(self, ticket: Ticket) -> bool:
        """Whether a ticket may start now: it runs not yet, and no running one could touch what it touches."""
        return all(t.id != ticket.id and not boxes.meet(ticket, t) for t in self._running.values())

    def start(self, view: View, tickets: Sequence[Ticket], most: int) -> int:
        """Start what fits, up to `most` at a time; says how many were started."""
        started = 0
        for ticket in tickets:
            if len(self._running) >= most:
                break
            if self.fits(ticket):
                made = [t for t in tickets if not (t.id in view.records and view.records[t.id].passed)]
                fellows = fellows_of(view, self._house.settings, ticket, made)
                self._running[self._pool.submit(controller.advance, self._house, view, ticket, fellows)] = ticket
                started += 1
        return started

    def finished(self, timeout: float = TICK) -> list[Turn]:
        """The turns that ended within the time. What broke one of them is kept as `broken`: the others count."""
        done, _ = wait(self._running, timeout=timeout, return_when=FIRST_COMPLETED)
        for future in done:
            del self._running[future]
        self.broken = self.broken or next((error for future in done if (error := future.exception())), None)
        return [future.result() for future in done if not future.exception()]

    def beat(self) -> None:
        """Once a minute, one event for all that run: their leases are alive."""
        house, now = self._house, self._house.clock.now()
        if not self._running or abs(now - self._beaten) < BEAT:
            return
        self._beaten = now
        with house.ledger.lock:
            kept = {t: house.ledger.read(ticket_path(t)) for t in self.tickets}
            running = [Record.model_validate(record) for record in kept.values() if record]
            alive = [records.beaten(r, now) for r in running if r.lease and r.lease.run == house.run]
            if alive:
                text = ", ".join(f"{record.ticket}#{record.attempt}" for record in alive)
                changes = {ticket_path(record.ticket): record.model_dump(mode="json") for record in alive}
                house.ledger.append(Event(name="beat", text=text), changes)

    def drain(self) -> list[Turn]:
        """Wait for all; an attempt that was broken off is put back by `recover`."""
        futures, self._running = list(self._running), {}
        wait(futures)
        return [future.result() for future in futures if future.exception() is None]
