"""The trades of the line: each is a module with a class, and a line in `factory/line/trades/every.py`.

A trade says what there is to do, plans an attempt at it, and says what would be stamped, and in which words. Whose turn
it is, rooms, money, halts, storms, the ledger and main are the line's, the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from factory.errors import FactoryError, InTheWay
from factory.line.attempt import Begun
from factory.line.auditor import Opinion
from factory.line.item import Done, Item, Turn
from factory.model import Oid, Result, State, Verdict
from factory.records.halves import Half
from factory.records.landing import Draft
from factory.records.record import Record

Able = Callable[[Iterable[Item]], Sequence[Item]]  # those of them that can be worked on now


class Merged(NamedTuple):
    """Main with the work of a group: exactly the tree that would be stamped."""

    main: Oid
    tree: Oid
    met: Mapping[str, tuple[str, ...]] = {}  # item -> the paths where it meets what main has by now
    unread: str = ""  # what keeps a table of the tree from being read


class Judged(NamedTuple):
    """An attempt, and what its judges said."""

    done: Done
    verdict: Verdict
    opinion: Opinion | None = None
    unheard: FactoryError | None = None  # it passed, and its auditor could not be asked


class Kept(NamedTuple):
    """The evidence of a group, committed, and the result of each."""

    evidence: Oid
    results: Mapping[str, Result]
    whole: bytes = b""  # result.json of the group, where it is not that of its only item


class Trade(Protocol):
    """What every trade has. It is made anew for each run."""

    name: str

    # --- the queue

    def prepare(self) -> None:
        """Before the run's first item; a FactoryError keeps this trade's items alone."""

    def half(self, able: Able) -> Half | None:
        """The half that is open, or the next one; None where nothing can be dealt."""

    def deal(self, half: Half, able: Able) -> Half:
        """The half with what can be worked on in its empty places, booked."""

    def ready(self) -> Sequence[Item]:
        """What may be dealt once it is able, best first."""

    def states(self) -> Mapping[str, State]:
        """Item -> where it stands; of those that could be in an open half."""

    def items(self, names: Iterable[str]) -> list[Item]: ...

    def record(self, item: str) -> Record: ...

    def close(self, half: Half) -> None:
        """Its checkpoint."""

    def passed(self) -> Mapping[str, Oid]:
        """Item -> the evidence of its attempt that passed and could not land."""

    def take_up(self, item: Item, evidence: Oid) -> Done | None:
        """That attempt, read back; None where it has to be made again."""

    def fault(self, item: Item) -> FactoryError | None:
        """What keeps it until a person has mended that."""

    def set_aside(self, item: Item, error: FactoryError) -> None:
        """Say so, once."""

    # --- an attempt

    def ahead(self, item: Item) -> Callable[[], object] | None:
        """What is to be looked at before it begins, and takes a while; None: nothing."""

    def begin(self, items: Sequence[tuple[Item, object]], beside: Sequence[str]) -> list[Begun]:
        """Plan these, each with what was seen ahead of it; their starts are booked. `beside`: who could begin, too."""

    def objects(self, done: Done) -> bool:
        """Of an item that is not alone: whether it is no good whatever main is, and need not wait for the others."""

    # --- landing, in the lander's thread

    def settled(self, done: Done, main: Oid) -> Done | Turn:
        """The attempt as it stands on main now, or how its turn ends."""

    def merge(self, main: Oid, group: Sequence[Done]) -> Merged:
        """Main with the group's work: exactly the tree that would be stamped."""

    def judge(self, done: Done, merged: Merged) -> Judged: ...

    def keep(self, half: str, group: Sequence[Judged], merged: Merged) -> Kept:
        """Commit the evidence of attempts that are stamped together, or of one that failed."""

    def draft(self, half: str, group: Sequence[Judged], merged: Merged, kept: Kept) -> Draft: ...

    def stamped(self, half: str, group: Sequence[Judged], stamp: Oid, kept: Kept) -> list[Turn]:
        """Book what main holds now."""

    def in_its_way(self, main: Oid, evidence: Oid, item: str) -> str:
        """What lies in a checkout and keeps an attempt that passed from landing; "" where nothing does."""

    def waits(self, judged: Judged, way: InTheWay, merged: Merged) -> str:
        """Of one in a group that could not land: what is in its own way; "" where it is another's."""
