"""Git's objects in a dictionary."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from factory.tree import FILE, Entry


class MemorySource:
    """Objects for tests: trees are named, blobs are hashed as git does it."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.trees: dict[str, dict[str, Entry]] = {}

    def tree(self, name: str, files: Mapping[str, bytes | str], modes: Mapping[str, str] | None = None) -> str:
        entries = {}
        for path, content in files.items():
            mode = (modes or {}).get(path, FILE)
            oid = self.write_blob(content.encode() if isinstance(content, str) else content)
            entries[path] = Entry(mode, oid)
        self.trees[name] = entries
        return name

    def flat(self, tree: str) -> Mapping[str, Entry]:
        return self.trees[tree]

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for oid in oids:
            yield oid, self.kept[oid]

    def blob_oid(self, content: bytes) -> str:
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

    def write_blob(self, content: bytes) -> str:
        oid = self.blob_oid(content)
        self.kept[oid] = content
        return oid
