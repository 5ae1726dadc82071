"""What the line works on, whatever its trade: an item, an attempt that was made at it, and how its turn ended."""

from __future__ import annotations

from typing import NamedTuple

from factory.errors import FactoryError
from factory.line.auditor import Opinion
from factory.model import Oid, Plan, Result, Triage, Value
from factory.records.attempts import Commits as Commits
from factory.rooms.change import Change
from factory.tree import touch
from factory.workers import Work

EVERYTHING = ("**",)


class Item(Value):
    """What the line deals: derived at each look, never stored."""

    id: str
    trade: str
    title: str
    file: str  # of the ledger's tree, in `tickets/` or a truck: it holds the record, and is swept after a kill
    worker: str
    usd: float | None = None  # the worst that an attempt can cost; None: its worker costs nothing
    touches: tuple[str, ...] = EVERYTHING  # globs that it may write
    reads: tuple[str, ...] = ()  # paths whose change on main makes an attempt stale
    alone: bool = True  # judged as a whole, with a stamp of its own

    def meets(self, other: Item) -> bool:
        """Whether the changes of the two could touch the same path. In doubt, yes: then one waits."""
        return any(touch(a, b) for a in self.touches for b in other.touches)


class Heard(NamedTuple):
    """An auditor's opinion, and what it was shown: main and the tree that was to be stamped on it."""

    opinion: Opinion
    main: Oid
    tree: Oid


class Done(NamedTuple):
    """An attempt's end: what its worker was told and left. `began` is in seconds since the epoch."""

    item: Item
    plan: Plan
    plan_commit: Oid
    began: float
    seconds: float
    work: Work
    change: Change
    broke: Exception | None = None  # what was met when its change was taken out of its room
    heard: Heard | None = None  # what the auditor said of it, where it was asked before
    commits: Commits | None = None  # a ticket's, once its work is kept
    kept: bool = False  # it passed before, and could not land

    @property
    def number(self) -> str:
        return f"{self.item.id}#{self.plan.attempt}"


class Turn(NamedTuple):
    """How an item's turn ended: with a stamp, with a failed result, or (neither) put off or set aside."""

    item: Item
    stamp: Oid | None = None
    result: Result | None = None
    triage: Triage | None = None
    why: str = ""
    kept: bool = False  # it passed, and waits until nothing is in its way
    nobody: bool = False  # broken off, overtaken, set aside or hopeless: it says nothing of the weather
    ends: bool = False  # it was the item's last attempt
    waits: FactoryError | None = None  # why the item is worked on no more in this run
    unfit: str = ""  # the worker, where every item of it would meet that
    ending: FactoryError | None = None  # why the run ends with it: no other could land either
