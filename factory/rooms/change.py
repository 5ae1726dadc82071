"""A change: what a worker did to its room, as the controller harvested it, with no secret in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from factory.git.store import GitTree, Store
from factory.linediff import added_lines
from factory.model import Finding, Oid, Triage
from factory.records import redact
from factory.rooms.rooms import Room
from factory.tree import Entry, matches

SCANNED = 8 << 20  # bytes; a larger file is searched for the known values alone


class Change(NamedTuple):
    """Path -> its new entry, None for a deletion; and what the harvest objects to."""

    files: Mapping[str, Entry | None]
    findings: tuple[Finding, ...]


class Visible(GitTree):
    """The base as a worker may see it: without the hidden files."""

    def __init__(self, store: Store, commit: Oid, hidden: Iterable[str]) -> None:
        super().__init__(store, commit)
        globs = tuple(hidden)
        self.hidden = tuple(p for p in super().entries() if matches(p, globs)) if globs else ()

    def entries(self) -> Mapping[str, Entry]:
        if not self.hidden:
            return super().entries()
        gone = set(self.hidden)
        return {path: entry for path, entry in super().entries().items() if path not in gone}

    def read(self, path: str) -> bytes:
        if path in self.hidden:
            raise KeyError(path)
        return super().read(path)


class HeldBack:
    """The store as rooms see it: what a harvest writes is held back until it was searched for secrets.

    Two attempts may leave the same content at once: it is held until the last of them has let go of it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[Oid, tuple[bytes, int]] = {}  # the content, and how often it is held
        self._lock = threading.Lock()

    def flat(self, tree: Oid) -> Mapping[str, Entry]:
        return self._store.flat(self._store.tree_of(tree))

    def blobs(self, oids: Iterable[Oid]) -> Iterator[tuple[Oid, bytes]]:
        return self._store.blobs(oids)

    def blob_oid(self, content: bytes) -> Oid:
        return self._store.blob_oid(content)

    def write_blob(self, content: bytes) -> Oid:
        oid = self._store.blob_oid(content)
        with self._lock:
            _, times = self._held.get(oid, (content, 0))
            self._held[oid] = content, times + 1
        return oid

    def take(self, oid: Oid) -> bytes | None:
        with self._lock:
            return self._held.get(oid, (None, 0))[0]

    def clear(self, oids: Iterable[Oid]) -> None:
        """Let go once of what was written once."""
        with self._lock:
            for oid in oids:
                content, times = self._held.pop(oid, (b"", 0))
                if times > 1:
                    self._held[oid] = content, times - 1


def harvest(store: Store, aside: HeldBack, room: Room, base: GitTree, known: tuple[str, ...]) -> Change:
    """What the worker changed. A file with a secret goes into git redacted, and is a finding."""
    found = room.harvest()
    files: dict[str, Entry | None] = {}
    findings = list(found.findings)
    for path, entry in found.files.items():
        if redact.redact_known(path, known) != path or any(redact.find_secrets(path)):
            findings.append(_secret("(a file's name)", 0, "a secret"))
        elif entry is None or (content := aside.take(entry.oid)) is None:
            files[path] = entry
        else:
            lines = tuple(_secrets(content, _old(base, path), known))
            findings += [_secret(path, line, kind) for line, kind in lines]
            safe = redact.redact(content.decode("utf-8", "replace"), known).encode() if lines else content
            files[path] = Entry(entry.mode, store.write_blob(safe))
    aside.clear(entry.oid for entry in found.files.values() if entry)
    return Change(files, tuple(findings))


def _secret(path: str, line: int, kind: str) -> Finding:
    return Finding(guard="secrets", path=path, line=line, message=f"{kind} must not get into git", triage=Triage.GUARD)


def _old(base: GitTree, path: str) -> bytes:
    try:
        return base.read(path)
    except KeyError:
        return b""


def _secrets(content: bytes, old: bytes, known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(line, kind) of the secrets that the change brings; what the base holds already is not the worker's doing."""
    text, before = content.decode("utf-8", "replace"), old.decode("utf-8", "replace")
    if redact.redact_known(text, known) != text and redact.redact_known(before, known) == before:
        yield 0, "a key of this factory"
    if len(content) > SCANNED or b"\0" in content[:8000]:
        return
    hits = tuple(redact.find_secrets(text))
    if hits:
        added = {line for line, _ in added_lines(before, text)}
        yield from (hit for hit in hits if hit[0] in added)
