"""The folder itself: where it lies, and how its files are put there. Nothing is ever read back from it: whoever edits
or deletes one changes nothing, and the next look writes it anew."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from factory import files
from factory.errors import Mistake
from factory.git.repo import Repo
from factory.model import Oid
from factory.ssot.settings import SETTINGS
from factory.tree import FOLDER

RUNS = 30  # whose files are kept


class Folder:
    """A place of the factory's alone. OSError where it cannot be written to."""

    def __init__(self, at: Path) -> None:
        self.at = at

    def lay(self, path: str, content: bytes) -> None:
        """One file, whole or not at all. What says the same already stays as it is."""
        place = self.at / path
        with suppress(OSError):
            if place.read_bytes() == content and not place.is_symlink():
                return
        files.put(place, content)

    def has(self, path: str) -> bool:
        """Whether a file lies there, whatever it says."""
        return (self.at / path).is_file()

    def hold(self, under: str, found: Mapping[str, bytes]) -> None:
        """These files below `under`, and no others."""
        for name, content in found.items():
            self.lay(f"{under}/{name}", content)
        base = self.at / under
        for old in base.rglob("*") if base.is_dir() else ():
            if old.is_file() and old.relative_to(base).as_posix() not in found:
                old.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Without what a process was killed over before it got its name."""
        for left in self.at.rglob(".*.part") if self.at.is_dir() else ():
            left.unlink(missing_ok=True)

    def keep(self, under: str, most: int = RUNS) -> None:
        """Of the folders below `under` the newest."""
        base = self.at / under
        found = sorted(base.iterdir(), key=lambda one: one.lstat().st_mtime) if base.is_dir() else []
        for old in found[: max(0, len(found) - most)]:
            shutil.rmtree(old, ignore_errors=True)


def folder(repo: Repo, main: Oid, name: str) -> Folder | None:
    """The folder in the checkout, unseen by git. None where it is turned off, or there is no checkout to lie in.
    Mistake where the name is somebody else's."""
    if not name or repo.work_tree is None:
        return None
    path = PurePosixPath(name)
    if taken := _tracked(repo, main, path):
        raise _mistake(f"[factory] out is {name!r}, and main tracks {taken}")
    places = [repo.work_tree / path, *(repo.work_tree / parent for parent in path.parents if parent.parts)]
    if any(place.is_symlink() for place in places):
        raise _mistake(f"[factory] out is {name!r}, and that is a link to somewhere else")
    _unseen(repo, path)
    return Folder(places[0])


def _mistake(what: str) -> Mistake:
    return Mistake(what, path=SETTINGS, remedy='name another folder; `out = ""` keeps none')


def _tracked(repo: Repo, main: Oid, path: PurePosixPath) -> str:
    """What main has in the place of the folder, or of one above it."""
    tree = repo.store.tree_of(main)
    if repo.store.entry(tree, path.as_posix()):
        return path.as_posix()
    above = {parent.as_posix(): repo.store.entry(tree, parent.as_posix()) for parent in path.parents if parent.parts}
    return next((name for name, entry in above.items() if entry and entry.mode != FOLDER), "")


def _unseen(repo: Repo, path: PurePosixPath) -> None:
    """One line in the repository's own list of what git does not look at."""
    line, at = f"/{path.as_posix()}/", repo.common_dir / "info" / "exclude"
    said = at.read_bytes() if at.is_file() else b""
    if line.encode() not in said.splitlines():
        files.put(at, said + (b"" if not said or said.endswith(b"\n") else b"\n") + line.encode() + b"\n")
