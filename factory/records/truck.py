"""One truck as the ledger keeps it: its cards, its halves, and what there is to tell of a card. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from factory.model import Oid, State, Value
from factory.records import halves
from factory.records.halves import BACK, FRONT, Half
from factory.records.record import Record


class Truck(Value):
    """`cards/<day>/truck_001.json`."""

    day: str
    number: int
    a: tuple[str, ...]
    b: tuple[str, ...] = ()
    halves: tuple[Half, ...] = ()
    records: dict[str, Record] = Field({}, description="of the cards that there is something to tell of")
    left: bool = False  # it leaves when the last card's evidence is complete

    @property
    def name(self) -> str:
        return f"{self.day}_truck_{self.number:03}"

    @property
    def path(self) -> str:
        return truck_path(self.day, self.number)

    @property
    def cards(self) -> tuple[str, ...]:
        return (*self.a, *self.b)

    @property
    def last(self) -> Half | None:
        """The half that was opened last."""
        return self.named(self.halves[-1]) if self.halves else None

    @property
    def open_half(self) -> Half | None:
        return self.last if self.last and not self.last.closed else None

    def named(self, half: Half) -> Half:
        """The half, knowing whose it is."""
        return half.model_copy(update={"truck": self.name})

    def record(self, card: str) -> Record:
        kept = self.records.get(card)
        return kept.model_copy(update={"ticket": card}) if kept else Record(ticket=card)

    def as_file(self) -> dict[str, Any]:
        return {self.path: self.model_dump(mode="json", exclude_defaults=True)}


def truck_path(day: str, number: int) -> str:
    return f"cards/{day}/truck_{number:03}.json"


# --- where its cards stand -------------------------------------------------------------------------------


def stamps_of(truck: Truck) -> dict[str, Oid]:
    """Card -> the stamp that names it."""
    return {card: oid for half in truck.halves for oid, cards in half.stamps.items() for card in cards}


def states(truck: Truck) -> dict[str, State]:
    """Card -> where it stands."""
    done, records = stamps_of(truck), truck.records
    return {
        card: State.DONE if card in done else records[card].state if card in records else State.PENDING
        for card in truck.cards
    }


def unstamped(truck: Truck) -> tuple[str, ...]:
    """The cards that may be dealt, once they are ready."""
    return tuple(card for card, state in states(truck).items() if state is State.PENDING)


def next_half(truck: Truck, dealt: Sequence[str], main: Oid) -> Half:
    """A back half follows only a front half whose every card is stamped; else the next box begins."""
    last = truck.last
    if last and last.half == FRONT and last.whole:
        return truck.named(Half(box=last.box, half=BACK, main=main, dealt=tuple(dealt)))
    return truck.named(Half(box=last.box + 1 if last else 1, half=FRONT, main=main, dealt=tuple(dealt)))


# --- how it changes --------------------------------------------------------------------------------------


def with_records(truck: Truck, records: Mapping[str, Record]) -> Truck:
    """The truck with these cards' records; those that say nothing are left out."""
    kept = {card: record for card, record in truck.records.items() if card not in records}
    told = {card: record.model_copy(update={"ticket": ""}) for card, record in records.items() if not record.silent}
    return truck.model_copy(update={"records": {**kept, **told}})


def with_half(truck: Truck, half: Half) -> Truck:
    """The truck with its last half replaced, or one half more."""
    last = truck.halves[-1] if truck.halves else None
    kept = truck.halves[:-1] if last is not None and last.name == half.name else truck.halves
    return truck.model_copy(update={"halves": (*kept, half.model_copy(update={"truck": ""}))})


def with_stamp(truck: Truck, name: str, oid: Oid, cards: tuple[str, ...]) -> Truck:
    """The truck after a stamp; the half is made where the ledger does not know it (a ledger that was lost)."""
    half = next((half for half in truck.halves if half.name == name), None) or _half_of(name)
    if oid in half.stamps:
        return truck
    half = half.model_copy(
        update={"stamps": {**half.stamps, oid: cards}, "dealt": tuple(dict.fromkeys((*half.dealt, *cards)))}
    )
    truck = truck.model_copy(update={"halves": tuple(_placed(truck.halves, half))})
    told = [truck.record(card) for card in cards]
    return with_records(
        truck, {r.ticket: Record(ticket=r.ticket, attempt=r.attempt, attempts=r.attempts) for r in told}
    )


def without_lost(truck: Truck, told: Collection[Oid]) -> Truck:
    """The truck without the stamps that a rewritten main does not hold: their cards are PENDING, and it is back."""
    found = []
    for half in truck.halves:
        kept = half.model_copy(update={"stamps": {oid: cards for oid, cards in half.stamps.items() if oid in told}})
        rest = tuple(card for card in half.dealt if card not in (*kept.done, *half.failed))
        found.append(kept.model_copy(update={"returned": rest}) if half.closed else kept)
    if tuple(found) == truck.halves:
        return truck
    return truck.model_copy(update={"halves": tuple(found), "left": False})


def _half_of(name: str) -> Half:
    _, number, half = name.split("_")
    return Half(box=int(number), half=FRONT if half == FRONT else BACK, closed=True)


def _placed(found: tuple[Half, ...], half: Half) -> Iterator[Half]:
    """The halves with one of them replaced, or added at its place."""
    ordered = {(h.box, h.half == BACK): h for h in (*found, half)}
    return (ordered[key] for key in sorted(ordered))


def carried(truck: Truck, earlier: Iterable[Truck]) -> Truck:
    """A new truck with what earlier ones tell of its cards: an attempt's number is never given twice."""
    on_board = set(truck.cards)
    told = {card: record for other in earlier for card, record in other.records.items() if card in on_board}
    return truck.model_copy(update={"records": told})


def faults(truck: Truck) -> Iterator[str]:
    """What does not add up: a half without its checkpoint, a card that was lost or doubled."""
    yield from halves.faults(map(truck.named, truck.halves))
    yield from (f"{card} was stamped twice on {truck.name}" for card in _twice(truck))
    on_board = set(truck.cards)
    for half in map(truck.named, truck.halves):
        yield from (f"{half.title} dealt {card}, not on board" for card in half.dealt if card not in on_board)


def _twice(truck: Truck) -> list[str]:
    counts = Counter(card for half in truck.halves for card in half.done)
    return sorted(card for card, count in counts.items() if count > 1)
