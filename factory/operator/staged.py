"""What is staged for the next commit, as a tree that guards read."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping

from factory.git.objects import to_name
from factory.git.repo import Repo
from factory.tree import SUBMODULE, Entry


class Staged:
    """The index. `file`: another one than the repository's own, as git names it to a hook."""

    def __init__(self, repo: Repo, file: str | None = None) -> None:
        self._repo, self._file = repo, os.path.abspath(file or repo.git_dir / "index")

    @functools.cached_property
    def _entries(self) -> Mapping[str, Entry]:
        return dict(self._listed())

    def _listed(self) -> Iterator[tuple[str, Entry]]:
        for record in to_name(self._repo.call("ls-files", "-z", "--stage", GIT_INDEX_FILE=self._file)).split("\0"):
            head, _, path = record.partition("\t")
            if path:
                mode, oid, _ = head.split(" ")
                yield path, Entry(mode, oid)

    def entries(self) -> Mapping[str, Entry]:
        """Every staged path."""
        return self._entries

    def read(self, path: str) -> bytes:
        """The staged content. Of a path that is only announced (`git add -N`) git keeps none."""
        entry = self._entries[path]
        found = None if entry.mode == SUBMODULE else self._repo.store.get(entry.oid)
        return found[2] if found else b""
