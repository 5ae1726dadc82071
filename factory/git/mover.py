"""Moves refs through one long-lived `git update-ref --stdin`, and puts each move on disk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from factory.files import sync_folder
from factory.git import objects
from factory.model import Oid


class Mover:
    """The refs of one repository, moved one at a time. Safe to share between threads."""

    def __init__(self, start: Callable[..., Any], common_dir: Path, width: int, durable: bool) -> None:
        self._start, self._common_dir, self._durable = start, common_dir, durable
        self._zero = "0" * width * 2
        self._pipe: Any = None
        self._lock = threading.Lock()

    def move(self, ref: str, new: Oid | None, old: Oid | None) -> str:
        """Compare-and-swap; None creates or deletes. "" where it is done, else git's reason: nothing was moved then."""
        line = f"update {ref} {new} {old or self._zero}" if new else f"delete {ref} {old or ''}".rstrip()
        with self._lock:
            if self._pipe is None:
                self._pipe = self._start("update-ref", "--stdin")
            if not all(self._tell(command) for command in ("start", line, "prepare", "commit")):
                return self.close() or "git update-ref ended and gave no reason"  # it ends itself at a refusal
            self._sync(ref)
            return ""

    def _tell(self, command: str) -> bool:
        with suppress(BrokenPipeError):
            self._pipe.stdin.write(command.encode() + b"\n")
            self._pipe.stdin.flush()
            if command not in ("start", "prepare", "commit"):
                return True
            return bool(self._pipe.stdout.readline().rstrip().endswith(b": ok"))
        return False

    def close(self) -> str:
        """End the child process; what it complained of, in one line."""
        if self._pipe is None:
            return ""
        with suppress(OSError):
            self._pipe.stdin.close()
        self._pipe.stdout.close()
        said = objects.to_name(self._pipe.proc.stderr.read())
        self._pipe.proc.wait()
        self._pipe = None
        return " ".join(said.split())

    def _sync(self, ref: str) -> None:
        """Git syncs the ref's file and never its folder: the last stamp was lost in 20 of 20 power cuts."""
        folder = (self._common_dir / ref).parent
        while self._durable and folder != self._common_dir:
            if folder.is_dir():
                sync_folder(folder)
            folder = folder.parent
