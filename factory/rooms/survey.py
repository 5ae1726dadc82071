"""What a room was made from, and what is seen there: what may have changed, what is gone, what is no part of it."""

from __future__ import annotations

import bisect
import functools
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from factory.errors import MACHINE
from factory.git.names import finding, is_product, is_reserved, refused, spellings
from factory.model import Finding, Triage
from factory.tree import LINK, SUBMODULE, Entry

SPECIAL = {stat.S_IFIFO: "a fifo", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


class Base:
    """What a room was made from: a tree's entries without the hidden ones."""

    def __init__(self, entries: Mapping[str, Entry], hidden: Iterable[str] = ()) -> None:
        self.hidden = frozenset(hidden)
        self.entries = entries
        if self.hidden:
            self.entries = {path: entry for path, entry in entries.items() if path not in self.hidden}

    @functools.cached_property
    def spelt(self) -> dict[str, str]:
        """Every name of the tree, hidden or not, by how a file system that ignores case sees it."""
        return spellings((*self.entries, *self.hidden))

    @functools.cached_property
    def ignores(self) -> dict[str, Entry]:
        """The tree's own .gitignore files; git reads none that is a symlink."""
        found = {path: entry for path, entry in self.entries.items() if path.endswith(".gitignore")}
        return {p: e for p, e in found.items() if e.mode != LINK and p.rpartition("/")[2] == ".gitignore"}

    @functools.cached_property
    def paths(self) -> list[str]:
        return sorted(self.entries)

    def below(self, folder: str) -> list[str]:
        """The tree's paths below a folder."""
        start = bisect.bisect_left(self.paths, folder + "/")
        return self.paths[start : bisect.bisect_left(self.paths, folder + "0")]  # "0" comes right after "/"


Ignored = Callable[[str, bool], bool]  # (path, whether it is a folder): is it named by the tree's own .gitignore files


def nothing_ignored(_path: str, _is_folder: bool) -> bool:
    return False


@dataclass
class Survey:
    """What was found in a room: paths that may have changed, paths that are gone, and what was refused at sight."""

    base: Base
    ignored: Ignored = nothing_ignored
    changed: dict[str, os.stat_result] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    present: set[str] = field(default_factory=set)  # every name that is not a folder
    _shut: dict[str, bool] = field(default_factory=dict)  # folder -> whether that is all there is to say of it

    def shut(self, path: str) -> bool:
        """Whether a folder is not looked into: it can hold nothing of a change."""
        dropped = self._drops(path, True)
        if dropped or is_reserved(path) or refused(path):
            self._shut[path] = dropped
        return path in self._shut

    def _drops(self, path: str, is_folder: bool) -> bool:
        """What is no part of a change whatever it holds: a repository of the worker's own, and what is left behind."""
        if path.rpartition("/")[2] == ".git":
            return True
        if path in self.base.entries or (is_folder and self.base.below(path)):
            return False
        return is_product(path) or self.ignored(path, is_folder)

    def add(self, seen: Seen) -> None:
        """Takes one name that is not a folder, or refuses it."""
        self.present.add(seen.path)
        if self._drops(seen.path, False):
            return
        if problem := refused(seen.path):
            self.findings.append(problem)
        elif kind := SPECIAL.get(stat.S_IFMT(seen.stat.st_mode)):
            self.findings.append(finding(seen.path, f"is {kind}", Triage.SCOPE))
        else:
            self.changed[seen.path] = seen.stat

    def add_folder(self, seen: Seen) -> None:
        """Refuses a folder that could not be looked into, or should not."""
        if seen.trouble or self._shut.get(seen.path) is False:
            trouble = finding(seen.path, seen.trouble, Triage.SCOPE) if seen.trouble else None
            self.findings += filter(None, [refused(seen.path) or trouble])

    def lacks(self, paths: Iterable[str]) -> None:
        """Notes those of these paths of the base as gone that are not there, where that could be seen."""
        blocked = tuple(problem.path + "/" for problem in self.findings)
        self.gone.update(path for path in paths if path not in self.present and not path.startswith(blocked))

    def close(self) -> Survey:
        self.gone -= self.present
        self.gone -= {path for path in self.gone if self.base.entries[path].mode == SUBMODULE}
        return self


# --- looks at what a worker left in a folder, without following or trusting any of it

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
