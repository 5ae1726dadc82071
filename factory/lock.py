"""One controller a repository: an OS lock that dies with its process."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from factory.errors import Busy


@contextmanager
def hold(folder: Path) -> Iterator[int]:
    """Hold the controller's lock while the block runs; yields the pid of the controller before this one, or 0.

    Busy names the pid that holds it. The file stays: only the lock on it counts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "controller.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy(_pid(handle)) from None
        before = _pid(handle)
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid()}).encode(), 0)
        yield before
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holder(folder: Path) -> int:
    """The pid of the controller that works now, or 0. Takes no lock that outlives the call and writes nothing."""
    try:
        handle = os.open(folder / "controller.lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _pid(handle) or -1
    else:
        return 0
    finally:
        os.close(handle)


def _pid(handle: int) -> int:
    try:
        return int(json.loads(os.pread(handle, 200, 0))["pid"])
    except (ValueError, KeyError, TypeError):
        return 0
