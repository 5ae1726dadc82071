"""Boxes of six, 3 + 3: which tickets are dealt, and when a half is closed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from factory.model import State, Ticket, Value
from factory.ssot.settings import HALF
from factory.tree import matches

FRONT, BACK = "front", "back"


class Half(Value):
    """Three tickets of a box: `boxes/<date>/box_07_front.json`. Its checkpoint is the event that closes it."""

    date: str
    box: int
    half: Literal["front", "back"]
    main: str = ""  # main's tip when the half was opened
    dealt: tuple[str, ...] = ()
    stamped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()  # FAIL_BOX: quarantined in this half
    returned: tuple[str, ...] = ()  # dealt here, and not finished here: dealt again in a later box
    stopped: str = ""  # why a run ended in this half, the last time that one did
    closed: bool = False

    @property
    def name(self) -> str:
        return f"box_{self.box:02d}_{self.half}"

    @property
    def path(self) -> str:
        return f"boxes/{self.date}/{self.name}.json"


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


def may_deal(half: Half, front: Half | None) -> bool:
    """A back half starts only when every ticket of its front half is stamped."""
    return half.half == FRONT or front is None or set(front.stamped) == set(front.dealt)


def topped_up(half: Half, ready: Iterable[Ticket]) -> Half:
    """The half with ready tickets dealt into its empty places."""
    new = [t.id for t in ready if t.id not in half.dealt][: HALF - len(half.dealt)]
    return half.model_copy(update={"dealt": (*half.dealt, *new)}) if new else half


def unfinished(half: Half, states: Mapping[str, State]) -> tuple[str, ...]:
    """The dealt tickets that are neither stamped nor quarantined. One that a person took away counts as finished."""
    return tuple(t for t in half.dealt if states.get(t) in (State.PENDING, State.INFLIGHT))


def closed(half: Half, states: Mapping[str, State]) -> Half:
    """The half at its checkpoint."""
    return half.model_copy(
        update={
            "stamped": tuple(t for t in half.dealt if states.get(t) is State.DONE),
            "failed": tuple(t for t in half.dealt if states.get(t) is State.BLOCKED),
            "returned": tuple(t for t in half.dealt if states.get(t) not in (State.DONE, State.BLOCKED)),
            "closed": True,
        }
    )


def faults(halves: Iterable[Half]) -> list[str]:
    """What does not add up: a missing checkpoint, a half that lost or doubled a ticket."""
    found = []
    all_ = ordered(halves)
    for half in all_[:-1]:
        if not half.closed:
            found.append(f"{half.date} {half.name} has no checkpoint")
    for half in all_:
        ended = (*half.stamped, *half.failed, *half.returned)
        if half.closed and sorted(ended) != sorted(half.dealt):
            found.append(f"{half.date} {half.name}: {len(half.dealt)} dealt, {len(ended)} accounted for")
    names = [(h.date, h.box, h.half) for h in all_]
    found += [f"{date} box {box} has a back half and no front half" for date, box, half in names
              if half == BACK and (date, box, FRONT) not in names]  # fmt: skip
    return found


def meet(one: Ticket, other: Ticket) -> bool:
    """Whether the changes of two tickets could touch the same path. In doubt, yes: then one waits."""
    ours, theirs = one.terms.modify or ("**",), other.terms.modify or ("**",)
    return any(touch(a, b) for a in ours for b in theirs)


def touch(one: str, other: str) -> bool:
    """Whether two globs could name the same path. In doubt, yes."""
    if not _wild(one) or not _wild(other):
        return matches(one, [other]) or matches(other, [one])
    a, b = _fixed(one), _fixed(other)
    return a.startswith(b) or b.startswith(a)


def _wild(glob: str) -> bool:
    return any(c in glob for c in "*?[") or glob.endswith("/")


def _fixed(glob: str) -> str:
    """The part before the first wildcard."""
    return glob[: min((glob.index(c) for c in "*?[" if c in glob), default=len(glob))]
