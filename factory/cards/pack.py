"""Cards to trucks: two packets of 120, by quota, nothing before what it needs."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from factory.cards.card import Prio, WorkItem
from factory.errors import Mistake
from factory.ssot.settings import PACKET as PACKET

QUOTA: Mapping[Prio, int] = {Prio.A: 60, Prio.B: 36, Prio.C: 18, Prio.D: 6}
FILLING = (Prio.A, Prio.B, Prio.C)


class Packets(NamedTuple):
    """One truck, and the cards that wait for the next one, all in the order in which they can run."""

    a: tuple[WorkItem, ...]
    b: tuple[WorkItem, ...]
    left: tuple[WorkItem, ...]


def pack(backlog: Sequence[WorkItem], done_ids: Collection[str] = ()) -> Packets:
    """The next truck. Done cards are passed over. Mistake where an id is in the backlog twice.

    A packet takes, again and again, the first card that is ready (all its deps done, in packet A, or before it in its
    packet): in the order A, B, C, D while a priority is under its quota, else in the order A, B, C. A D card never
    fills a gap: six a packet is all that D gets, so that a long tail of D cards cannot crowd a night.
    """
    queue = _Queue(backlog, frozenset(done_ids))
    a, b = _packet(queue), _packet(queue)
    packed = {card.id for card in (*a, *b)}
    left = tuple(card for card in backlog if card.id in queue.waiting and card.id not in packed)
    return Packets(a, b, left)


def _packet(queue: _Queue) -> tuple[WorkItem, ...]:
    taken: list[WorkItem] = []
    count = dict.fromkeys(Prio, 0)
    while len(taken) < PACKET:
        within = [prio for prio in Prio if count[prio] < QUOTA[prio]]
        card = queue.take(within) or queue.take(FILLING)
        if card is None:
            break
        count[card.prio] += 1
        taken.append(card)
    return tuple(taken)


class _Queue:
    """The cards that are ready, by priority and then by their place in the backlog."""

    def __init__(self, backlog: Sequence[WorkItem], done: frozenset[str]) -> None:
        self._backlog = backlog
        self.waiting: dict[str, set[str]] = {}
        self._places: dict[str, int] = {}
        self._needed_by: dict[str, list[str]] = {}
        self._ready: dict[Prio, list[int]] = {prio: [] for prio in Prio}
        for place, card in enumerate(backlog):
            if card.id in self._places:
                raise Mistake(f"{card.id} is in the backlog twice", remedy="compile the plan again")
            self._places[card.id] = place
            if card.id not in done:
                self._await(card, done)

    def _await(self, card: WorkItem, done: frozenset[str]) -> None:
        self.waiting[card.id] = needs = set(card.deps) - done
        for need in needs:
            self._needed_by.setdefault(need, []).append(card.id)
        if not needs:
            heapq.heappush(self._ready[card.prio], self._places[card.id])

    def take(self, prios: Sequence[Prio]) -> WorkItem | None:
        """The first ready card of the first of these priorities that has one; its dependents may become ready."""
        heap = next((self._ready[prio] for prio in prios if self._ready[prio]), None)
        if heap is None:
            return None
        card = self._backlog[heapq.heappop(heap)]
        for other in self._needed_by.get(card.id, ()):
            self.waiting[other].discard(card.id)
            if not self.waiting[other]:
                place = self._places[other]
                heapq.heappush(self._ready[self._backlog[place].prio], place)
        return card
