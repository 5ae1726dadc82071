"""What a snapshot tells of items and cards. Plain dataclasses, for making models would take a tenth of `status`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from factory.model import Oid, State, Triage
from factory.money.budget import Book

Trade = Literal["ticket", "card"]
Listed = Literal["counts", "open", "all"]


@dataclass(slots=True)  # not frozen: that takes three times as long, and a day may have ten thousand
class ShownItem:
    """A ticket or a card, and where it stands."""

    id: str
    trade: Trade
    state: State
    title: str = ""
    attempts: int = 0  # that count against its cap
    attempt: int = 0  # the last one's number
    stamp: Oid | None = None
    triage: Triage | None = None
    why: str = ""
    since: float | None = None  # its attempt runs since then, in seconds since the epoch
    beat: float | None = None  # the last sign of life of what works on it
    usd: float = 0.0  # set aside for its attempt
    priority: str = ""  # of a ticket: P0 to P3
    deps: tuple[str, ...] = ()  # the tickets that it waits for


@dataclass(frozen=True)
class TruckRow:
    """One truck of a day that is not over."""

    name: str
    cards: int
    done: int
    blocked: int
    half: str = ""  # that is open
    left: bool = False


@dataclass(frozen=True)
class DayRow:
    """One day's cards."""

    day: str
    counts: dict[State, int]
    trucks: int


@dataclass(frozen=True)
class ShownCards:
    """All cards: how many stand where, and those that were asked for."""

    counts: dict[State, int]
    items: tuple[ShownItem, ...]
    trucks: tuple[TruckRow, ...]
    days: tuple[DayRow, ...]


def set_aside(book: Book, id: str) -> float:
    """Dollars that the day's book holds for an item's attempts."""
    return float(sum(spend.usd for key, spend in book.open.items() if f":{id}#" in key))
