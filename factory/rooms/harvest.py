"""What a worker changed: taken as bytes, or refused with the path named. Nothing of git's or the worker's is run."""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from factory.errors import MACHINE
from factory.git.names import collisions, escaping, finding, prefixes
from factory.model import Finding, Triage
from factory.rooms.materialise import Objects
from factory.rooms.survey import Base, Survey
from factory.tree import EXECUTABLE, FILE, LINK, SUBMODULE, Entry

MB = 1 << 20
NOTHING = Entry("", "")


@dataclass(frozen=True)
class HarvestCaps:
    """How much one change may bring."""

    file_bytes: int = 64 * MB
    total_bytes: int = 256 * MB
    paths: int = 20_000


@dataclass(frozen=True)
class Harvest:
    """path -> its new entry, None where it was deleted: only real differences from the room's tree."""

    files: Mapping[str, Entry | None]
    findings: tuple[Finding, ...] = ()


class Harvester:
    """Reads a survey's candidates and compares them with the tree by content."""

    def __init__(self, source: Objects, base: Base, caps: HarvestCaps) -> None:
        self._source, self._base, self._caps = source, base, caps
        self._entries, self._hidden = base.entries, base.hidden
        self._findings: list[Finding] = []
        self._links: dict[str, str] = {}
        self._bytes = 0

    def take(self, root: Path, survey: Survey) -> Harvest:
        """The change that the survey of `root` comes to."""
        self._findings, self._links, self._bytes = list(survey.findings), {}, 0
        files: dict[str, Entry | None] = dict.fromkeys(sorted(survey.gone))
        taken = 0
        for path in sorted(survey.changed):
            entry = self._entry(root, path, survey.changed[path])
            if entry is None:
                continue
            files[path] = entry
            taken += 1
            if taken > self._caps.paths or self._bytes > self._caps.total_bytes:
                self._refuse(
                    path, f"the change is over {self._caps.paths} files or {self._caps.total_bytes} bytes here"
                )
                break
        for path in self._over_the_tree(files):
            files.pop(path, None)
        return Harvest(dict(sorted(files.items())), tuple(dict.fromkeys(self._findings)))

    def _refuse(self, path: str, message: str, triage: Triage = Triage.SCOPE) -> None:
        self._findings.append(finding(path, message, triage))

    def _entry(self, root: Path, path: str, found: os.stat_result) -> Entry | None:
        """A candidate's new entry; None where it is as in the tree, or refused."""
        try:
            mode, content = self._read(root, path)
        except OSError as error:
            if error.errno in MACHINE:
                raise
            self._refuse(path, f"cannot be read: {error.strerror}", Triage.TAMPER)
            return None
        if content is None:
            self._refuse(path, f"is {found.st_size} bytes, over the cap of {self._caps.file_bytes}")
            return None
        entry = Entry(mode, self._source.blob_oid(content))
        if entry == self._entries.get(path):
            return None
        if path in self._hidden:
            self._refuse(path, "is hidden from workers, and may not be written by one")
            return None
        if mode == LINK:
            self._links[path] = os.fsdecode(content)
        self._bytes += len(content)
        self._source.write_blob(content)
        return entry

    def _read(self, root: Path, path: str) -> tuple[str, bytes | None]:
        at = os.path.join(os.fsencode(root), os.fsencode(path))
        if stat.S_ISLNK(os.lstat(at).st_mode):
            return LINK, os.readlink(at)
        descriptor = _open(at)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise OSError(0, "it is no file any more")
            mode = EXECUTABLE if found.st_mode & 0o100 else FILE
            if found.st_size > self._caps.file_bytes:
                return mode, None
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return mode, file.read()
        finally:
            os.close(descriptor)

    def _over_the_tree(self, files: Mapping[str, Entry | None]) -> Iterator[str]:
        """Paths that are refused for what they do to the tree as a whole."""
        new = [path for path, entry in files.items() if entry is not None and path not in self._entries]
        for problem in collisions(new, self._base.spelt, functools.partial(self._lives, files)):
            self._findings.append(problem)
            yield problem.path
        covered = {above for hidden in self._hidden for above in prefixes(hidden)}
        for path in new:
            if any(self._entries.get(above, NOTHING).mode == SUBMODULE for above in prefixes(path)):
                self._refuse(path, "lies in a submodule")
                yield path
            if path in covered or not self._hidden.isdisjoint(prefixes(path)):
                self._refuse(path, "stands where files lie that are hidden from workers")
                yield path
        if self._links:
            for path in escaping(self._links, lambda: self._old_links(files)):
                self._refuse(path, "is a symlink that leaves the tree", Triage.TAMPER)
                yield path
        for path in self._links:
            if path.rpartition("/")[2].lower() == ".gitmodules":
                self._refuse(path, "is a symlink where git expects a file", Triage.TAMPER)
                yield path

    def _lives(self, files: Mapping[str, Entry | None], path: str) -> bool:
        """Whether a path or folder of the tree is still there after the change."""
        if any(hidden == path or hidden.startswith(path + "/") for hidden in self._hidden):
            return True
        return any(files.get(p, self._entries.get(p)) is not None for p in (path, *self._base.below(path)))

    def _old_links(self, files: Mapping[str, Entry | None]) -> dict[str, str]:
        links = {p: e.oid for p, e in self._entries.items() if e.mode == LINK and files.get(p, e) is not None}
        content = dict(self._source.blobs(set(links.values())))
        return {path: os.fsdecode(content[oid]) for path, oid in links.items()}


def _open(at: bytes) -> int:
    """Opens what is there, never through a symlink, never waiting for a fifo; gives itself the right to read first."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        return os.open(at, flags)
    except PermissionError:
        found = os.lstat(at)
        os.chmod(at, stat.S_IMODE(found.st_mode) | 0o400, follow_symlinks=True)
        return os.open(at, flags)
