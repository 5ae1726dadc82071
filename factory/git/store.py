"""Git's object store: durable writes of loose objects, reads through one `cat-file --batch`.

An object counts as written when its bytes and its folder are on disk: git's own defaults lost every acknowledged
commit at a power cut, so all objects are synced before a ref that names them moves.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from factory.errors import GitFailed, NotHere
from factory.git import objects
from factory.git.objects import Commit
from factory.git.reader import Found, Pipe, Reader
from factory.git.trees import Walk
from factory.git.unsynced import Unsynced
from factory.model import Oid
from factory.tree import FOLDER, Entry

KEPT_TOPS = 1024  # commits whose tree is known: a name of an object says the same for ever
_OID = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
KEPT_WHOLE = 4  # trees of which every path stays in memory: one turn asks four times for two of them

IN_A_BREATH = 60  # questions of one id each: less than the smallest pipe holds, or both sides could wait for the other
BREATH = 4000  # bytes of longer questions: the same bound
NUMBERS = itertools.count()  # of the files of this process that have no name yet


class Store:
    """The objects of one repository, new ones `aside` where that is named. Safe to share between threads."""

    def __init__(self, at: Path, aside: Path | None, algorithm: str, start: Callable[[], Pipe], durable: bool) -> None:
        self._own, self._dir, self.algorithm, self._durable = at, aside or at, algorithm, durable
        self.kept_trees = 20_000  # in memory, at most
        self.width = 20 if algorithm == "sha1" else 32
        self._reader = Reader(start, algorithm, self._lacks)
        self._unsynced = Unsynced()
        self._known: set[Oid] = set()
        self._trees: dict[Oid, dict[str, Entry]] = {}
        self.walk = Walk(self.level)
        self._tops = functools.lru_cache(KEPT_TOPS)(self._top)
        self._whole = functools.lru_cache(KEPT_WHOLE)(self.walk.flat)

    # --- reading

    def get(self, name: str) -> Found | None:
        """(oid, kind, body) of an object named in any way that git understands; None where there is none."""
        return None if "\n" in name else self._ask([name])[0]

    def _ask(self, names: list[str]) -> list[Found | None]:
        """The answers to some questions, asked in one breath; as many as a pipe holds."""
        fresh = {name: found for name in names if (found := self._fresh(name))}
        if fresh:
            others = iter(self._ask([name for name in names if name not in fresh]))
            return [fresh[name] if name in fresh else next(others) for name in names]
        return self._reader.ask(names) if names else []

    def _fresh(self, name: str) -> Found | None:
        """An object of ours that git cannot see yet."""
        oid, _, want = name.partition("^")
        aside = self._unsynced.aside(self._at(oid)) if len(self._unsynced) else None
        if aside is None:
            return None
        try:
            kind, body = objects.unframe(zlib.decompress(aside.read_bytes()))
        except FileNotFoundError:  # it has got its name in this moment
            return None
        if want in ("", f"{{{kind}}}"):
            return oid, kind, body
        return self.get(objects.parse_commit(body).tree) if (kind, want) == ("commit", "{tree}") else None

    def _lacks(self) -> GitFailed:
        """An object is not here, which is no wonder in a partial clone. Git died over it, or (2.38) says `missing`."""
        if self._partial:
            return NotHere(
                "an object is not in this partial clone, and the factory fetches nothing by itself; bring all of them "
                "with `git fetch --refetch --no-filter`, then run again"
            )
        return GitFailed("git lacks an object: the repository is damaged (see `git fsck`); use another clone")

    @property
    def _partial(self) -> bool:
        return any((self._own / "pack").glob("*.promisor"))

    def _none(self, kind: str, name: str) -> Exception:
        """Why there is no such object: a name that nothing has, or an id that a partial clone left at its server."""
        oid = name.partition("^")[0]
        return self._lacks() if _OID.fullmatch(oid) and self._partial else KeyError(f"{kind} {name}")

    def _at(self, oid: Oid) -> Path:
        return self._dir / oid[:2] / oid[2:]

    def read(self, name: str, kind: str) -> bytes:
        """The body of an object that must be there and of that kind. KeyError otherwise."""
        found = self.get(name)
        if found is None:
            raise self._none(kind, name)
        if found[1] != kind:
            raise KeyError(f"{kind} {name}")
        return found[2]

    def commit(self, name: str) -> Commit:
        return objects.parse_commit(self.read(f"{name}^{{commit}}", "commit"))

    def tree_of(self, name: str) -> Oid:
        """The tree of a commit, or of a tree itself. KeyError where there is none."""
        if name in self._trees:
            return name
        return self._tops(name) if _OID.fullmatch(name) else self._top(name)

    def _top(self, name: str) -> Oid:
        found = self.get(f"{name}^{{tree}}")
        if found is None:
            raise self._none("tree", name)
        return found[0]

    def level(self, tree: Oid) -> dict[str, Entry]:
        """One level of a tree: name -> entry."""
        if (known := self._trees.get(tree)) is None:
            known = objects.parse_tree(self.read(tree, "tree"), self.width, tree)
            if len(self._trees) > self.kept_trees:
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

    def flat(self, tree: Oid, under: str = "") -> Mapping[str, Entry]:
        """Every path below a tree, folders left out. Shared by all who ask: not to be changed."""
        return self._whole(tree) if not under else self.walk.flat(tree, under)

    def differ(self, old: Oid, new: Oid) -> Iterator[tuple[str, Entry | None, Entry | None]]:
        """(path, before, after) of every path that is not the same in two trees."""
        return self.walk.differ(old, new)

    def blobs(self, oids: Iterable[Oid]) -> Iterator[tuple[Oid, bytes]]:
        """The contents of blobs, with their ids. KeyError where one is missing."""
        todo = iter(oids)
        while some := list(itertools.islice(todo, IN_A_BREATH)):
            for oid, found in zip(some, self._ask(some), strict=True):
                if found is None or found[1] != "blob":
                    raise self._none("blob", oid)
                yield oid, found[2]

    def named(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """The bodies of objects that are named in any way that git understands (`COMMIT:PATH`), in order; None where
        there is none, or where a partial clone left it at its server. Many are asked in one breath."""
        for some in _breaths(names):
            yield from (found and found[2] for found in self._held(some))

    def _held(self, names: list[str]) -> list[Found | None]:
        try:
            return self._ask(names)
        except NotHere:  # git died over one of them, and says not over which
            return [None] if len(names) == 1 else [found for name in names for found in self._held([name])]

    # --- writing

    def blob_oid(self, content: bytes) -> Oid:
        return objects.digest("blob", content, self.algorithm)

    def write(self, kind: str, body: bytes) -> Oid:
        """Store an object. On disk, and seen by git, after `settle`, which comes before a ref names it."""
        oid = objects.digest(kind, body, self.algorithm)
        if oid in self._known:
            return oid
        at, aside = self._at(oid), None
        if not _stands(at):
            aside = at.parent / f"tmp_obj_{os.getpid()}_{next(NUMBERS)}"
            content = zlib.compress(objects.frame(kind, body), 1)
            try:
                at.parent.mkdir(exist_ok=True)
                _put(aside, content)
            except FileNotFoundError:  # a person's `git gc` removes a folder that is empty, and does so once
                at.parent.mkdir(exist_ok=True)
                _put(aside, content)
        if self._durable:  # also one that was there: perhaps of a run that was killed before it could sync
            self._unsynced.add(at, aside)
        elif aside:
            os.replace(aside, at)
        self._known.add(oid)
        return oid

    def settle(self) -> None:
        """Put on disk all that was written so far, by any thread. OSError where that cannot be, now or ever before."""
        self._unsynced.settle()

    def close(self) -> None:
        """End the child process and the threads."""
        self._unsynced.close()
        self._reader.close()

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


def _breaths(names: Iterable[str]) -> Iterator[list[str]]:
    some, size = list[str](), 0
    for name in names:
        name = name.partition("\n")[0]  # one question is one line
        length = len(objects.to_bytes(name)) + 1
        if some and size + length > BREATH:
            yield some
            some, size = [], 0
        some.append(name)
        size += length
    if some:
        yield some


def _stands(at: Path) -> bool:
    """Whether an object has its name; an empty file is what a power cut left of one that somebody did not sync.

    It counts as new from here on, as with git: else a person's `git gc` throws an old one away that no ref names yet.
    """
    try:
        with suppress(OSError):  # another user's, or a disk that may only be read
            os.utime(at)
        return at.stat().st_size > 0
    except FileNotFoundError:
        return False


def _put(aside: Path, content: bytes) -> None:
    """Write-aside; nothing is left behind when the disk is full."""
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o444)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


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
