"""What ends a run, or one attempt of it: set by an operator's command, a signal or a limit, and heard by what works."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from factory.errors import Stopped, TimeUp


@dataclass(frozen=True)
class Signals:
    """One run's. Shared by all its threads."""

    drain: threading.Event = field(default_factory=threading.Event)  # start nothing more
    stop: threading.Event = field(default_factory=threading.Event)  # end what runs
    halts: dict[str, threading.Event] = field(default_factory=dict)  # item -> ends its attempt now
    halted: dict[str, str] = field(default_factory=dict)  # item -> why its attempt was ended, if by no person
    reasons: list[Stopped] = field(default_factory=list)  # why the run is to end

    @property
    def why(self) -> Stopped | None:
        """Why the run is to end; None while it is not. An interrupt tells more than a stop: its exit code differs."""
        return min(self.reasons, key=lambda reason: -reason.exit, default=None)

    @property
    def is_late(self) -> bool:
        """Whether the time is up until which the run was to work."""
        return any(isinstance(reason, TimeUp) for reason in self.reasons)

    def end(self, why: Stopped, *, now: bool = False) -> None:
        """Start nothing more; with `now`, end what runs. Called by an operator's command or a signal."""
        self.reasons.append(why)
        self.drain.set()
        if now:
            self.stop.set()
            for ticket in list(self.halts):
                self.halt(ticket)

    def carry_on(self) -> bool:
        """Lift a stop that waits for the running tickets. False where there is none, or it is too late."""
        if not self.drain.is_set() or self.stop.is_set() or self.is_late:
            return False
        self.reasons.clear()
        self.drain.clear()
        return True

    def halt(self, ticket: str, why: str = "") -> None:
        """End the ticket's attempt now, if one runs. `why`: where no person asked for it."""
        if event := self.halts.get(ticket):
            if why and not event.is_set():
                self.halted[ticket] = why
            event.set()

    def ended(self, item: str) -> str:
        """An attempt is over: why it was ended, empty where nobody did so."""
        why = self.halted.pop(item, "ended by the operator")
        return why if self.halts.pop(item).is_set() else ""
