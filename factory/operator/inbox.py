"""How a second terminal talks to the running controller: a folder of commands and their answers."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from factory import files
from factory.errors import CouldNotRun
from factory.git import lock

REFUSED = "refused: "
PATIENCE = 3600.0  # seconds that a second terminal waits for the running controller: a gate may be on
LOOK = 0.05  # seconds between looks


class Asked(NamedTuple):
    """One command that lies in the inbox."""

    path: Path
    command: str
    ticket: str

    def answer(self, said: str) -> None:
        """Answer, then take the command away: a command without an answer is never lost."""
        files.put(self.path.with_suffix(".answer"), said.encode())
        self.path.unlink(missing_ok=True)


def _folder(private: Path) -> Path:
    return private / "inbox"


def hand_over(private: Path, command: str, ticket: str) -> Path:
    """Put a command into the running controller's inbox; returns its path."""
    box = _folder(private)
    at = box / f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.json"
    files.put(at, json.dumps({"command": command, "ticket": ticket, "pid": os.getpid()}).encode())
    return at


def read(private: Path) -> Iterator[Asked]:
    """The commands in the order in which they came. One whose terminal is gone is dropped: nobody waits for it."""
    box = _folder(private)
    for path in sorted(box.glob("*.json")) if box.is_dir() else ():
        try:
            asked = json.loads(path.read_text(encoding="utf-8"))
            found = Asked(path, _plain(asked["command"]), _plain(asked["ticket"]))
            wanted = lock.lives(int(asked["pid"]))
        except (FileNotFoundError, IsADirectoryError):
            continue  # its terminal took it back; or it is none of ours
        except (ValueError, KeyError, TypeError, RecursionError):
            wanted = False
        if wanted:
            yield found
        else:
            path.unlink(missing_ok=True)


def sweep(private: Path) -> None:
    """Remove answers and half-written commands whose terminals are gone. Called with the controller's lock held."""
    box = _folder(private)
    for path in sorted(box.iterdir()) if box.is_dir() else ():
        if path.suffix != ".json" and time.time() - path.stat().st_mtime > PATIENCE:
            path.unlink(missing_ok=True)


def wait_for(private: Path, asked: Path, clock: Callable[[], float] = time.monotonic) -> str | None:
    """The running controller's answer; None where it ended without one, and the command was taken back."""
    answer, deadline = asked.with_suffix(".answer"), clock() + PATIENCE
    while clock() < deadline:
        gone = not lock.holder(private)  # looked at before the answer: what it answered last is then seen
        if answer.exists():
            said = answer.read_text(encoding="utf-8")
            answer.unlink()
            return said
        if gone:
            asked.unlink(missing_ok=True)
            return None
        time.sleep(LOOK)
    asked.unlink(missing_ok=True)
    raise CouldNotRun("the running controller does not answer; `factory status` shows whether it lives")


def _plain(word: object) -> str:
    """ValueError for what no terminal writes: not even the refusal could be written down."""
    text = str(word)
    text.encode()
    return text
