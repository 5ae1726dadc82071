"""Which cards come next: three at a time, nothing before what it needs. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from factory.model import Oid, State
from factory.records.boxes import BACK, FRONT
from factory.ssot.settings import HALF
from factory.trucks.truck import CardHalf, Truck, states


def deal(
    truck: Truck, deps: Mapping[str, Collection[str]], done: Collection[str], main: Oid, aside: Collection[str] = ()
) -> CardHalf | None:  # fmt: skip
    """The next half with its cards, in the packets' order; None where no card of the truck can be worked on.

    `deps` of every card on board; `done`: the cards that are stamped, on whatever truck; `aside`: those that wait until
    something is mended.
    """
    known = states(truck)
    able = [
        card for card in truck.cards
        if known[card] is State.PENDING and card not in aside and done_all(deps[card], done)
    ]  # fmt: skip
    if not able:
        return None
    box, half = _next(truck)
    return CardHalf(box=box, half=half, main=main, dealt=tuple(able[:HALF]))


def done_all(deps: Collection[str], done: Collection[str]) -> bool:
    return all(dep in done for dep in deps)


def _next(truck: Truck) -> tuple[int, str]:
    """A back half follows only a front half whose every card is stamped; else the next box begins."""
    last = truck.halves[-1] if truck.halves else None
    if last is None:
        return 1, FRONT
    whole = set(last.stamped) == set(last.dealt)
    return (last.box, BACK) if last.half == FRONT and whole else (last.box + 1, FRONT)
