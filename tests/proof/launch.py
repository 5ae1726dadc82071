"""`factory run` in a process whose steps are counted, whose clock sleeps at once, and whose promises are kept outside.

Every ledger tip and every stamp is written to a file of the driver's as soon as the factory has acknowledged it.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from factory import cli
from factory.clock import Clock
from factory.git.ledger import Ledger
from factory.git.mover import Mover
from factory.line import opening, shift  # noqa: F401 (imported before the steps count)
from factory.records import landing
from tests.proof.steps import Order, Steps, within


class Hurried(Clock):
    """The machine's time, and all that was slept through at once; kept in a file, so that kills do not lose it."""

    def __init__(self, kept: Path) -> None:
        self._file, self._lock = os.open(kept, os.O_RDWR | os.O_CREAT), threading.Lock()

    def _slept(self) -> float:
        return float(os.pread(self._file, 40, 0) or b"0")

    def now(self) -> float:
        return time.time() + self._slept()

    def sleep(self, seconds: float, wake: threading.Event | None = None) -> None:
        with self._lock:
            os.pwrite(self._file, f"{self._slept() + seconds:<40.3f}".encode(), 0)


def keep_promises(at: Path) -> None:
    """Write down what the factory acknowledged, at once: the driver holds it to that."""
    promises = os.open(at, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    append, advance = Ledger.append, landing.advance

    def appended(self: Ledger, *args: Any, **kwargs: Any) -> str:
        with self.lock:
            oid = append(self, *args, **kwargs)
            os.write(promises, f"ledger {oid}\n".encode())
            return oid

    def advanced(*args: Any) -> str:
        oid = advance(*args)
        os.write(promises, f"main {oid}\n".encode())
        return oid

    Ledger.append, landing.advance = appended, advanced  # type: ignore[method-assign, assignment]


def main(at: str, beside: str, *arguments: str) -> None:
    """Run these words of `factory` on the repository at `at`; what is kept outside goes beside it."""
    repo, outside = Path(at), Path(beside)
    clock = Hurried(outside / "slept")
    opening.Clock = lambda: clock  # type: ignore[misc, assignment]
    keep_promises(outside / "promises")
    steps = Steps(Order.read(os.environ), within(repo, Path(os.environ["XDG_CACHE_HOME"])))
    steps.tells(Mover, "_tell")
    steps.arm()
    cli.main([*arguments, "--repo", str(repo)])
