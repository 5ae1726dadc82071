"""A checkout's index, held by git's own lock file; after a kill that lock is known as ours.

Git's lock carries no name: one that a killed `read-tree` left cannot be told from one under a person's open commit. So
we take the lock ourselves, as a second name of a file of our own, and let git work on a copy of the index.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def held(index: Path) -> Iterator[Path]:
    """A copy of the index, which takes its place when the block ends well. FileExistsError where another holds it."""
    token, copy, lock = _names(index)
    release(index)
    token.touch()
    _take(token, lock)
    try:
        if index.exists():
            shutil.copy2(index, copy)
        yield copy
        if copy.exists():
            os.replace(copy, index)
    finally:
        lock.unlink(missing_ok=True)
        _forget(index)


def release(index: Path) -> None:
    """Give up the lock that a killed process of ours took, and what it left beside it; another's lock stays."""
    token, _, lock = _names(index)
    with suppress(FileNotFoundError):
        if lock.samefile(token):
            lock.unlink()
    _forget(index)


def _take(token: Path, lock: Path) -> None:
    try:
        os.link(token, lock)
    except FileExistsError:
        raise
    except OSError:  # a file system without second names: held all the same, and after a kill a person has to look
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))


def _forget(index: Path) -> None:
    token, copy, _ = _names(index)
    for left in (copy.with_name(f"{copy.name}.lock"), copy, token):
        left.unlink(missing_ok=True)


def _names(index: Path) -> tuple[Path, Path, Path]:
    return (
        index.with_name("index.stampmill-token"),
        index.with_name("index.stampmill"),
        index.with_name(f"{index.name}.lock"),
    )
