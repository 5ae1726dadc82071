"""Whole trees from their levels, with a bound: a few small objects can stand for more paths than any memory holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from factory.errors import CouldNotRun
from factory.model import Oid
from factory.tree import FOLDER, Entry

PATHS = 1_000_000  # of one tree; Linux has 90,000
CHARACTERS = 256 << 20  # of all its paths together
DEPTH = 400  # folders, one below the other
KEPT = 200_000  # trees whose extent stays in memory, at most

Level = Callable[[Oid], Mapping[str, Entry]]
Difference = tuple[str, Entry | None, Entry | None]


class Extent(NamedTuple):
    """What a tree comes to when every path is written out."""

    paths: int = 0
    characters: int = 0
    depth: int = 0

    def plus(self, name: str, other: Extent) -> Extent:
        characters = self.characters + other.characters + other.paths * len(name)
        return Extent(self.paths + other.paths, characters, max(self.depth, other.depth + 1))


ONE = Extent(paths=1)


class Walk:
    """Trees as all that lies below them. CouldNotRun, before anything is unfolded, for one that is out of bounds."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self.kept = KEPT
        self._known: dict[Oid, Extent] = {}

    def must_be_bounded(self, tree: Oid) -> None:
        """Each tree object is looked at once, however often it is named: that is what a bomb lives on."""
        found = self._extent(tree, 0)
        if found.paths > PATHS or found.characters > CHARACTERS:
            raise _too_much(tree, f"comes to {found.paths:,} paths")

    def _extent(self, tree: Oid, depth: int) -> Extent:
        found = self._known.get(tree)
        if found is None:
            found = Extent()
            for name, entry in self._level(tree).items():
                if depth > DEPTH:
                    raise _too_much(tree, f"lies deeper than {DEPTH} folders")
                found = found.plus(name, self._extent(entry.oid, depth + 1) if entry.mode == FOLDER else ONE)
            if len(self._known) > self.kept:
                self._known.clear()
            self._known[tree] = found
        if depth + found.depth > DEPTH + 1:
            raise _too_much(tree, f"lies deeper than {DEPTH} folders")
        return found

    def flat(self, tree: Oid, under: str = "") -> Mapping[str, Entry]:
        """Every path below a tree, folders left out."""
        self.must_be_bounded(tree)
        out: dict[str, Entry] = {}
        self._flatten(tree, under, out)
        return out

    def _flatten(self, tree: Oid, under: str, out: dict[str, Entry]) -> None:
        for name, entry in self._level(tree).items():
            if entry.mode == FOLDER:
                self._flatten(entry.oid, f"{under}{name}/", out)
            else:
                out[f"{under}{name}"] = entry

    def differ(self, old: Oid, new: Oid) -> Iterator[Difference]:
        """(path, before, after) of every path that is not the same in both; a folder that is in both is not entered."""
        self.must_be_bounded(old)
        self.must_be_bounded(new)
        return self._differ(old, new, "")

    def _differ(self, old: Oid | None, new: Oid | None, under: str) -> Iterator[Difference]:
        before, after = (self._level(tree) if tree else {} for tree in (old, new))
        for name in before.keys() | after.keys():
            was, now = before.get(name), after.get(name)
            if was == now:
                continue
            (was_file, was_folder), (now_file, now_folder) = _parted(was), _parted(now)
            if was_folder or now_folder:
                yield from self._differ(was_folder, now_folder, f"{under}{name}/")
            if was_file or now_file:
                yield f"{under}{name}", was_file, now_file


def _parted(entry: Entry | None) -> tuple[Entry | None, Oid | None]:
    """(file, folder): one of them at most."""
    return (None, entry.oid) if entry and entry.mode == FOLDER else (entry, None)


def _too_much(tree: Oid, what: str) -> CouldNotRun:
    return CouldNotRun(
        f"the git tree {tree} {what}, more than the factory works on ({PATHS:,} paths); "
        "leave out the commit that brought it, and run again"
    )
