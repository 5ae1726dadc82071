"""Where a card's files are: a git tree, the repository's folder, or a folder outside it."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from factory.cards.dayplan import DayPlan, Source
from factory.cards.written import Written
from factory.tree import EXECUTABLE, FILE, Tree, matches

ListFolder = Callable[[str], tuple[str, ...]]


class Files(Protocol):
    """Files that a worker reads. Opening one raises OSError where it is not there or is not a plain file."""

    def open(self, path: str) -> BinaryIO: ...


class FolderFiles:
    """Plain files below a folder; a symlink out of it is not followed."""

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root)

    def open(self, path: str) -> BinaryIO:
        at = os.path.normpath(os.path.join(self._root, path))
        if os.path.realpath(at) != at or os.path.commonpath([at, self._root]) != self._root:
            raise PermissionError(f"{path} leads out of its folder or through a symlink")
        # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
        handle = os.open(at, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(f"{path} is not a plain file")
        return os.fdopen(handle, "rb")


class TreeFiles:
    """The files of a tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def open(self, path: str) -> BinaryIO:
        try:
            return io.BytesIO(self._tree.read(path))
        except KeyError:
            raise FileNotFoundError(f"{path} is not in the tree") from None


def list_folder(root: str) -> tuple[str, ...]:
    """Every plain file below a folder, sorted; symlinks are left out, since they can lead round in circles. OSError."""
    return tuple(sorted(_walk(root, "")))


def _walk(folder: str, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{prefix}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                yield prefix + entry.name


def tree_files(tree: Tree) -> tuple[str, ...]:
    """Every plain file of a tree, sorted."""
    return tuple(sorted(path for path, entry in tree.entries().items() if entry.mode in (FILE, EXECUTABLE)))


def files_of(plan: Written[DayPlan], name: str, tree: Tree, list_folder: ListFolder) -> tuple[str, ...]:
    """The files that a source names, sorted, each once. Mistake where a glob names none: that is no empty day."""
    source = plan.value.sources[name]
    there = _listing(plan, name, source, tree, list_folder)
    where = source.root or "the repository"
    for index, glob in enumerate(source.globs):
        if not any(matches(path, (glob,)) for path in there):
            remedy = "* stays within a folder, ** spans folders; exclude may have taken all of them"
            place = ("sources", name, "globs", index)
            raise plan.mistake(f"sources.{name}: {glob} names no file in {where}", *place, remedy=remedy)
    return tuple(path for path in there if matches(path, source.globs))


def _listing(plan: Written[DayPlan], name: str, source: Source, tree: Tree, list_folder: ListFolder) -> tuple[str, ...]:
    """The files that exclude leaves."""
    try:
        there = list_folder(source.root) if source.root else tree_files(tree)
    except OSError as error:
        what = f"sources.{name}.root: {source.root}: {error.strerror}"
        raise plan.mistake(what, "sources", name, "root", remedy="give a folder that can be read") from None
    return tuple(path for path in there if not matches(path, source.exclude))
