"""Boxes of six, 3 + 3: which items are dealt, and when a half is closed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from factory.model import Oid, State, Value
from factory.ssot.settings import HALF

FRONT, BACK = "front", "back"
FAILED = "Factory-Failed"  # the trailer of a checkpoint: what was quarantined in its half


class Half(Value):
    """Three items of a box; its checkpoint is the event that closes it.

    Of tickets: `boxes/<date>/box_07_front.json`, `stamped` told at the checkpoint. Of cards: in its truck's file, with
    the cards that each stamp names; more than one stamp where a run was stopped between, or for a PATCH card.
    """

    date: str = ""  # of tickets: the day on which its box was opened
    truck: str = Field("", exclude=True, description="of cards: the name of the truck whose file holds it")
    box: int
    half: Literal["front", "back"]
    main: Oid = ""  # main's tip when the half was opened
    dealt: tuple[str, ...] = ()
    stamped: tuple[str, ...] = ()  # of tickets
    stamps: dict[Oid, tuple[str, ...]] = Field({}, description="of cards: those that each stamp names")
    failed: tuple[str, ...] = ()  # FAIL_BOX: quarantined in this half
    returned: tuple[str, ...] = ()  # dealt here, and not finished here: dealt again later
    stopped: str = ""  # why a run ended in this half, the last time that one did
    closed: bool = False

    @property
    def name(self) -> str:
        return f"box_{self.box:02d}_{self.half}"

    @property
    def title(self) -> str:
        """Its name among all days' and trucks'."""
        return f"{self.truck}_{self.name}" if self.truck else f"{self.date} {self.name}"

    @property
    def place(self) -> str:
        """The box, for the storm guard: a truck's halves are counted one by one."""
        return self.title if self.truck else f"{self.date} box {self.box:02d}"

    @property
    def path(self) -> str:
        """The file that holds a half of tickets."""
        return f"boxes/{self.date}/{self.name}.json"

    @property
    def done(self) -> tuple[str, ...]:
        return (*self.stamped, *(item for items in self.stamps.values() for item in items))

    @property
    def whole(self) -> bool:
        """Whether everything that was dealt is stamped: a back half starts only after such a front half."""
        return set(self.done) == set(self.dealt)

    def as_file(self) -> dict[str, Any]:
        """The file of a half of tickets."""
        return {self.path: self.model_dump(mode="json", exclude={"stamps"})}


def latest(halves: Iterable[Half]) -> Half | None:
    """The half that was opened last."""
    return max(halves, key=lambda h: (h.date, h.box, h.half == BACK), default=None)


def ordered(halves: Iterable[Half]) -> list[Half]:
    """Oldest first."""
    return sorted(halves, key=lambda h: (h.date, h.box, h.half == BACK))


def opened(last: Half | None, today: str, main: str) -> Half:
    """The half after `last`: the back of the same box, or the front of the next one. Numbers begin anew each day."""
    if last is not None and last.half == FRONT:
        return Half(date=last.date, box=last.box, half=BACK, main=main)
    number = last.box + 1 if last is not None and last.date >= today else 1
    return Half(date=max(today, last.date) if last else today, box=number, half=FRONT, main=main)


def topped_up(half: Half, ready: Iterable[str]) -> Half:
    """The half with ready items dealt into its empty places."""
    new = [item for item in ready if item not in half.dealt][: HALF - len(half.dealt)]
    return half.model_copy(update={"dealt": (*half.dealt, *new)}) if new else half


def unfinished(half: Half, states: Mapping[str, State]) -> tuple[str, ...]:
    """The dealt items that are neither stamped nor quarantined. One that a person took away counts as finished."""
    return tuple(t for t in half.dealt if states.get(t) in (State.PENDING, State.INFLIGHT))


def closed(half: Half, states: Mapping[str, State]) -> Half:
    """The half at its checkpoint."""
    known = half.done
    return half.model_copy(
        update={
            "stamped": tuple(t for t in half.dealt if states.get(t) is State.DONE and t not in known),
            "failed": tuple(t for t in half.dealt if states.get(t) is State.BLOCKED),
            "returned": tuple(t for t in half.dealt if states.get(t) not in (State.DONE, State.BLOCKED)),
            "closed": True,
        }
    )


def faults(halves: Iterable[Half]) -> list[str]:
    """What does not add up, of halves in their order: a missing checkpoint, a half that lost or doubled an item."""
    all_ = ordered(halves)
    found = [f"{half.title} has no checkpoint" for half in all_[:-1] if not half.closed]
    found += [_uneven(half) for half in all_ if half.closed and sorted(_ended(half)) != sorted(half.dealt)]
    fronts = {(h.date, h.box) for h in all_ if h.half == FRONT}
    alone = [h for h in all_ if h.half == BACK and not h.truck and (h.date, h.box) not in fronts]
    return found + [f"{half.date} box {half.box} has a back half and no front half" for half in alone]


def _ended(half: Half) -> Collection[str]:
    return (*half.done, *half.failed, *half.returned)


def _uneven(half: Half) -> str:
    return f"{half.title}: {len(half.dealt)} dealt, {len(_ended(half))} accounted for"
