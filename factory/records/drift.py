"""What two places tell differently, and what is wrong with cards as they are written on main."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from factory.cards.card import WorkItem
from factory.cards.places import backlog_path, packet_path
from factory.plain import many
from factory.records.truck import stamps_of
from factory.records.yard import Yard
from factory.ssot.settings import PACKET


class Drift(NamedTuple):
    """One thing that two places tell differently."""

    kind: str  # table, card, stamp or ledger
    where: str
    what: str


def written_drifts(yard: Yard, day: str) -> Iterator[Drift]:
    """What is wrong with a day's backlogs and packets as they are on main. Mistake where one cannot be read."""
    cards = yard.backlog(day)
    yield from unknown_ids(day, cards, {})
    yield from repacked(yard, day, cards)


def unknown_ids(day: str, cards: tuple[WorkItem, ...], seen: dict[str, str]) -> Iterator[Drift]:
    for card in cards:
        if card.id in seen:
            yield Drift("card", backlog_path(day), f"{card.id} is a card of {seen[card.id]} too")
        seen[card.id] = day
    known = set(seen)
    for card in cards:
        yield from (
            Drift("card", backlog_path(day), f"{card.id} needs {dep}, which is no card")
            for dep in card.deps
            if dep not in known
        )


def repacked(yard: Yard, day: str, cards: tuple[WorkItem, ...]) -> Iterator[Drift]:
    made = {card.id: card for card in cards}
    done: set[str] = set()
    for truck in yard.trucks(day):
        for name, packet in zip("AB", yard.packets(day, truck.number), strict=True):
            path = packet_path(day, truck.number, name)
            if len(packet) > PACKET:
                yield Drift(
                    "card", f"{path}:{PACKET + 1}", f"{many(len(packet), 'card')}; a packet has at most {PACKET}"
                )
            for line, card in enumerate(packet, 1):
                where = f"{path}:{line}"
                if made.get(card.id) != card:
                    yield Drift("card", where, f"{card.id} is not as the backlog has it")
                if card.id in done:
                    yield Drift("card", where, f"{card.id} was packed again after its stamp")
        done |= stamps_of(truck).keys()
