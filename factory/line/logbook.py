"""What happened, as JSON Lines beside the human ones: files of one day each in the controller's private folder.

The log is for looking; nothing is decided by it. So a full disk takes the log away, and not the run.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from factory.model import Oid, ProgressKind
from factory.records import spans

Level = Literal["info", "warning", "error"]
APP = "stampmill"
KEPT_DAYS = 14
FILE_BYTES = 16 << 20  # of one file; what comes after that goes into the day's next one
KEPT_FILES = 32  # of all days together, the newest
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.(\d+))?\.jsonl")
ACTORS = {"works": "worker", "gate": "gate", "stamped": "lander", "failed": "lander"}  # by the kind; else the line
RESULTS = {"stamped": "PASS", "failed": "FAIL", "quarantined": "BLOCKED", "put_off": "WAITS", "broken_off": "KILLED"}
ENDS = ("stamped", "failed", "put_off", "broken_off")  # of an attempt: how long it took is told with them
SPANS = {"works": spans.WORKER, "gate": spans.GATE, "stamped": spans.STAMP}


class LogStep(NamedTuple):
    """What a line is about: the kind of progress, the attempt's plan commit and beginning, main as it was seen last."""

    kind: ProgressKind = "note"
    plan: Oid = ""
    began: float = 0.0  # seconds since the epoch; 0: no attempt
    main: Oid = ""


NO_STEP = LogStep()


class Logbook:
    """The log of one run. `write` may be called from every thread."""

    def __init__(self, folder: Path, zone: ZoneInfo, run: str) -> None:
        self._folder, self._zone, self._run = folder, zone, run
        self._lock, self._day = threading.Lock(), ""
        self._always = {"tz": zone.key, "app": APP, "host": socket.gethostname(), "pid": os.getpid()}

    def write(
        self,
        now: float,
        text: str,
        level: Level = "info",
        *,
        ticket: str = "",
        attempt: int = 0,
        step: LogStep = NO_STEP,
    ) -> None:
        """One line. The text is without secrets already."""
        at = datetime.datetime.fromtimestamp(now, self._zone)
        own = trace(self._run, ticket, attempt)
        traced = spans.trace_id(step.plan) or own
        line = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": level,
            "run": self._run,
            "ticket": ticket,
            "attempt": attempt,
            "trace": own,
            "text": text,
            "ts": at.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "monotonic": round(time.monotonic(), 6),
            **self._always,
            "commit": step.main,
            "trace_id": traced,
            "span_id": spans.span_id(traced, SPANS.get(step.kind, spans.ATTEMPT)),
            "actor": ACTORS.get(step.kind, "line"),
            "action": step.kind,
            "result": RESULTS.get(step.kind, ""),
            "latency_ms": round((now - step.began) * 1000) if step.began and step.kind in ENDS else None,
            "err": "" if level == "info" else text,
        }
        with self._lock, suppress(OSError):
            self._append(at.date().isoformat(), json.dumps(line, ensure_ascii=False) + "\n")

    def _append(self, day: str, line: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if day != self._day:
            self._day = day
            self._drop_old()
        # One write with O_APPEND: a line is whole even where another process writes to the same file.
        handle = os.open(self._folder / self._file(day), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, line.encode("utf-8", "replace"))
        finally:
            os.close(handle)

    def _file(self, day: str) -> str:
        """The day's newest file, or its next one where that is full."""
        numbers = [number for kept, number in _files(self._folder) if kept == day]
        name = _name(day, last := max(numbers, default=0))
        with suppress(FileNotFoundError):
            if (self._folder / name).stat().st_size >= FILE_BYTES:
                name = _name(day, last + 1)
                self._drop_old(coming=1)
        return name

    def _drop_old(self, coming: int = 0) -> None:
        """Keep the newest files of the newest days, today's among them."""
        files = _files(self._folder)
        days = sorted({day for day, _ in files} | {self._day})[-KEPT_DAYS:]
        kept = [file for file in files if file[0] in days][coming - KEPT_FILES :]
        for file in files:
            if file not in kept:
                (self._folder / _name(*file)).unlink(missing_ok=True)


def _files(folder: Path) -> list[tuple[str, int]]:
    """(day, number) of every log file, the oldest first."""
    found = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted((name[1], int(name[2] or 0)) for name in found if name)


def _name(day: str, number: int) -> str:
    return f"{day}.{number}.jsonl" if number else f"{day}.jsonl"


def trace(run: str, ticket: str = "", attempt: int = 0) -> str:
    """The id of one attempt in one run, or of the run itself: 32 hex digits, the same wherever it is computed."""
    return hashlib.sha256(f"{run}\0{ticket}\0{attempt}".encode()).hexdigest()[:32]
