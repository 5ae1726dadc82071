"""What a killed process leaves running: its orphans become this process's children, and can be counted."""

from __future__ import annotations

import ctypes
import os
import time
from contextlib import suppress
from pathlib import Path

SET_CHILD_SUBREAPER = 36


def adopt(yes: bool = True) -> None:
    """From now on orphans below this process become its own children, or no longer."""
    if ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, int(yes), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def known() -> set[int]:
    """The children of now. The dead ones are reaped first: call it while this process waits for no program."""
    for pid, command in children().items():
        if not command:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
    return set(children())


def children() -> dict[int, str]:
    """pid -> command line of every child of this process."""
    found: dict[int, str] = {}
    for thread in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):
            for pid in map(int, (thread / "children").read_text().split()):
                found[pid] = _command(pid)
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def left(before: set[int], seconds: float) -> list[str]:
    """The orphans that live on after so many seconds; the dead ones are reaped.

    One without a command line has ended: the kernel still takes its memory or its mounts apart.
    """
    deadline = time.monotonic() + seconds
    while True:
        orphans = {pid: command for pid, command in children().items() if pid not in before}
        for pid in orphans:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        alive = sorted(filter(None, orphans.values()))
        if not orphans or time.monotonic() > deadline:
            return alive
        time.sleep(0.01)
