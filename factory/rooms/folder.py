"""A room that is a plain folder: made for one use, or kept warm and reset. Slower than an overlay, else the same."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from factory.git.below import Below
from factory.git.names import prefixes
from factory.rooms.materialise import Objects, Signature, own, settle, write
from factory.rooms.removal import remove, remove_below
from factory.rooms.survey import Base, Ignored, Seen, Survey, walk
from factory.tree import SUBMODULE, Entry


class FolderStage:
    """The folder and what was written there. `trusted`: its file system marks every change by a ctime."""

    def __init__(self, source: Objects, path: Path, kind: str, trusted: bool) -> None:
        self.path, self.look, self.kind = path, path, kind
        self._source, self._trusted = source, trusted
        self._written: dict[str, tuple[Entry, Signature]] = {}

    def lay(self, base: Base) -> None:
        """Makes the folder hold exactly the base's files. What is still as it was written is left alone."""
        self.path.mkdir(parents=True, exist_ok=True)
        os.chmod(self.path, 0o755)
        own(str(self.path))
        kept = self._sweep(base)
        missing = {path: entry for path, entry in base.entries.items() if path not in kept}
        write(self._source, missing, self.path)
        self._written = {p: w for p, w in self._written.items() if p in kept}
        for path, entry in missing.items():
            self._written[path] = (entry, Signature.of(os.lstat(os.path.join(self.path, path))))
        settle(self.path.parent)

    def _sweep(self, base: Base) -> set[str]:
        """Removes what is not the base's; gives the paths that can stay."""
        folders = {above for path in base.entries for above in prefixes(path.rpartition("/")[0])}
        kept: set[str] = set()
        going: list[str] = []
        for seen in walk(self.path, lambda path: path not in folders):
            if seen.is_folder and seen.path in folders:
                self._open_up(seen)
            elif self._stays(seen, base):
                kept.add(seen.path)
            else:
                going.append(seen.path)
        with Below(self.path) as below:
            for path in going:
                remove_below(below, path)
        return kept

    def _open_up(self, seen: Seen) -> None:
        if stat.S_IMODE(seen.stat.st_mode) != 0o755:
            os.chmod(self.path / seen.path, 0o755)

    def _stays(self, seen: Seen, base: Base) -> bool:
        entry = base.entries.get(seen.path)
        if entry is None or not self._trusted or entry.mode == SUBMODULE:
            return False
        return self._written.get(seen.path) == (entry, Signature.of(seen.stat))

    def survey(self, base: Base, ignored: Ignored) -> Survey:
        """Walks the whole folder; what has the signature that it was written with is not looked at again."""
        survey = Survey(base, ignored)
        for seen in walk(self.path, survey.shut):
            if seen.is_folder:
                survey.add_folder(seen)
            elif self._trusted and self.is_as_laid(seen.path, seen.stat):
                survey.present.add(seen.path)
            else:
                survey.add(seen)
        survey.lacks(base.entries)
        return survey.close()

    def is_as_laid(self, path: str, found: os.stat_result) -> bool:
        written = self._written.get(path)
        return written is not None and written[1] == Signature.of(found)

    def close(self) -> None:
        remove(self.path)
