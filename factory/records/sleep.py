"""A run that is on and sleeps: what it waits for, in a file of the controller's own, so that `status` can tell.

The ledger says nothing of it: a night of waiting leaves no event. The file counts only while the controller lives that
wrote it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from factory import files
from factory.model import Value


class Sleep(Value):
    """One sleep. Times are seconds since the epoch; `until`: when it ends at the latest, where that is known."""

    kind: str  # a key of `waits.WAITS`
    since: float
    until: float | None = None
    why: str = ""  # the exact reason, where the kind does not say it all
    pid: int = 0


def _place(private: Path) -> Path:
    return private / "asleep.json"


@contextmanager
def asleep(private: Path, kind: str, since: float, until: float | None = None, why: str = "") -> Iterator[Sleep]:
    """While the block runs, this controller sleeps."""
    note = Sleep(kind=kind, since=since, until=until, why=why, pid=os.getpid())
    with suppress(OSError):  # for looking alone: a full disk ends no run
        files.put(_place(private), note.model_dump_json().encode())
    try:
        yield note
    finally:
        wake(private)


def wake(private: Path) -> None:
    """Nobody sleeps: what a dead controller left is removed, too."""
    with suppress(OSError):
        _place(private).unlink(missing_ok=True)


def read(private: Path, pid: int) -> Sleep | None:
    """What the controller of that number waits for; None while it works."""
    try:
        found = Sleep.model_validate(json.loads(_place(private).read_bytes()))
    except (OSError, ValueError):
        return None
    return found if found.pid == pid else None
