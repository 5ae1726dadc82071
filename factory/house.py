"""What a turn works with: the repository, the ledger, the rooms, the sandbox, the gate, and the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from factory.change import Aside
from factory.clock import Clock
from factory.gate import Gate
from factory.ledger import Ledger
from factory.model import Oid
from factory.repo import Repo
from factory.rooms import Rooms
from factory.sandbox import Sandbox
from factory.settings import Settings
from factory.signing import Signer
from factory.view import main_ref

Say = Callable[[str, str], None]  # (ticket, what happens now)


@dataclass(frozen=True)
class House:
    """One run's tools. Its parts are shared by the attempts that run beside each other; `landing` is one at a time."""

    repo: Repo
    ledger: Ledger
    settings: Settings
    rooms: Rooms
    aside: Aside
    sandbox: Sandbox
    gate: Gate
    clock: Clock
    signer: Signer
    run: str
    scratch: Path
    working: bool = False  # a shift is on, so that `stop` has something to stop
    say: Say = lambda _ticket, _text: None
    secrets: tuple[str, ...] = ()  # values that must never get into git
    environ: Mapping[str, str] = field(default_factory=dict)  # what a worker's settings may pass on
    cache: Path = Path()  # outside of the repository: what can be made or bought again
    private: Path = Path()  # the controller's own folder in the git directory
    drain: threading.Event = field(default_factory=threading.Event)  # start nothing more
    stop: threading.Event = field(default_factory=threading.Event)  # end what runs
    halts: dict[str, threading.Event] = field(default_factory=dict)  # ticket -> ends its attempt now
    reasons: list[str] = field(default_factory=list)  # why the run is to end
    landing: threading.RLock = field(default_factory=threading.RLock)

    @property
    def why(self) -> str:
        """Why the run is to end; "" while it is not."""
        return self.reasons[0] if self.reasons else ""

    def end(self, why: str, *, now: bool = False) -> None:
        """Start nothing more; with `now`, end what runs. Called by an operator's command or a signal."""
        self.reasons.append(why)
        self.drain.set()
        if now:
            self.stop.set()
            for ticket in list(self.halts):
                self.halt(ticket)

    def halt(self, ticket: str) -> None:
        """End the ticket's attempt now, if one runs."""
        self.halts.setdefault(ticket, threading.Event()).set()

    @property
    def ref(self) -> str:
        return main_ref(self.settings)

    def main(self) -> Oid:
        """Main's tip, now."""
        tip = self.repo.tip(self.ref)
        assert tip is not None
        return tip
