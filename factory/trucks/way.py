"""Cards that passed and could not land: what is in their way, and their attempts, read back from git.

Whoever made them is not asked again. Where what an attempt was made from is not main's any more, it is made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory.cards.card import WorkItem
from factory.errors import FactoryError, InTheWay, Mistake
from factory.git import checkout
from factory.line import kept
from factory.line.house import House
from factory.line.way import Looks
from factory.model import Oid, Plan, Result, State
from factory.records import attempts
from factory.rooms.change import Change
from factory.tree import Entry
from factory.trucks import chain
from factory.trucks.chain import Judged
from factory.trucks.plan import card_of
from factory.trucks.work import Made
from factory.trucks.yard import Yard


class Way:
    """Which cards wait, and for what."""

    def __init__(self, house: House) -> None:
        self._house, self._looks = house, Looks()

    def waiting(self, yard: Yard, days: Iterable[str]) -> Mapping[str, str]:
        """Card -> what keeps its passed attempt from landing now."""
        found = passed(yard, days)
        return self._looks.found(yard.main, found, lambda card: self._why(yard.main, found[card])) if found else {}

    def _why(self, main: Oid, proof: Oid) -> str:
        try:
            return in_its_way(self._house, main, _files(self._house, proof))
        except FactoryError:
            return ""  # landing it tells


def in_its_way(house: House, main: Oid, files: Mapping[str, Entry | None]) -> str:
    """What keeps a stamp with these files from landing now; "" where nothing does."""
    try:
        checkout.could_follow(house.repo, house.ref, main, chain.merged(house, main, files), looking=True)
    except InTheWay as way:
        return str(way)
    return ""


def passed(yard: Yard, days: Iterable[str]) -> dict[str, Oid]:
    """Card -> the evidence of its attempt that passed and did not land, by its last truck."""
    found: dict[str, Oid] = {}
    for day in days:
        trucks = yard.trucks(day)
        if not any(record.passed for truck in trucks for record in truck.records.values()):
            continue
        proofs = {card: truck.record(card).passed for truck in trucks for card in truck.cards}
        known = yard.states(day)
        found |= {card: proof for card, proof in proofs.items() if proof and known.get(card) is State.PENDING}
    return found


def read(house: House, card: WorkItem, proof: Oid) -> Made | None:
    """The attempt as its worker left it; None where main has not what it was made from, or has another card."""
    store, folder = house.repo.store, f"{chain.FOLDER}/{card.id}"
    plan = Plan.model_validate(attempts.from_json(store.file(proof, f"{folder}/plan.json") or b""))
    if not house.repo.is_ancestor(plan.base, house.main()) or not _is_of(plan, card):
        return None
    result = Result.model_validate(attempts.from_json(store.file(proof, f"{folder}/result.json") or b""))
    work = kept.worked(house.repo, proof, f"{folder}/evidence")
    began = house.clock.now() - result.duration_seconds
    return Made(card, plan, began, result.duration_seconds, work, Change(_files(house, proof), ()), None, ())


def _is_of(plan: Plan, card: WorkItem) -> bool:
    try:
        return card_of(plan) == card
    except Mistake:
        return False


def _files(house: House, proof: Oid) -> dict[str, Entry | None]:
    """What the attempt changed: its work commit against its plan's."""
    work = house.repo.store.commit(proof).parents[0]
    changed = house.repo.diff(house.repo.store.commit(work).parents[0], work)
    return {c.path: Entry(c.new_mode, c.new) if c.new else None for c in changed}


def split(
    house: House, main: Oid, group: list[Judged], way: InTheWay
) -> tuple[list[tuple[Judged, InTheWay]], list[Made]]:
    """Of those that could not land together: which wait, and for what, and which may go on without them."""
    alone = {one.card.id: in_its_way(house, main, one.made.files) for one in group}
    if way.everyone or not any(alone.values()):
        return [(one, way) for one in group], []
    waits = [(one, InTheWay(alone[one.card.id])) for one in group if alone[one.card.id]]
    return waits, [one.made for one in group if not alone[one.card.id]]
