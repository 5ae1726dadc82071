"""The trades of the line: each is a module with a class, and a line in `factory/line/trades/every.py`.

A trade says what there is to do, plans an attempt at it, and says what would be stamped, and in which words. Whose turn
it is, rooms, money, halts, storms, the ledger and main are the line's, the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from factory.errors import Exit, FactoryError, InTheWay
from factory.line import setback
from factory.line.attempt import Begun
from factory.line.auditor import Opinion
from factory.line.house import House
from factory.line.item import Done, Item, Turn
from factory.line.looking import Sight
from factory.model import Oid, Result, State, Verdict
from factory.records.halves import Half
from factory.records.landing import Draft
from factory.records.record import Record

Able = Callable[[Iterable[Item]], Sequence[Item]]  # those of them that can be worked on now


class GroupMerge(NamedTuple):
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


class Packed(NamedTuple):
    """The evidence of a group, committed, and the result of each."""

    evidence: Oid
    results: Mapping[str, Result]
    whole: bytes = b""  # result.json of the group, where it is not that of its only item


class Trade(ABC):
    """What a trade says of its items; made anew for each run. What has a body here is the same for most of them.

    DONE is what main says: a run may end between a stamp and its event, and the next one must see it there.
    """

    name: str

    def __init__(self, house: House, sight: Sight) -> None:
        self._house, self._sight = house, sight

    # --- the queue

    def prepare(self) -> None:  # noqa: B027 (nothing, for most)
        """Before the run's first item; a FactoryError keeps this trade's items alone."""

    @abstractmethod
    def half(self, able: Able) -> Half | None:
        """The half that is open, or the next one; None where nothing can be dealt."""

    def deal(self, half: Half, able: Able) -> Half:
        """The half with what can be worked on in its empty places, booked."""
        return half

    @abstractmethod
    def ready(self) -> Sequence[Item]:
        """What may be dealt once it is able, best first."""

    @abstractmethod
    def states(self) -> Mapping[str, State]:
        """Item -> where it stands; of those that could be in an open half."""

    @abstractmethod
    def items(self, names: Iterable[str]) -> list[Item]: ...

    @abstractmethod
    def record(self, item: str) -> Record: ...

    @abstractmethod
    def close(self, half: Half) -> None:
        """Its checkpoint."""

    def released(self, item: Item, main: Oid) -> bool:
        """Whether main has it on the line still; a person may take it off while it is worked on."""
        return True

    def verdict(self) -> Exit:
        """What a run ends with by this trade's items: FAIL where one is not DONE."""
        return Exit.OK if set(self.states().values()) <= {State.DONE} else Exit.FAIL

    def fault(self, item: Item) -> FactoryError | None:
        """What keeps it until a person has mended that."""
        return None

    def set_aside(self, item: Item, error: FactoryError) -> None:
        """Say so, once."""
        setback.set_aside(self._house, item, error)

    # --- what passed and could not land

    def passed(self) -> Mapping[str, Oid]:
        """Item -> the evidence of its attempt that passed and could not land."""
        return {}

    def take_up(self, item: Item, evidence: Oid) -> Done | None:
        """That attempt, read back; None where it has to be made again."""
        return None

    def in_its_way(self, main: Oid, evidence: Oid, item: str) -> str:
        """What lies in a checkout and keeps it from landing; "" where nothing does."""
        return ""

    # --- an attempt

    def ahead(self, item: Item) -> Callable[[], object] | None:
        """What is to be looked at before it begins, and takes a while; None: nothing."""
        return None

    @abstractmethod
    def begin(self, items: Sequence[tuple[Item, object]], beside: Sequence[str]) -> list[Begun]:
        """Plan these, each with what was seen ahead of it; their starts are booked. `beside`: who could begin, too."""

    def objects(self, done: Done) -> bool:
        """Of an item that is not alone: whether it is no good whatever main is, and need not wait for the others."""
        return False

    # --- landing, in the lander's thread

    def settled(self, done: Done, main: Oid) -> Done | Turn:
        """The attempt as it stands on main now, or how its turn ends."""
        return done

    @abstractmethod
    def merge(self, main: Oid, group: Sequence[Done]) -> GroupMerge:
        """Main with the group's work: exactly the tree that would be stamped."""

    @abstractmethod
    def judge(self, done: Done, merged: GroupMerge) -> Judged: ...

    @abstractmethod
    def keep(self, half: str, group: Sequence[Judged], merged: GroupMerge) -> Packed:
        """Commit the evidence of attempts that are stamped together, or of one that failed."""

    @abstractmethod
    def draft(self, half: str, group: Sequence[Judged], merged: GroupMerge, kept: Packed) -> Draft: ...

    @abstractmethod
    def stamped(self, half: str, group: Sequence[Judged], stamp: Oid, kept: Packed) -> list[Turn]:
        """Book what main holds now."""

    def waits(self, judged: Judged, way: InTheWay, merged: GroupMerge) -> str:
        """Of one in a group that could not land: what is in its own way; "" where it is another's."""
        return str(way)
