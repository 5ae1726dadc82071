"""Writes a tree's files into a folder, raw: the blob's own bytes, so that no filter, attribute or line ending acts."""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from factory.git.below import Below, parted
from factory.rooms.removal import remove_at
from factory.sandbox.sandbox import SANDBOX_UID
from factory.tree import EXECUTABLE, LINK, SUBMODULE, Entry


class Blobs(Protocol):
    """Contents by their ids."""

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The contents of blobs, with their ids, in any order."""


class Objects(Blobs, Protocol):
    """Git's objects, as rooms need them."""

    def flat(self, tree: str) -> Mapping[str, Entry]:
        """Every path of a tree; a submodule has mode 160000."""

    def blob_oid(self, content: bytes) -> str:
        """The id that a content would have; nothing is written."""

    def write_blob(self, content: bytes) -> str:
        """Keeps a content and gives its id."""


class Signature(NamedTuple):
    """What cannot stay the same when a file's content changes: an unprivileged user cannot set a ctime."""

    mode: int
    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, found: os.stat_result) -> Signature:
        return cls(found.st_mode, found.st_ino, found.st_size, found.st_ctime_ns)


def owner() -> int | None:
    """Whom the files are given to: the sandbox's user where the controller is root, else nobody else."""
    return SANDBOX_UID if os.getuid() == 0 else None


def write(source: Blobs, entries: Mapping[str, Entry], root: Path) -> None:
    """Writes the entries below `root`, in place of whatever is at their paths. Folders are made as needed."""
    wanted: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    with Below(root) as below:
        for path, entry in entries.items():
            folder, name = parted(path)
            if entry.mode == SUBMODULE:
                below.folder(path, _make_folder)
            else:
                wanted[entry.oid].append((folder, name, entry.mode))
        for oid, content in source.blobs(wanted):
            for folder, name, mode in wanted[oid]:
                _file(below.folder(folder, _make_folder), name, mode, content)


def _make_folder(above: int, name: str) -> None:
    """A folder, in place of a file or link that may be there."""
    remove_at(above, name)
    os.mkdir(name, 0o755, dir_fd=above)
    own(name, above)


def _file(above: int, name: str, mode: str, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    if mode == LINK:
        remove_at(above, name)
        os.symlink(content, os.fsencode(name), dir_fd=above)
        own(name, above)
        return
    rights = 0o755 if mode == EXECUTABLE else 0o644
    try:
        descriptor = os.open(name, flags, rights, dir_fd=above)
    except FileExistsError:
        remove_at(above, name)
        descriptor = os.open(name, flags, rights, dir_fd=above)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        if (user := owner()) is not None:
            os.fchown(descriptor, user, user)
    finally:
        os.close(descriptor)


def own(at: str, above: int | None = None) -> None:
    """Gives a path, or a name of an open folder, to the user that jobs run as."""
    if (user := owner()) is not None:
        os.chown(at, user, user, dir_fd=above, follow_symlinks=False)


def settle(folder: Path) -> None:
    """Waits until the file system's clock has moved on: a later write cannot then share a ctime with what is there."""
    with tempfile.TemporaryFile(dir=folder) as file:  # without a name: other rooms may wait in the same folder
        start = os.fstat(file.fileno()).st_ctime_ns
        while os.fstat(file.fileno()).st_ctime_ns == start:
            time.sleep(0.001)
            os.utime(file.fileno())


def trusts_ctime(folder: Path) -> bool:
    """Whether the file system marks a file as changed when it is written through memory (tmpfs does not): tried out."""
    import mmap

    probe = folder / ".mapped"
    probe.write_bytes(b"a" * mmap.PAGESIZE)
    with probe.open("r+b") as file, mmap.mmap(file.fileno(), 0) as view:
        view[0] = view[0]  # its page is there, and still clean
        view.flush()
        settle(folder)
        before = probe.stat().st_ctime_ns
        view[0] = 98
        view.flush()
    after = probe.stat().st_ctime_ns
    probe.unlink()
    return before != after
