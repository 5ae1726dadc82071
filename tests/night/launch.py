"""Runs a shift with a clock that sleeps at once; the time it slept is kept in a file, so that kills do not lose it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from factory.clock import Clock
from factory.errors import FactoryError, Stopped
from factory.line import shift
from factory.line.opening import open_house
from factory.model import Progress


class Scripted(Clock):
    """The machine's time, and all the hours that were slept through at once."""

    def __init__(self, kept: Path) -> None:
        self._kept, self._lock = kept, threading.Lock()

    def now(self) -> float:
        return time.time() + (float(self._kept.read_text()) if self._kept.exists() else 0.0)

    def sleep(self, seconds: float, wake: threading.Event | None = None) -> None:
        with self._lock:
            slept = (float(self._kept.read_text()) if self._kept.exists() else 0.0) + seconds
            self._kept.with_suffix(".new").write_text(str(slept))
            os.replace(self._kept.with_suffix(".new"), self._kept)


def main(path: Path, kept: Path) -> int:
    def say(now: Progress) -> None:
        sys.stdout.write(f"{now.item}: {now.text}\n")
        sys.stdout.flush()

    try:
        with open_house(path, dict(os.environ), clock=Scripted(kept), say=say, working=True) as house:
            signal.signal(signal.SIGTERM, lambda *_: house.signals.end(Stopped("stopped by the operator")))
            return int(shift.run(house).exit)
    except FactoryError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
