"""Looks at what a worker left in a folder, without following or trusting any of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from factory.errors import MACHINE

DEPTH = 100  # folders; git can hold more, no person wants them
PATH_BYTES = 3000  # with the room's own path below the kernel's 4096


@dataclass(frozen=True)
class Seen:
    """One name in a folder, or one folder that could not be looked into."""

    path: str
    stat: os.stat_result
    trouble: str = ""

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.stat.st_mode)


def walk(root: Path, skip: Callable[[str], bool]) -> Iterator[Seen]:
    """Every name below `root`, folders before what they hold; those that `skip` names are given, and not looked into.

    A folder that may not be read is opened up first, where that is possible.
    """
    todo = [("", 0)]
    while todo:
        folder, depth = todo.pop()
        at = os.path.join(os.fsencode(root), os.fsencode(folder)) if folder else os.fsencode(root)
        try:
            names = sorted(_names(at))
        except OSError as error:
            if error.errno in MACHINE:
                raise
            yield Seen(folder, os.lstat(at), f"cannot be read: {error.strerror}")
            continue
        for name in names:
            path = f"{folder}/{os.fsdecode(name)}" if folder else os.fsdecode(name)
            seen = Seen(path, os.lstat(os.path.join(at, name)))
            if not seen.is_folder or skip(path):
                yield seen
            elif depth >= DEPTH or len(os.fsencode(path)) > PATH_BYTES:
                yield Seen(path, seen.stat, f"lies deeper than {DEPTH} folders or {PATH_BYTES} bytes")
            else:
                yield seen
                todo.append((path, depth + 1))


def _names(folder: bytes) -> list[bytes]:
    try:
        return os.listdir(folder)
    except PermissionError:
        os.chmod(folder, 0o700)
        return os.listdir(folder)


def remove(root: Path) -> None:
    """Removes a folder whatever a worker left in it, of any depth and mode. Symlinks are removed, never followed."""
    if not os.path.lexists(root):
        return
    if root.is_symlink() or not root.is_dir():
        root.unlink()
        return
    top, numbers = os.fsencode(root), iter(range(1 << 60))
    todo: list[tuple[bytes, int]] = [(top, 0)]
    while todo:
        folder, depth = todo[-1]
        with suppress(PermissionError):
            os.chmod(folder, 0o700)
        below = []
        for entry in list(os.scandir(folder)):
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
            elif depth < DEPTH:
                below.append((entry.path, depth + 1))
            else:  # too deep for a path: brought up under the top, and done from there
                with suppress(PermissionError):
                    os.chmod(entry.path, 0o700)
                up = os.path.join(top, b".deep-%d" % next(numbers))
                os.rename(entry.path, up)
                todo.insert(1, (up, 1))
        if below:
            todo += below
        elif len(todo) == 1 and any(os.scandir(folder)):
            continue
        else:
            os.rmdir(folder)
            todo.pop()
