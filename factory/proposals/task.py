"""What a worker gets for one attempt, and what it gives back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from factory.model import Ended, Plan, Report
from factory.money.spend import Spend
from factory.proposals.shares import Share
from factory.sandbox.process import Finished
from factory.tree import Tree

if TYPE_CHECKING:
    from factory.ssot.settings import Worker


class Wallet(Protocol):
    """Money and calls: reserved in the ledger before they are spent, settled after."""

    def reserve(self, worst: Spend) -> str:
        """Set the worst cost aside; an id. Stopped where it does not fit under a cap."""

    def settle(self, reservation: str, cost: Spend) -> None:
        """Book what it really cost."""

    def allowance(self) -> Spend:
        """The calls and tokens that a worker may book of whose calls only it can tell."""

    def pace(self) -> None:
        """Wait until the next call may be sent. Stopped where the attempt is ended meanwhile."""


@dataclass(frozen=True)
class Program:
    """What is to run in the worker's room. A Path among its words or variables is told as the program sees it.

    `files` and `write` show it paths of the host; `end`, where given, ends it when it is set.
    """

    argv: tuple[str | Path, ...]
    env: Mapping[str, str | Path] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    write: Mapping[str, Path] = field(default_factory=dict)
    read: tuple[Path, ...] = ()
    socket: Path | None = None
    end: threading.Event | None = None
    python: Path | None = None  # the one that it is run by, where that is not the gate's


Launch = Callable[[Program], Finished]  # in the sandbox


@dataclass(frozen=True)
class Fellow:
    """Another ticket that may go out in the same call, and who pays its share."""

    plan: Plan
    wallet: Wallet


@dataclass(frozen=True)
class Task:
    """All that a worker gets for one attempt."""

    plan: Plan
    room: Path  # the room, on the controller's side
    out: Path  # a private folder beside the room, for the plan and the report
    settings: Worker
    rules: str  # ssot/SSOT_RULES.md
    files: Tree  # the base as the worker may see it: without the hidden files
    launch: Launch
    wallet: Wallet
    stop: threading.Event = field(default_factory=threading.Event)
    answers: Path | None = None  # where answers that were paid for are kept
    about: Callable[[], str] = str  # what the repository is made of, in a few sentences; made when it is asked for
    fellows: tuple[Fellow, ...] = ()
    share: Share | None = None  # of an answer that was bought together with other tickets


@dataclass(frozen=True)
class Work:
    """How a worker ended, and what it left beside its change."""

    ended: Ended
    report: Report = field(default_factory=Report)
    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0
    retry_after: float | None = None  # seconds, where the server said so
    daily_quota: bool = False  # the limit turns with the day, not with the minute
    history: tuple[str, ...] = ()  # the commands that were run
    extra: Mapping[str, bytes] = field(default_factory=dict)  # more files for the evidence, by name


class WorkerKind(Protocol):
    """What a worker's module offers."""

    def work(self, task: Task) -> Work: ...
