"""What a long proof has shown so far, so that it can be broken off and goes on: one line a point, in `.proof/`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.proof.forge import ROOT


class Record:
    """The points of one proof; several processes may write it. Delete the folder to begin anew."""

    def __init__(self, name: str, folder: Path = ROOT / ".proof") -> None:
        folder.mkdir(exist_ok=True)
        self._at = folder / f"{name}.jsonl"

    def done(self) -> dict[str, list[str]]:
        """Point -> the faults that it had."""
        lines = self._at.read_text().splitlines() if self._at.exists() else []
        return {point["point"]: point["faults"] for point in map(json.loads, lines)}

    def add(self, point: str, faults: list[str], seconds: float) -> None:
        line = json.dumps({"point": point, "faults": faults, "seconds": round(seconds, 1)}) + "\n"
        handle = os.open(self._at, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def prove(self, points: dict[str, Callable[[], list[str]]]) -> dict[str, list[str]]:
        """Try the points that were not tried yet; those of all of them that have faults."""
        done = self.done()
        for point, attempt in points.items():
            if point not in done or done[point]:  # what failed is tried again
                started = time.monotonic()
                self.add(point, attempt(), time.monotonic() - started)
        return {point: faults for point, faults in self.done().items() if point in points and faults}
