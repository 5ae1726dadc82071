"""A room that is an overlay: the ground below, what was written above. Ready in milliseconds."""

from __future__ import annotations

import filecmp
import os
import stat
from collections.abc import Callable
from pathlib import Path

from factory.git.below import Below
from factory.git.names import prefixes
from factory.rooms.ground import Ground
from factory.rooms.materialise import Objects, Signature, own, write
from factory.rooms.mounts import enter, mount, overlay, unmount
from factory.rooms.removal import remove, remove_below
from factory.rooms.survey import Base, Ignored, Seen, Survey, walk
from factory.sandbox.sandbox import JobLimits
from factory.tree import SUBMODULE

MB = 1 << 20
INODES_PER_MB = 512  # files that a room may hold for each of its megabytes
OPAQUE = ("trusted.overlay.opaque", "user.overlay.opaque")  # as root, and as a user


class OverlayStage:
    """`outer` is a tmpfs of bounded size that holds the upper layer; the room is mounted inside it."""

    kind = "overlay"

    def __init__(
        self, source: Objects, outer: Path, limits: JobLimits, under: Callable[[Base], tuple[Ground, int]]
    ) -> None:
        self.path, self.look = outer / "room", outer / "upper"
        self._source, self._outer, self._limits, self._under = source, outer, limits, under
        self._held: int | None = None
        self._laid: dict[str, Signature] = {}
        self._ground = outer

    def lay(self, base: Base) -> None:
        """A fresh upper layer over a ground, with the difference between the ground and the base laid in it."""
        self.close()
        ground, self._held = self._under(base)
        self._ground = ground.path
        stack(self._outer, ground.path, self._limits)
        gone, other = ground.difference(base)
        self._take_away(gone, base)
        write(self._source, other, self.path)
        self._laid = {path: Signature.of(os.lstat(self.look / path)) for path in other}

    def _take_away(self, gone: frozenset[str], base: Base) -> None:
        done: set[str] = set()
        with Below(self.path) as below:
            for path in sorted(gone):
                if any(above in done for above in prefixes(path)):
                    continue
                top = path  # the highest folder that holds nothing of the base goes as a whole
                while (above := top.rpartition("/")[0]) and above not in base.entries and not base.below(above):
                    top = above
                remove_below(below, top)
                done.add(top)

    def survey(self, base: Base, ignored: Ignored) -> Survey:
        """Walks the upper layer alone."""
        survey = Survey(base, ignored)
        for seen in walk(self.look, survey.shut):
            if seen.is_folder:
                self._folder(seen, base, survey)
                survey.add_folder(seen)
                continue
            survey.gone.update(base.below(seen.path))
            if stat.S_ISCHR(seen.stat.st_mode) and seen.stat.st_rdev == 0:  # a whiteout
                survey.gone.update({seen.path} & base.entries.keys())
            else:
                survey.add(seen)
        survey.lacks(self._laid)  # of these nothing lies below: no whiteout is left where one of them is removed
        return survey.close()

    def is_as_laid(self, path: str, found: os.stat_result) -> bool:
        """A file that was only opened to be written to (a database, say) has been copied up, with time and content."""
        if path in self._laid:
            return self._laid[path] == Signature.of(found)
        below = self._ground / path
        if not stat.S_ISREG(found.st_mode) or not below.is_file() or below.is_symlink():
            return False
        was = below.stat()
        same = (was.st_mode, was.st_size, was.st_mtime_ns) == (found.st_mode, found.st_size, found.st_mtime_ns)
        return same and filecmp.cmp(below, self.look / path, shallow=False)

    def _folder(self, seen: Seen, base: Base, survey: Survey) -> None:
        entry = base.entries.get(seen.path)
        if entry is not None and entry.mode != SUBMODULE:
            survey.gone.add(seen.path)
        if self._is_opaque(seen.path):  # nothing below shows through: what is not in the upper layer is gone
            survey.gone.update(base.below(seen.path))

    def _is_opaque(self, path: str) -> bool:
        name = OPAQUE[0] if os.getuid() == 0 else OPAQUE[1]
        try:
            return os.getxattr(self.look / path, name, follow_symlinks=False) == b"y"
        except OSError:
            return False

    def close(self) -> None:
        """Takes the mounts away, and with them all that was written."""
        unstack(self._outer)
        if self._held is not None:
            os.close(self._held)
            self._held = None


def stack(outer: Path, lower: Path, limits: JobLimits) -> None:
    """Mounts a tmpfs, and an overlay of `lower` inside it at `room`."""
    outer.mkdir(mode=0o755)
    size = f"size={limits.room_mb * MB},nr_inodes={limits.room_mb * INODES_PER_MB},mode=755"
    mount("tmpfs", outer, size)
    upper, work, room = outer / "upper", outer / "work", outer / "room"
    for folder in (upper, work, room):
        folder.mkdir(mode=0o755)
    own(str(upper))
    overlay(lower, upper, work, room)


def unstack(outer: Path) -> None:
    """Takes away what `stack` made, or as much of it as it came to."""
    if not outer.is_dir():
        return
    try:
        if os.path.ismount(outer / "room"):
            unmount(outer / "room")
    finally:
        if os.path.ismount(outer):
            unmount(outer)  # and with it what could not be taken away by itself
        outer.rmdir()


def prepare(where: Path) -> None:
    """Moves this process to where overlays can be mounted. CouldNotRun where that cannot be done."""
    enter(lambda: exercise(where))


def exercise(where: Path) -> None:
    """Tries in a private namespace what rooms need of an overlay. OSError where it does not hold."""
    lower, outer = where / "probe-lower", where / "probe"
    remove(lower)
    (lower / "folder").mkdir(parents=True)
    (lower / "folder" / "old").write_text("old")
    try:
        stack(outer, lower, JobLimits(room_mb=1))
        remove(outer / "room" / "folder")
        (outer / "room" / "folder").mkdir()
        if os.listdir(outer / "room" / "folder"):
            raise OSError(0, "a folder that was made anew shows what was removed")
    finally:
        unstack(outer)
        remove(lower)
