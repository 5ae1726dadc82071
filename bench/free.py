"""A worker and a gate's tests that cost nothing, so that what is left is the controller's own cost.

Everything else is the real thing: rooms, harvest, merge, guards, red before and green after, evidence, ledger, stamp.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from factory.gate.asked import Say
from factory.gate.conditions import USUAL, Conditions
from factory.gate.gate import Gate
from factory.gate.observe import Observation
from factory.gate.trial import Ran, Trial
from factory.git.repo import Repo
from factory.line.house import House, Tell
from factory.line.opening import open_house
from factory.model import Oid
from factory.sandbox.process import Finished
from factory.sandbox.sandbox import Job, JobLimits, Toolchains
from factory.ssot.settings import Settings

DONE = Finished(0, 0.0, False, b"", b"", False)
CHECK = re.compile(r"test -f (\S+)")


class FreeSandbox:
    """Starts nothing: writes the one file that the ticket's check asks for."""

    kind = "none"

    def run(self, job: Job) -> Finished:
        at = job.room / "out" / f"{job.env['FACTORY_TICKET']}.txt"
        at.parent.mkdir(exist_ok=True)
        at.write_text("right\n")
        return DONE

    def inside(self, job: Job, host: Path) -> str:
        return str(host)


class FreeTrial(Trial):
    """Answers at once: `test -f PATH` from the tree itself, everything else with success."""

    def __init__(self, repo: Repo, settings: Settings) -> None:
        self.repo, self.store, self.settings = repo, repo.store, settings
        self.limits, self.tools = JobLimits(), Toolchains()
        self.python, self.stop = Path(sys.executable), threading.Event()

    def prepare(self, main: Oid, say: Say = lambda _: None) -> None:
        """Nothing is run, so nothing has to be set up."""

    def run(self, tree: Oid, command: str, *, fresh: bool = False, under: Conditions = USUAL) -> Ran:
        asked = CHECK.fullmatch(command)
        red = asked is not None and self.store.entry(self.store.tree_of(tree), asked[1]) is None
        return Ran(command=command, code=int(red), timed_out=False, seconds=0.0, seen=Observation())

    def ahead(self, tree: Oid, command: str, under: Conditions = USUAL) -> None:
        """Everything is there at once."""

    def begin(self, tree: Oid, command: str) -> None:
        """Everything is there at once."""

    def known(self, tree: Oid, command: str) -> Ran | None:
        """Nothing takes any time."""
        return self.run(tree, command)

    def let_go(self) -> None:
        """Nothing was started."""

    def end(self) -> None:
        """Nothing was started."""

    def remember(self, name: str, content: bytes) -> None:
        """Nothing costs anything here, so nothing is kept."""

    def recall(self, name: str) -> bytes | None:
        return None


@contextmanager
def house(repo: Path, environ: Mapping[str, str], say: Tell | None = None) -> Iterator[House]:
    """The house of a run, with a worker and tests that cost nothing."""
    with open_house(repo, environ, say=say) as opened:
        gate = Gate(FreeTrial(opened.repo, opened.settings))
        yield dataclasses.replace(opened, sandbox=FreeSandbox(), gate=gate)
        opened.rooms.close()
