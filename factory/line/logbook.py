"""What happened, as JSON Lines beside the human ones: a file a day in the controller's private folder.

The log is for looking; nothing is decided by it. So a full disk takes the log away, and not the run.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

Level = Literal["info", "warning", "error"]
KEPT_DAYS = 14
DAY_BYTES = 64 << 20  # a file is not written beyond this
_NAME = re.compile(r"\d{4}-\d\d-\d\d\.jsonl")


class Logbook:
    """The log of one run. `write` may be called from every thread."""

    def __init__(self, folder: Path, zone: ZoneInfo, run: str) -> None:
        self._folder, self._zone, self._run = folder, zone, run
        self._lock, self._day = threading.Lock(), ""

    def write(self, now: float, text: str, level: Level = "info", *, ticket: str = "", attempt: int = 0) -> None:
        """One line: time (ISO, in the zone), level, the run's, ticket's, attempt's and trace's ids, the text."""
        time = datetime.datetime.fromtimestamp(now, self._zone)
        line = {
            "time": time.isoformat(timespec="milliseconds"),
            "level": level,
            "run": self._run,
            "ticket": ticket,
            "attempt": attempt,
            "trace": trace(self._run, ticket, attempt),
            "text": text,
        }
        with self._lock, suppress(OSError):
            self._append(f"{time.date().isoformat()}.jsonl", json.dumps(line, ensure_ascii=False) + "\n")

    def _append(self, name: str, line: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if name != self._day:
            self._day = name
            self._drop_old()
        # One write with O_APPEND: a line is whole even where another process writes to the same day.
        handle = os.open(self._folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(handle).st_size < DAY_BYTES:
                os.write(handle, line.encode("utf-8", "replace"))
        finally:
            os.close(handle)

    def _drop_old(self) -> None:
        """Keep the newest days, this one among them."""
        days = sorted({p.name for p in self._folder.iterdir() if _NAME.fullmatch(p.name)} | {self._day})
        for name in days[:-KEPT_DAYS]:
            (self._folder / name).unlink(missing_ok=True)


def trace(run: str, ticket: str = "", attempt: int = 0) -> str:
    """The id of one attempt in one run, or of the run itself: 32 hex digits, the same wherever it is computed."""
    return hashlib.sha256(f"{run}\0{ticket}\0{attempt}".encode()).hexdigest()[:32]
