"""One checkout that all rooms stand on: written once, read by every overlay, and never given to a worker to write."""

from __future__ import annotations

import fcntl
import functools
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from factory.rooms.materialise import Objects, own, write
from factory.rooms.removal import remove
from factory.rooms.survey import Base
from factory.tree import Entry

FEW = 200  # paths that are laid over a ground without a thought
SHARE = 0.02  # of the tree's paths: beyond this a new ground is cheaper than laying the difference for every room


class Ground:
    """A checkout of one tree, whole. Its lock is held, shared, by whoever stands on it."""

    def __init__(self, path: Path, entries: Mapping[str, Entry]) -> None:
        self.path, self.entries = path, entries
        self.difference = functools.lru_cache(16)(self._difference)

    def _difference(self, base: Base) -> tuple[frozenset[str], Mapping[str, Entry]]:
        """Paths to take away and entries to write, to make a base of this ground."""
        gone = frozenset(path for path in self.entries if path not in base.entries)
        return gone, {path: entry for path, entry in base.entries.items() if self.entries.get(path) != entry}

    def suits(self, base: Base) -> bool:
        gone, other = self.difference(base)
        return len(gone) + len(other) <= max(FEW, int(SHARE * len(base.entries)))

    def hold(self) -> int:
        """A descriptor; while it is open nobody removes the ground. It may be gone before."""
        return locked(self.path.with_suffix(".lock"), fcntl.LOCK_SH)


class Grounds:
    """The grounds below a folder, shared by the controllers of a repository."""

    def __init__(self, source: Objects, where: Path) -> None:
        where.mkdir(mode=0o700, exist_ok=True)
        self._source, self._where, self._making = source, where, threading.Lock()
        self._current: Ground | None = None
        # after a power cut a file may be empty that was written: what another boot of the machine wrote is not used
        self._boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]

    def under(self, tree: str, base: Base) -> tuple[Ground, int]:
        """A ground that suits the base, and the descriptor that holds it; made of `tree` where there is none yet."""
        with self._making:
            ground = self._current
            if ground is not None and ground.suits(base):
                held = ground.hold()
                if ground.path.exists():
                    return ground, held
                os.close(held)  # another controller swept it while nobody stood on it
            ground = self._current = self._made(tree)
            return ground, ground.hold()

    def _made(self, tree: str) -> Ground:
        entries = self._source.flat(tree)
        path = self._where / f"{self._boot}-{os.getuid()}-{tree}"
        lock = locked(path.with_suffix(".lock"), fcntl.LOCK_EX)
        try:
            if not path.exists():
                fresh = path.with_suffix(".new")
                remove(fresh)
                fresh.mkdir(mode=0o755)
                own(str(fresh))
                write(self._source, entries, fresh)
                fresh.rename(path)
        finally:
            os.close(lock)
        ground = Ground(path, entries)
        held = ground.hold()
        self.sweep()
        os.close(held)
        return ground

    def sweep(self) -> None:
        """Removes the grounds that nobody stands on, but for this controller's own."""
        keep = self._current.path.stem if self._current else ""
        for found in self._where.glob("*.lock"):
            if found.stem == keep:
                continue
            with suppress(BlockingIOError, FileNotFoundError):
                lock = locked(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(found.with_suffix(".new"))
                remove(found.with_suffix(""))
                found.unlink()
                os.close(lock)


def locked(path: Path, how: int) -> int:
    """Opens and locks a lock file, and makes sure that it was not removed meanwhile."""
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, how)
            if os.path.exists(path) and os.fstat(descriptor).st_ino == os.stat(path).st_ino:
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
