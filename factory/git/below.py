"""Reaches the folders below a root by descriptors: a name in a tree leads nowhere else, and no link is followed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from factory.errors import CouldNotRun

HANDLE = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
ELSEWHERE = frozenset(("", ".", ".."))  # names that lead out, or nowhere
Make = Callable[[int, str], None]  # (the folder above, name): puts a folder there


class Below:
    """The folders on the way to the last path stay open: most paths share theirs with the path before."""

    def __init__(self, root: Path) -> None:
        self._way: list[str] = []
        self._open = [os.open(root, HANDLE & ~os.O_NOFOLLOW)]

    def folder(self, path: str, make: Make | None = None) -> int:
        """The folder at a path ("" is the root), until the next call. OSError where there is none, and no `make`."""
        parts = path.split("/") if path else []
        shared = 0
        for part, known in zip(parts, self._way, strict=False):
            if part != known:
                break
            shared += 1
        self._back_to(shared)
        for part in parts[shared:]:
            if part in ELSEWHERE:
                raise _elsewhere(path)
            self._open.append(_enter(self._open[-1], part, make))
            self._way.append(part)
        return self._open[-1]

    def _back_to(self, count: int) -> None:
        while len(self._way) > count:
            self._way.pop()
            os.close(self._open.pop())

    def __enter__(self) -> Below:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._back_to(0)
        os.close(self._open.pop())


def parted(path: str) -> tuple[str, str]:
    """(folder, name) of a path below a root. CouldNotRun where the name would be another place."""
    folder, _, name = path.rpartition("/")
    if name in ELSEWHERE:
        raise _elsewhere(path)
    return folder, name


def _elsewhere(path: str) -> CouldNotRun:
    return CouldNotRun(f"{path!a} is no path below a folder: nothing is written or removed there")


def _enter(above: int, name: str, make: Make | None) -> int:
    try:
        return os.open(name, HANDLE, dir_fd=above)
    except (FileNotFoundError, NotADirectoryError):
        if make is None:
            raise
    make(above, name)
    return os.open(name, HANDLE, dir_fd=above)
