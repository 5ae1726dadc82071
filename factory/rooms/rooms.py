"""Private trees for untrusted code, and what became of them. No git of the controller's is in a room."""

from __future__ import annotations

import errno
import fcntl
import functools
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol

from factory.errors import CouldNotRun
from factory.git.below import Below
from factory.rooms.disk_use import disk_use
from factory.rooms.folder import FolderStage
from factory.rooms.generated import NONE, Generated
from factory.rooms.ground import Grounds, locked
from factory.rooms.harvest import Harvest, HarvestCaps, Harvester
from factory.rooms.ignored import ignoring
from factory.rooms.materialise import Objects, trusts_ctime, write
from factory.rooms.overlay import OverlayStage, prepare
from factory.rooms.removal import remove, remove_below
from factory.rooms.survey import Base, Ignored, Survey, nothing_ignored, walk
from factory.rooms.throwaway import plant
from factory.sandbox.sandbox import JobLimits
from factory.tree import Entry

Kind = Literal["auto", "overlay", "warm", "copy"]
DEFAULT_LIMITS, DEFAULT_CAPS = JobLimits(), HarvestCaps()
KEPT_BASES = 8  # trees whose entries stay in memory
KEPT_FOLDERS = 4  # warm folders that wait for the next room


class Stage(Protocol):
    """The folder below a room, and how it is made to hold a tree."""

    path: Path
    look: Path  # what the survey walks

    @property
    def kind(self) -> str: ...
    def lay(self, base: Base) -> None: ...
    def survey(self, base: Base, ignored: Ignored) -> Survey: ...
    def is_as_laid(self, path: str, found: os.stat_result) -> bool: ...
    def close(self) -> None: ...


class Room:
    """One private tree. `path` is its folder on the host, `tree` what it was made from."""

    def __init__(self, rooms: Rooms, stage: Stage, tree: str, base: Base, repository: bool) -> None:
        self.path, self.tree, self.kind = stage.path, tree, stage.kind
        self._rooms, self._stage, self._base, self._repository = rooms, stage, base, repository
        self._source, self._generated, self._brought = rooms.source, rooms.generated, False
        self._harvester = Harvester(rooms.source, base, rooms.caps)

    def reset(self) -> None:
        """Back to the tree. Nothing of the room's may still run."""
        self._stage.lay(self._base)
        if self._repository:
            plant(self.path)
        self._generated.lay(self.path, self._base.entries)

    def bring(self, files: Mapping[str, Entry | None]) -> None:
        """Lays a change that exists already, in a room that no worker has been in; what it brings is never ignored."""
        self._brought = True
        with Below(self.path) as below:
            for path in sorted((path for path, entry in files.items() if entry is None), reverse=True):
                remove_below(below, path)
        write(self._source, {path: entry for path, entry in files.items() if entry}, self.path)

    def harvest(self) -> Harvest:
        """What differs from the tree now. Nothing of the room's may still run."""
        if self._brought or not self._base.ignores:
            return self._take(nothing_ignored)
        with ignoring(self._source, self._base.ignores, self._rooms.aside()) as ignored:
            return self._take(ignored)

    def _take(self, ignored: Ignored) -> Harvest:
        return self._harvester.take(self.path, self._survey(ignored))

    def _survey(self, ignored: Ignored) -> Survey:
        """What was generated is no part of a change, also where it was written over."""
        survey = self._stage.survey(self._base, ignored)
        for path in self._generated.files.keys() & survey.changed.keys() - self._base.entries.keys():
            del survey.changed[path]
        return survey

    def written(self) -> frozenset[str]:
        """Every path that was written to or removed since it was laid out, also where its content is the same again,
        and compiled Python that is new."""
        survey = self._survey(nothing_ignored)
        found = {path for path, seen in survey.changed.items() if not self._stage.is_as_laid(path, seen)}
        compiled = {seen.path for seen in walk(self._stage.look, lambda _: False) if seen.path.endswith(".pyc")}
        return frozenset(found | survey.gone | (compiled - self._base.entries.keys()))


class Rooms:
    """The rooms of one controller, below a folder that its other controllers share."""

    def __init__(
        self,
        source: Objects,
        where: Path,
        *,
        kind: Kind = "auto",
        limits: JobLimits = DEFAULT_LIMITS,
        caps: HarvestCaps = DEFAULT_CAPS,
        generated: Generated = NONE,
    ) -> None:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.generated = generated
        self.source, self.caps, self._where, self._limits = source, caps, where.resolve(), limits
        self._numbers, self._idle = itertools.count(), list[FolderStage]()
        self._own = self._claim()
        self.kind, self.reason = self._choose(kind)
        self._trusted = trusts_ctime(self._own)
        self._grounds = Grounds(source, self._where / "grounds")
        self._base = functools.lru_cache(KEPT_BASES)(self._base_of)

    def _claim(self) -> Path:
        """A folder that is this controller's for as long as it lives: the lock in it dies with the process."""
        for number in itertools.count():
            own = self._where / f"{os.getpid()}-{number}"
            with suppress(FileExistsError, FileNotFoundError):  # gone: swept by another before the lock was on it
                own.mkdir(mode=0o700)
                self._lock = locked(own / "lock", fcntl.LOCK_EX)
                break
        return own

    def _choose(self, kind: Kind) -> tuple[str, str]:
        """The kind of room, and why it is no better one. CouldNotRun where a kind was asked for that cannot be had."""
        if kind not in ("auto", "overlay"):
            return kind, ""
        try:
            prepare(self._own)
        except CouldNotRun as error:
            if kind == "overlay":
                raise
            return "warm", str(error)
        return "overlay", ""

    def _base_of(self, tree: str, hidden: frozenset[str]) -> Base:
        return Base(self.source.flat(tree), hidden)

    @contextmanager
    def open(self, tree: str, *, hidden: Iterable[str] = (), repository: bool = False) -> Iterator[Room]:
        """A room that holds `tree` without the hidden paths, and a throw-away repository if wanted; gone at the end."""
        base = self._base(tree, frozenset(hidden))
        stage = self._stage(tree)
        try:
            room = Room(self, stage, tree, base, repository)
            room.reset()
            yield room
        finally:
            self._give_back(stage)

    def aside(self) -> Path:
        """A path of this controller's that nothing has had yet."""
        return self._own / f"aside-{next(self._numbers)}"

    def _stage(self, tree: str) -> Stage:
        if self.kind == "warm":
            with suppress(IndexError):
                return self._idle.pop()  # atomic: threads may open rooms at once
        at = self._own / f"room-{next(self._numbers)}"
        if self.kind == "overlay":
            return OverlayStage(self.source, at, self._limits, functools.partial(self._grounds.under, tree))
        return FolderStage(self.source, at, self.kind, self._trusted)

    def _give_back(self, stage: Stage) -> None:
        if isinstance(stage, FolderStage) and self.kind == "warm" and len(self._idle) < KEPT_FOLDERS:
            self._idle.append(stage)
        else:
            stage.close()

    def close(self) -> None:
        """Removes this controller's own folder; the grounds stay, warm for the next one."""
        try:
            remove(self._own)
        except OSError as error:
            if error.errno != errno.EBUSY:  # a mount stayed: what failed before says more, and the next one sweeps it
                raise
        lock, self._lock = self._lock, -1
        if lock >= 0:  # once: a number that was closed may be somebody else's by now
            os.close(lock)

    def sweep(self) -> None:
        """Removes what dead controllers left; what a live one owns is locked, and stays."""
        with suppress(BlockingIOError):  # another command does it just now
            sweeping = locked(self._where / "sweep.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                for folder in self._where.iterdir():
                    if folder.name[0].isdigit() and folder != self._own:
                        _remove_dead(folder)
            finally:
                os.close(sweeping)
        self._grounds.sweep()

    def usage(self) -> int:
        """Bytes on disk below the rooms' folder; what is mounted there is in memory, and not counted."""
        return disk_use(self._where)


def _remove_dead(folder: Path) -> None:
    """Removes a controller's folder if the controller is dead. Its lock is held meanwhile: one that is just beginning,
    and has not locked its folder yet, must not come to own a half of it."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:  # killed before it had one, or not yet so far
        if not Path("/proc", folder.name.partition("-")[0]).exists():
            _remove(folder)
        return
    try:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)
    finally:
        os.close(lock)


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):  # its own controller removes it, at its end
        remove(folder)
