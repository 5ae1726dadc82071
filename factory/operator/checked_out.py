"""The working tree as a person means it: the files that lie there, and those that git was told not to check out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from factory.git.repo import Repo
from factory.tree import SUBMODULE, Entry, FolderTree


class CheckedOut:
    """A checkout's tree. In a sparse one what is left out is as the index holds it: nobody has deleted it."""

    def __init__(self, repo: Repo, root: Path) -> None:
        self.root, self._repo, self._folder = root, repo, FolderTree(root, repo.tracked())

    @functools.cached_property
    def skipped(self) -> Mapping[str, Entry]:
        """Of these the entries are git's own."""
        return self._repo.skipped()

    @functools.cached_property
    def _entries(self) -> Mapping[str, Entry]:
        return {**self._folder.entries(), **self.skipped}

    def entries(self) -> Mapping[str, Entry]:
        return self._entries

    def read(self, path: str) -> bytes:
        entry = self.skipped.get(path)
        if entry is None:
            return self._folder.read(path)
        return b"" if entry.mode == SUBMODULE else self._repo.store.read(entry.oid, "blob")
