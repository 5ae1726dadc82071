"""How another process talks to the running controller: a folder of commands and their answers."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from factory import files
from factory.errors import CouldNotRun, Mistake
from factory.git import lock
from factory.line.answer import Answer
from factory.line.steering import STEERING, Command, parse

PATIENCE = 3600.0  # seconds that a second terminal waits for the running controller: a gate may be on
LOOK = 0.05  # seconds between looks


class Asked(NamedTuple):
    """One command that lies in the inbox; a Mistake where it is none."""

    path: Path
    command: Command | Mistake

    def answer(self, said: Answer) -> None:
        """Answer, then take the command away: a command without an answer is never lost."""
        files.put(self.path.with_suffix(".answer"), said.model_dump_json().encode())
        self.path.unlink(missing_ok=True)


def _folder(private: Path) -> Path:
    return private / "inbox"


def hand_over(private: Path, command: Command) -> Path:
    """Put a command into the running controller's inbox; returns its path."""
    box = _folder(private)
    at = box / f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.json"
    asked = {"command": command.name, "arguments": command.arguments, "pid": os.getpid()}
    files.put(at, json.dumps(asked).encode())
    return at


def read(private: Path) -> Iterator[Asked]:
    """The commands in the order in which they came. One whose terminal is gone is dropped: nobody waits for it."""
    box = _folder(private)
    for path in sorted(box.glob("*.json")) if box.is_dir() else ():
        try:
            asked = json.loads(path.read_text(encoding="utf-8"))
            json.dumps(asked, ensure_ascii=False).encode()  # else not even the refusal could be written down
            found, wanted = Asked(path, _command(asked)), lock.lives(int(asked["pid"]))
        except (FileNotFoundError, IsADirectoryError):
            continue  # its terminal took it back; or it is none of ours
        except (ValueError, LookupError, TypeError, RecursionError):
            wanted = False
        if wanted:
            yield found
        else:
            path.unlink(missing_ok=True)


def _command(asked: dict[str, Any]) -> Command | Mistake:
    try:
        return parse(STEERING, str(asked["command"]), dict(asked["arguments"]))
    except Mistake as mistake:
        return mistake


def sweep(private: Path) -> None:
    """Remove answers and half-written commands whose terminals are gone. Called with the controller's lock held."""
    box = _folder(private)
    for path in sorted(box.iterdir()) if box.is_dir() else ():
        if path.suffix != ".json" and time.time() - path.stat().st_mtime > PATIENCE:
            path.unlink(missing_ok=True)


def wait_for(private: Path, asked: Path, clock: Callable[[], float] = time.monotonic) -> Answer | None:
    """The running controller's answer; None where it ended without one, and the command was taken back."""
    answer, deadline = asked.with_suffix(".answer"), clock() + PATIENCE
    while clock() < deadline:
        gone, taken = not lock.holder(private), not asked.exists()  # looked at before the answer, which comes first
        if answer.exists():
            said = Answer.model_validate_json(answer.read_bytes())
            answer.unlink()
            return said
        if gone:
            asked.unlink(missing_ok=True)
            return None
        if taken:
            raise CouldNotRun("the running controller knows no such command; is it of another version? end it first")
        time.sleep(LOOK)
    asked.unlink(missing_ok=True)
    raise CouldNotRun("the running controller does not answer; `factory status` shows whether it lives")
