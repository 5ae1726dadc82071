"""One controller a repository: an OS lock that dies with its process."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from factory.errors import Busy

# Only controllers touch the first. Readers hold the second for a moment: that must keep no controller from starting.
LOCK, ALIVE = "controller.lock", "controller.alive"


@contextmanager
def hold(folder: Path) -> Iterator[int]:
    """Hold the controller's lock while the block runs; yields the pid of the controller before this one, or 0.

    Busy names the pid that holds it. The files stay: only the locks on them count.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _open(folder / LOCK, os.O_RDWR | os.O_CREAT) as handle, _open(folder / ALIVE, os.O_RDWR | os.O_CREAT) as alive:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy(_pid(handle)) from None
        before = _pid(handle)
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid()}).encode(), 0)
        fcntl.flock(alive, fcntl.LOCK_EX)
        yield before
        os.ftruncate(handle, 0)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process holds this lock file, and hold it while the block runs. The file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _open(path, os.O_RDWR | os.O_CREAT) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def holder(folder: Path) -> int:
    """The pid of the controller that works now, or 0. Takes no lock that outlives the call and writes nothing."""
    try:
        with _open(folder / ALIVE, os.O_RDONLY) as alive, _open(folder / LOCK, os.O_RDONLY) as handle:
            try:
                fcntl.flock(alive, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return _pid(handle) or -1
            return 0
    except FileNotFoundError:
        return 0


def lives(pid: int) -> bool:
    """Whether a process of this machine has this number. False for a number that none can have."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return pid > 0


@contextmanager
def _open(path: Path, flags: int) -> Iterator[int]:
    handle = os.open(path, flags | os.O_CLOEXEC, 0o644)
    try:
        yield handle
    finally:
        os.close(handle)


def _pid(handle: int) -> int:
    try:
        return int(json.loads(os.pread(handle, 200, 0))["pid"])
    except (ValueError, KeyError, TypeError):
        return 0
