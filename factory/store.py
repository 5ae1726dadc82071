"""Git's object store: durable writes of loose objects, reads through one `cat-file --batch`.

An object counts as written when its bytes and its folder are on disk: git's own defaults lost every acknowledged
commit at a power cut, so each object is synced before the ref that names it moves.
"""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Protocol

from factory import objects
from factory.errors import CouldNotRun
from factory.model import Oid
from factory.objects import Commit
from factory.tree import FOLDER, Entry


class Pipe(Protocol):
    """A running `git cat-file --batch`."""

    stdin: IO[bytes]
    stdout: IO[bytes]


def sync_folder(folder: Path) -> None:
    """Put a folder's own entries on disk; a rename is lost at a power cut without it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_through(path: Path, content: bytes) -> None:
    """Put a small file in place whole: after a power cut it is the old one or the new one."""
    aside = path.with_suffix(".new")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)
    sync_folder(path.parent)


class Store:
    """The objects of one repository. Safe to share between threads."""

    def __init__(self, objects_dir: Path, algorithm: str, start: object, durable: bool = True) -> None:
        self._dir, self.algorithm, self._start, self._durable = objects_dir, algorithm, start, durable
        self.width = 20 if algorithm == "sha1" else 32
        self._pipe: Pipe | None = None
        self._lock = threading.Lock()
        self._known: set[Oid] = set()
        self._trees: dict[Oid, dict[str, Entry]] = {}

    # --- reading

    def get(self, name: str) -> tuple[Oid, str, bytes] | None:
        """(oid, kind, body) of an object named in any way that git understands; None where there is none."""
        if "\n" in name:
            return None
        with self._lock:
            if self._pipe is None:
                self._pipe = self._start()  # type: ignore[operator]
            assert self._pipe is not None
            self._pipe.stdin.write(objects.to_bytes(name) + b"\n")
            self._pipe.stdin.flush()
            head = self._pipe.stdout.readline().split()
            if not head:
                self._pipe = None
                raise CouldNotRun("git cat-file ended; is the repository damaged? `git fsck` tells")
            if len(head) != 3 or not head[2].isdigit():
                return None
            body = self._pipe.stdout.read(int(head[2]))
            self._pipe.stdout.read(1)
        return head[0].decode(), head[1].decode(), body

    def read(self, name: str, kind: str) -> bytes:
        """The body of an object that must be there and of that kind. KeyError otherwise."""
        found = self.get(name)
        if found is None or found[1] != kind:
            raise KeyError(f"{kind} {name}")
        return found[2]

    def commit(self, name: str) -> Commit:
        return objects.parse_commit(self.read(f"{name}^{{commit}}", "commit"))

    def tree_of(self, name: str) -> Oid:
        """The tree of a commit, or of a tree itself. KeyError where there is none."""
        found = self.get(f"{name}^{{tree}}")
        if found is None:
            raise KeyError(f"tree {name}")
        return found[0]

    def level(self, tree: Oid) -> dict[str, Entry]:
        """One level of a tree: name -> entry."""
        if (known := self._trees.get(tree)) is None:
            known = objects.parse_tree(self.read(tree, "tree"), self.width)
            if len(self._trees) > 20_000:
                self._trees.clear()
            self._trees[tree] = known
        return known

    def entry(self, tree: Oid, path: str) -> Entry | None:
        """What stands at a path below a tree; None where nothing does."""
        at = Entry(FOLDER, self.tree_of(tree))
        for part in path.split("/"):
            if at.mode != FOLDER or (found := self.level(at.oid).get(part)) is None:
                return None
            at = found
        return at

    def file(self, tree: Oid, path: str) -> bytes | None:
        """A file's content (a symlink's target) below a tree; None where there is none."""
        found = self.entry(tree, path)
        if found is None or not found.mode.startswith(("100", "120")):
            return None
        return self.read(found.oid, "blob")

    def flat(self, tree: Oid, under: str = "") -> dict[str, Entry]:
        """Every path below a tree, folders left out."""
        out: dict[str, Entry] = {}
        for name, entry in self.level(tree).items():
            path = f"{under}{name}"
            if entry.mode == FOLDER:
                out.update(self.flat(entry.oid, f"{path}/"))
            else:
                out[path] = entry
        return out

    def blobs(self, oids: Iterable[Oid]) -> Iterator[tuple[Oid, bytes]]:
        for oid in oids:
            yield oid, self.read(oid, "blob")

    # --- writing

    def blob_oid(self, content: bytes) -> Oid:
        return objects.digest("blob", content, self.algorithm)

    def write(self, kind: str, body: bytes) -> Oid:
        """Store an object; on disk when this returns."""
        oid = objects.digest(kind, body, self.algorithm)
        folder = self._dir / oid[:2]
        at = folder / oid[2:]
        if oid in self._known:
            return oid
        if at.exists():  # perhaps of a run that was killed before it could sync: make sure, once
            self._settle(oid, at)
            return oid
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            self._sync(self._dir)
        aside = folder / f"tmp_obj_{os.getpid()}_{threading.get_ident()}"
        self._put(aside, zlib.compress(objects.frame(kind, body), 1))
        os.replace(aside, at)
        self._sync(folder)
        self._known.add(oid)
        return oid

    def _settle(self, oid: Oid, at: Path) -> None:
        if self._durable:
            handle = os.open(at, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
            sync_folder(at.parent)
        self._known.add(oid)

    def _put(self, aside: Path, content: bytes) -> None:
        """Write-aside; nothing is left behind when the disk is full."""
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o444)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                if self._durable:
                    os.fsync(file.fileno())
        except BaseException:
            aside.unlink(missing_ok=True)
            raise

    def _sync(self, folder: Path) -> None:
        if self._durable:
            sync_folder(folder)

    def write_blob(self, content: bytes) -> Oid:
        return self.write("blob", content)

    def write_commit(self, commit: Commit) -> Oid:
        return self.write("commit", objects.format_commit(commit))

    def edit(self, tree: Oid | None, changes: Mapping[str, Entry | None]) -> Oid:
        """The tree with some paths set, or taken away (None); only the folders on their way are written anew."""
        return self._edit(tree, changes) or self.write("tree", b"")

    def _edit(self, tree: Oid | None, changes: Mapping[str, Entry | None]) -> Oid | None:
        level = dict(self.level(tree)) if tree else {}
        below: dict[str, dict[str, Entry | None]] = {}
        here: dict[str, Entry] = {}
        for path, entry in changes.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = entry
            elif entry is None:
                level.pop(name, None)
            else:
                here[name] = entry
        for name, inner in below.items():
            old = level.get(name)
            oid = self._edit(old.oid if old and old.mode == FOLDER else None, inner)
            if oid:
                level[name] = Entry(FOLDER, oid)
            elif old and old.mode == FOLDER:
                del level[name]
        level.update(here)
        return self.write("tree", objects.format_tree(level)) if level else None


class GitTree:
    """A tree of the store, as guards read it."""

    def __init__(self, store: Store, tree: Oid) -> None:
        self.oid, self._store = store.tree_of(tree), store
        self._entries: Mapping[str, Entry] | None = None

    def entries(self) -> Mapping[str, Entry]:
        if self._entries is None:
            self._entries = self._store.flat(self.oid)
        return self._entries

    def read(self, path: str) -> bytes:
        if (content := self._store.file(self.oid, path)) is None:
            raise KeyError(path)
        return content
