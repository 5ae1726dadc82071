"""What a turn works with: the repository, the ledger, the rooms, the sandbox, the gate, and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from factory.clock import Clock
from factory.errors import Moved, Stopped
from factory.gate.gate import Gate
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.line.logbook import Level, Logbook, LogStep
from factory.line.signals import Signals
from factory.line.until import Until
from factory.model import Oid, Progress, ProgressKind
from factory.money.spacing import Spacing
from factory.notices.herald import Herald
from factory.plain import whole_line
from factory.records.redact import redact
from factory.records.signing import Signer
from factory.records.view import main_ref, no_branch
from factory.rooms.change import HeldBack
from factory.rooms.rooms import Rooms
from factory.sandbox.sandbox import Sandbox
from factory.ssot.settings import Settings

Say = Callable[[str, str], None]  # (item, what happens now)
Tell = Callable[[Progress], None]


def saying(tell: Tell, zone: str) -> Say:
    """Tells what goes on where no run is on, with the time of day in the factory's `zone`."""

    def say(item: str, text: str) -> None:
        tell(Progress(kind="gate" if item else "note", item=item, text=text, at=time.time(), zone=zone))

    return say


@dataclass(frozen=True)
class House:
    """One run's tools. Its parts are shared by the attempts that run beside each other; the lander alone moves main."""

    repo: Repo
    ledger: Ledger
    settings: Settings
    rooms: Rooms
    aside: HeldBack
    sandbox: Sandbox
    gate: Gate
    clock: Clock
    spacing: Spacing
    signer: Signer
    run: str
    scratch: Path
    until: Until | None = None  # when the run is to end by itself
    working: bool = False  # a shift is on, so that `stop` has something to stop
    tell: Tell = lambda _: None  # the screen
    log: Logbook | None = None
    herald: Herald | None = None  # who tells people that are not there
    secrets: tuple[str, ...] = ()  # values that must never get into git
    environ: Mapping[str, str] = field(default_factory=dict)  # what a worker's settings may pass on
    cache: Path = Path()  # outside of the repository: what can be made or bought again
    private: Path = Path()  # the controller's own folder in the git directory
    signals: Signals = field(default_factory=Signals)
    numbers: dict[str, int] = field(default_factory=dict)  # item -> the attempt that runs
    told: set[str] = field(default_factory=set)  # warnings that are given once
    begun: dict[str, tuple[Oid, float]] = field(default_factory=dict)  # item -> its plan commit, and when it began
    seen: dict[str, Oid] = field(default_factory=dict)  # main's ref -> where it stood at the last look
    broken: list[Exception] = field(default_factory=list)  # what broke while main and the ledger were changed

    @contextmanager
    def stamping(self) -> Iterator[None]:
        """Around a commit on main and its event. Once one broke in between, no other is begun in this run.

        The ledger says up to which commit it knows main: a later event would hide the one that is missing. The next
        run finds it.
        """
        if self.broken:
            raise self.broken[0]
        try:
            yield
        except (Moved, Stopped):  # nothing was changed: somebody moved main, or has uncommitted work in the way
            raise
        except Exception as error:
            self.broken.append(error)
            raise

    def say(self, ticket: str, text: str, level: Level = "info", kind: ProgressKind = "note") -> None:
        """One thing that happens now: a line on the screen and one in the log, without secrets."""
        line, now, attempt = whole_line(redact(text, self.secrets)), self.clock.now(), self.numbers.get(ticket, 0)
        zone = self.settings.factory.timezone
        self.tell(Progress(kind=kind, item=ticket, attempt=attempt, text=line, at=now, zone=zone))
        if self.log is not None:
            plan, began = self.begun.get(ticket, ("", 0.0))
            step = LogStep(kind, plan, began, self.seen.get(self.ref, ""))
            self.log.write(now, line, level, ticket=ticket, attempt=attempt, step=step)

    @property
    def ref(self) -> str:
        return main_ref(self.settings)

    def main(self) -> Oid:
        """Main's tip, now. Mistake where somebody took the branch away."""
        tip = self.repo.tip(self.ref)
        if tip is None:
            raise no_branch(self.settings.factory.main)
        self.seen[self.ref] = tip
        return tip
