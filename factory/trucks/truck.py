"""One truck as the ledger keeps it: its cards, its halves, and what there is to tell of a card. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from pydantic import Field

from factory.model import Oid, Previous, State, Triage, Value
from factory.records.boxes import BACK, FRONT


class CardRecord(Value):
    """What there is to tell of one card. A card that was stamped at its first attempt has none."""

    state: State = State.PENDING
    attempt: int = 0  # the last attempt's number; never given twice
    attempts: int = 0  # failed ones since the card was released; the cap counts these
    triage: Triage | None = None
    why: str = ""
    previous: Previous | None = None
    conflicts: int = 0  # with what landed meanwhile
    transient: int = 0  # rate limits and network faults in a row
    not_before: float = 0.0  # seconds since the epoch
    passed: Oid | None = None  # the evidence of the last attempt, which passed and could not land: it is not made again

    @property
    def silent(self) -> bool:
        """Whether there is nothing to tell that the stamps do not tell: its first attempt, or none."""
        return self == CardRecord(attempt=self.attempt) and self.attempt <= 1


class CardHalf(Value):
    """Three cards of a box. More than one stamp only where a run was stopped between, or for a PATCH card."""

    box: int
    half: Literal["front", "back"]
    main: Oid = ""  # main's tip when the half was opened
    dealt: tuple[str, ...] = ()
    stamps: dict[Oid, tuple[str, ...]] = Field({}, description="the cards that each stamp names")
    failed: tuple[str, ...] = ()  # FAIL_BOX: quarantined in this half
    returned: tuple[str, ...] = ()  # dealt here and not finished here
    closed: bool = False

    @property
    def name(self) -> str:
        return f"box_{self.box:02d}_{self.half}"

    @property
    def stamped(self) -> tuple[str, ...]:
        return tuple(card for cards in self.stamps.values() for card in cards)


class Truck(Value):
    """`cards/<day>/truck_001.json`."""

    day: str
    number: int
    a: tuple[str, ...]
    b: tuple[str, ...] = ()
    halves: tuple[CardHalf, ...] = ()
    records: dict[str, CardRecord] = Field({}, description="of the cards that there is something to tell of")
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
    def open_half(self) -> CardHalf | None:
        return self.halves[-1] if self.halves and not self.halves[-1].closed else None

    def half_name(self, half: CardHalf) -> str:
        return f"{self.name}_{half.name}"

    def record(self, card: str) -> CardRecord:
        return self.records.get(card, CardRecord())


def truck_path(day: str, number: int) -> str:
    return f"cards/{day}/truck_{number:03}.json"


# --- where its cards stand -------------------------------------------------------------------------------


def stamps_of(truck: Truck) -> dict[str, Oid]:
    """Card -> the stamp that names it."""
    return {card: oid for half in truck.halves for oid, cards in half.stamps.items() for card in cards}


def states(truck: Truck) -> dict[str, State]:
    """Card -> where it stands."""
    done = stamps_of(truck)
    return {card: State.DONE if card in done else truck.record(card).state for card in truck.cards}


def unfinished(truck: Truck, half: CardHalf) -> tuple[str, ...]:
    """The dealt cards that are neither stamped nor quarantined."""
    known = states(truck)
    return tuple(card for card in half.dealt if known[card] in (State.PENDING, State.INFLIGHT))


def unstamped(truck: Truck) -> tuple[str, ...]:
    """The cards that may be dealt, once they are ready."""
    return tuple(card for card, state in states(truck).items() if state is State.PENDING)


# --- how it changes --------------------------------------------------------------------------------------


def with_record(truck: Truck, card: str, record: CardRecord) -> Truck:
    rest = {name: kept for name, kept in truck.records.items() if name != card}
    return truck.model_copy(update={"records": rest if record.silent else {**rest, card: record}})


def with_half(truck: Truck, half: CardHalf) -> Truck:
    """The truck with its last half replaced, or one half more."""
    last = truck.halves[-1] if truck.halves else None
    kept = truck.halves[:-1] if last is not None and last.name == half.name else truck.halves
    return truck.model_copy(update={"halves": (*kept, half)})


def with_stamp(truck: Truck, name: str, oid: Oid, cards: tuple[str, ...]) -> Truck:
    """The truck after a stamp; the half is made where the ledger does not know it (a ledger that was lost)."""
    half = next((half for half in truck.halves if half.name == name), None) or _half_of(name)
    if oid in half.stamps:
        return truck
    half = half.model_copy(
        update={"stamps": {**half.stamps, oid: cards}, "dealt": tuple(dict.fromkeys((*half.dealt, *cards)))}
    )
    truck = truck.model_copy(update={"halves": tuple(_placed(truck.halves, half))})
    for card in cards:
        told = truck.record(card)
        kept = CardRecord(attempt=told.attempt, attempts=told.attempts)
        truck = with_record(truck, card, kept)
    return truck


def without_lost(truck: Truck, told: Collection[Oid]) -> Truck:
    """The truck without the stamps that a rewritten main does not hold: their cards are PENDING, and it is back."""
    halves = []
    for half in truck.halves:
        stamps = {oid: cards for oid, cards in half.stamps.items() if oid in told}
        kept = half.model_copy(update={"stamps": stamps})
        rest = [card for card in half.dealt if card not in (*kept.stamped, *half.failed)]
        halves.append(kept.model_copy(update={"returned": tuple(rest)}) if half.closed else kept)
    if tuple(halves) == truck.halves:
        return truck
    return truck.model_copy(update={"halves": tuple(halves), "left": False})


def _half_of(name: str) -> CardHalf:
    _, number, half = name.split("_")
    return CardHalf(box=int(number), half=FRONT if half == FRONT else BACK, closed=True)


def _placed(halves: tuple[CardHalf, ...], half: CardHalf) -> Iterator[CardHalf]:
    """The halves with one of them replaced, or added at its place."""
    ordered = {(h.box, h.half == BACK): h for h in (*halves, half)}
    return (ordered[key] for key in sorted(ordered))


def carried(truck: Truck, earlier: Iterable[Truck]) -> Truck:
    """A new truck with what earlier ones tell of its cards: an attempt's number is never given twice."""
    on_board = set(truck.cards)
    told = {card: record for other in earlier for card, record in other.records.items() if card in on_board}
    return truck.model_copy(update={"records": told})


def closed(truck: Truck, half: CardHalf) -> CardHalf:
    """The half at its checkpoint."""
    known = states(truck)
    return half.model_copy(
        update={
            "failed": tuple(card for card in half.dealt if known[card] is State.BLOCKED),
            "returned": tuple(card for card in half.dealt if known[card] not in (State.DONE, State.BLOCKED)),
            "closed": True,
        }
    )


def faults(truck: Truck) -> Iterator[str]:
    """What does not add up: a half without its checkpoint, a card that was lost or doubled."""
    for half in truck.halves[:-1]:
        if not half.closed:
            yield f"{truck.half_name(half)} has no checkpoint"
    for half in truck.halves:
        ended = (*half.stamped, *half.failed, *half.returned)
        if half.closed and sorted(ended) != sorted(half.dealt):
            yield f"{truck.half_name(half)}: {len(half.dealt)} dealt, {len(ended)} accounted for"
    yield from (f"{card} was stamped twice on {truck.name}" for card in _twice(truck))
    on_board = set(truck.cards)
    for half in truck.halves:
        yield from (
            f"{truck.half_name(half)} dealt {card}, not on board" for card in half.dealt if card not in on_board
        )


def _twice(truck: Truck) -> list[str]:
    counts = Counter(card for half in truck.halves for card in half.stamped)
    return sorted(card for card, count in counts.items() if count > 1)
