"""Looks at what a worker left in a folder, without following or trusting any of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
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
