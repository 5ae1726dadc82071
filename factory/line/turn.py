"""One turn's values: what a worker left, and how the turn ended."""

from __future__ import annotations

from typing import NamedTuple

from factory.errors import FactoryError
from factory.line.auditor import Opinion
from factory.model import Criterion, Oid, Plan, Result, Stamp, Ticket
from factory.records.state import Record
from factory.rooms.change import Change
from factory.workers import Work


class Heard(NamedTuple):
    """An auditor's opinion, and what it was shown: main and the tree that was to be stamped on it."""

    opinion: Opinion
    main: Oid
    tree: Oid


class Attempt(NamedTuple):
    """What a worker left: its own words, and its change. `began` is in seconds since the epoch."""

    ticket: Ticket
    criteria: tuple[Criterion, ...]
    record: Record
    plan: Plan
    plan_commit: Oid
    began: float
    work: Work
    change: Change
    broke: Exception | None = None  # what was met when its change was taken out of its room
    heard: Heard | None = None  # what the auditor said of it, where it was asked before


class Turn(NamedTuple):
    """How a turn ended: with a stamp, with a failed result, or (neither) put off or set aside."""

    ticket: str
    stamp: Stamp | None = None
    result: Result | None = None
    why: str = ""
    kept: bool = False  # it passed, and waits until nothing is in its way
    nobody: bool = False  # broken off, overtaken, set aside or hopeless: it says nothing of the weather
    worker: str = ""
    ends: bool = False  # it was the ticket's last attempt
    waits: FactoryError | None = None  # why the ticket is worked on no more in this run
    unfit: str = ""  # the worker, where every ticket of it would meet that
