"""Attempts at cards beside each other, with an ear for the operator."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from factory.cards.card import WorkItem
from factory.line.crew import TICK
from factory.line.house import House
from factory.model import Plan
from factory.operator import operator
from factory.trucks.work import Made, attempt, await_turn


class Crew:
    """A context manager: its end waits for what runs."""

    def __init__(self, house: House, most: int) -> None:
        self._house = house
        self._pool = ThreadPoolExecutor(most, "card")
        self.broken: BaseException | None = None  # it concerns more than its card: the cards end by it

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def work(self, plans: Iterable[tuple[WorkItem, Plan]]) -> list[Made]:
        """All that ended, in their order. What broke one of them is kept as `broken`: the others count."""
        plans = list(plans)
        for card, _ in plans:
            await_turn(self._house, card)
        futures = [self._pool.submit(attempt, self._house, card, plan) for card, plan in plans]
        running: set[Future[Made]] = set(futures)
        while running:
            _, running = wait(running, timeout=TICK, return_when=FIRST_COMPLETED)
            operator.attend(self._house)
        self.broken = next((error for future in futures if (error := future.exception())), None)
        return [future.result() for future in futures if not future.exception()]
