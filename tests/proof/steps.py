"""Counts what a process does to the system, and ends it or makes the call fail at a chosen step.

An audit hook sees every file that is opened for writing, every rename, removal, folder, mount and started program
before it happens; fsync and the lines told to git's ref writer have no such event and are wrapped. The hook lives in
the launcher of these tests alone.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.symlink", "os.link"}
MOUNTS = {"mount", "umount2"}
DEPTH = 4  # functions that tell one place from another


class Order(NamedTuple):
    """What the hook is to do: at step `at` (of those of `place`), kill the process, or fail it and `times` - 1 more.

    `place` is a place as the log has it, or its first word alone: "fsync" counts every fsync.
    """

    at: int = 0
    error: str = ""
    times: int = 1
    place: str = ""  # empty: every step counts
    log: str = ""  # a file that gets one line a step

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Order:
        return cls(**json.loads(environ.get("PROOF_STEPS", "{}")))


class Steps:
    """The count of one process. `within` are the folders whose files matter; others are the machine's own."""

    def __init__(self, order: Order, within: tuple[str, ...]) -> None:
        self._order, self._within = order, within
        self._numbers, self._left = itertools.count(1), order.times
        self._log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if order.log else -1

    def arm(self) -> None:
        """From here on every step counts."""
        sys.addaudithook(self._audited)
        self._wrap(os, "fsync", "fsync")

    def tells(self, owner: type, name: str) -> None:
        """Count the calls of a method that tells git something through a pipe."""
        self._wrap(owner, name, "tell")

    def _wrap(self, owner: Any, name: str, word: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.step(word, str(args[-1]))
            return real(*args, **kwargs)

        setattr(owner, name, counted)

    def _audited(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            if isinstance(flags, int) and flags & WRITES and self._ours(path):
                self.step("open", os.fsdecode(path))
        elif event in CHANGES and self._ours(args[0]):
            self.step(event.removeprefix("os."), os.fsdecode(args[0]))
        elif event == "subprocess.Popen":
            self.step("start", " ".join(os.fsdecode(word) for word in args[1][:2]))
        elif event == "ctypes.dlsym" and args[1] in MOUNTS:
            self.step(args[1], "")

    def _ours(self, path: Any) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        name = os.fsdecode(path)
        return name.startswith(self._within) and "/room/" not in name  # a room is thrown away whole, and never read

    def step(self, word: str, detail: str) -> None:
        """One step is about to be made."""
        here = f"{word} {place()}" if self._log >= 0 or self._order.place else ""
        if self._order.place not in ("", word, here) and self._left == self._order.times:
            return
        number = next(self._numbers)
        if self._log >= 0:
            os.write(self._log, f"{number}\t{here}\t{detail}\n".encode())
        if not self._order.at or number < self._order.at:
            return
        if not self._order.error:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._left:
            self._left -= 1
            code = getattr(errno, self._order.error)
            raise OSError(code, os.strerror(code), detail)


def place() -> str:
    """Which functions of the factory, the innermost first, are about to change the system."""
    frame, names = sys._getframe(), list[str]()
    while (frame := frame.f_back) and len(names) < DEPTH:  # type: ignore[assignment]
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("factory."):
            names.append(f"{module.removeprefix('factory.')}:{frame.f_code.co_name}")
    return "<".join(names)


def within(*folders: Path) -> tuple[str, ...]:
    """Prefixes of the paths that count, as they are and with their links followed."""
    return tuple({str(folder) for folder in folders} | {str(folder.resolve()) for folder in folders})
