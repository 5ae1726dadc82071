"""A checkout's index, held by git's own lock file; after a kill that lock is known as ours.

Git's lock carries no name: one that a killed `read-tree` left cannot be told from one under a person's open commit. So
we take the lock ourselves, as a second name of a file of our own, and let git work on a copy of the index.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SETTLED = 60.0  # seconds: git writes an index in one go


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


@contextmanager
def copied(index: Path) -> Iterator[Path]:
    """A copy to look at. Nothing is held: a person's own git commands go on meanwhile."""
    copy = _look(index)
    if index.exists():
        shutil.copy2(index, copy)
    try:
        yield copy
    finally:
        _forget(index)


def is_left(lock: Path) -> bool:
    """Whether a lock is surely a dead process's: what it wrote is cut off, grows no more and nobody has it open, or the
    machine was started since. Whole, it may be the one under an open editor of `git commit`, which holds it for hours;
    empty and open, that of a `git add` whose filters take their time."""
    try:
        seen, content = lock.stat(), lock.read_bytes()
    except OSError:
        return False
    age = time.time() - seen.st_mtime
    return (age > SETTLED and not _whole(content) and not _is_open(seen)) or seen.st_mtime < _started() - SETTLED


def _is_open(file: os.stat_result) -> bool:
    """Whether some process holds this file open, as far as one may see: not those of another user."""
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if os.path.samestat(descriptor.stat(), file):
                return True
    return False


def _whole(content: bytes) -> bool:
    """Whether an index ends with the checksum that git puts there last; zeros, where it is told to leave it out."""
    ends = ((hashlib.sha1(usedforsecurity=False), 20), (hashlib.sha256(), 32))
    for digest, width in ends:
        body, end = content[:-width], content[-width:]
        digest.update(body)
        if content.startswith(b"DIRC") and end in (digest.digest(), bytes(width)):
            return True
    return False


def _started() -> float:
    """When this machine was started, in seconds since the epoch; 0 where it does not say."""
    try:
        words = Path("/proc/stat").read_text().partition("btime ")[2].split(maxsplit=1)
    except OSError:
        return 0.0
    return float(words[0]) if words else 0.0


def of(index: Path) -> Path:
    """Git's own lock of an index."""
    return _names(index)[2]


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
    for left in (copy, _look(index)):
        left.with_name(f"{left.name}.lock").unlink(missing_ok=True)
        left.unlink(missing_ok=True)
    token.unlink(missing_ok=True)


def _look(index: Path) -> Path:
    return index.with_name("index.stampmill-look")


def _names(index: Path) -> tuple[Path, Path, Path]:
    return (
        index.with_name("index.stampmill-token"),
        index.with_name("index.stampmill"),
        index.with_name(f"{index.name}.lock"),
    )
