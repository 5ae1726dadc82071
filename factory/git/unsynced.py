"""Files that are written and perhaps not on disk yet. They are put there together, before a ref names any of them.

One after the other, each object waits for the disk twice (its file, its folder), some eighty times a stamp; together
they share the file system's own commits.
"""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from factory.files import sync_file, sync_folder

T = TypeVar("T")
ENOUGH = 64 * 1024  # bytes: what git writes in one go is smaller
FULL = (errno.ENOSPC, errno.EDQUOT)
AT_ONCE = 8  # syncs; the file system makes one commit of those that wait together


def _sync_owed(file: tuple[Path, Path | None]) -> None:
    """One that has its name already may be gone: a person's `git gc` has packed it, and put the pack on disk."""
    path, aside = file
    try:
        sync_file(aside or path)
    except FileNotFoundError:
        if aside:
            raise


def _sync_named(folder: Path) -> None:
    """A folder that is gone holds no object: what was in it is packed."""
    with suppress(FileNotFoundError):
        sync_folder(folder)


class Unsynced:
    """What is owed to the disk. Safe to share between threads.

    A new file waits under another name: a power cut leaves the name of a file that was not synced and takes its
    content, and a later run would take the empty file for the object that it is named after.
    """

    def __init__(self) -> None:
        self._owed: dict[Path, Path | None] = {}  # final name -> where the content waits; None: it stands there already
        self._adding, self._settling = threading.Lock(), threading.Lock()
        self._failed: OSError | None = None
        self._pool: ThreadPoolExecutor | None = None

    def add(self, path: Path, aside: Path | None = None) -> None:
        """A file that gets its name when it is on disk; without `aside` it has the name, and is perhaps not on disk."""
        with self._adding:
            if path not in self._owed:
                self._owed[path] = aside
            elif aside:  # another thread was faster
                aside.unlink()

    def __len__(self) -> int:
        return len(self._owed)

    def aside(self, path: Path) -> Path | None:
        """Where the content of a file is that has no name yet. It may get it at any moment."""
        return self._owed.get(path)

    def settle(self) -> None:
        """On disk when this returns, whoever added it. OSError for good where a file could not be put there.

        For good, because a file system tells of a failed write once: a second try would be told that all is well.
        """
        with self._settling:  # nobody returns while what they wrote is still on its way by another thread's hand
            if self._failed:
                raise self._failed
            with self._adding:
                owed = dict(self._owed)
            try:
                self._each(_sync_owed, owed.items())
                for path, aside in owed.items():
                    if aside:
                        os.replace(aside, path)
                self._each(_sync_named, {folder: None for path in owed for folder in (path.parent, path.parent.parent)})
            except OSError as error:
                self._failed = error
                for aside in filter(None, owed.values()):
                    with suppress(OSError):
                        aside.unlink()
                raise
            with self._adding:
                for path in owed:
                    del self._owed[path]

    def _each(self, sync: Callable[[T], None], those: Iterable[T]) -> None:
        todo = list(those)
        if len(todo) < 3:
            for one in todo:
                sync(one)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(AT_ONCE, "sync")
        for _ in self._pool.map(sync, todo):
            pass

    def close(self) -> None:
        """What no ref came to name is thrown away."""
        for aside in filter(None, self._owed.values()):
            aside.unlink(missing_ok=True)
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


def must_have_room(folder: Path) -> None:
    """OSError where the disk is too full for a small file. Git's own words for that often leave out why."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ENOUGH))
    except OSError as error:
        if error.errno in FULL:
            raise OSError(error.errno, error.strerror, str(folder)) from None
