"""A room over a warm ground, beside `git worktree add`: how soon it is ready, and what it costs on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bench import programs, worlds
from bench.clocks import best, cost
from bench.figures import Figure, compared
from bench.size import Size
from factory.git.repo import Repo
from factory.git.store import Store
from factory.rooms.change import HeldBack
from factory.rooms.rooms import Room, Rooms
from factory.tree import FILE, Entry

NAME = "room"
AGAINST = "git worktree add"
WRITTEN = 4_096  # bytes that the worker writes


def measure(size: Size, where: Path) -> Iterator[Figure]:
    files = size.files[-1]
    path = worlds.make(where, files=files)
    home, tree = where / "home", where / "tree"
    added = cost(lambda: _add_and_remove(path, home, tree))
    programs.git(path, home, "worktree", "add", "-q", "--detach", str(tree), "main")
    with Repo(path) as repo:
        rooms = Rooms(HeldBack(repo.store), where / "rooms")
        base = repo.store.tree_of("refs/heads/main")
        case = f"{files:,} files, {rooms.kind}"
        yield compared(NAME, f"{case}: cold, the ground is made", cost(lambda: _open(rooms, base)), added, AGAINST)
        yield compared(NAME, f"{case}: warm", best(lambda: _open(rooms, base), size.times), added, AGAINST)
        bases = iter([_next(repo.store, base, n) for n in range(size.times)])
        warm = best(lambda: _open(rooms, next(bases)), size.times)
        yield compared(NAME, f"{case}: warm, the base after a stamp", warm, added, AGAINST)
        with rooms.open(base) as room:
            empty = _bytes(room)
            (room.path / "new.txt").write_bytes(b"x" * WRITTEN)
            kib = 1 / 1024
            yield Figure(
                NAME, f"{case}: on disk, nothing written", empty * kib, "KiB", _bytes_below(tree) * kib, AGAINST
            )
            written, told = (_bytes(room) - empty) * kib, f"{case}: on disk for {WRITTEN:,} bytes written"
            yield Figure(NAME, told, written, "KiB", WRITTEN * kib, "the bytes themselves")
        rooms.close()


def _add_and_remove(repo: Path, home: Path, tree: Path) -> None:
    programs.git(repo, home, "worktree", "add", "-q", "--detach", str(tree), "main")
    programs.git(repo, home, "worktree", "remove", "--force", str(tree))


def _open(rooms: Rooms, tree: str) -> None:
    """From asking for a room until it is gone again."""
    with rooms.open(tree):
        pass


def _next(store: Store, base: str, number: int) -> str:
    """The tree as a stamp might leave it: one file more, in a folder of others."""
    return store.edit(base, {f"src/p000/q00/new{number}.txt": Entry(FILE, store.write_blob(b"%d" % number))})


def _bytes(room: Room) -> int:
    """What the room holds beside its ground: an overlay stands on a file system of its own."""
    if room.kind == "overlay":
        found = os.statvfs(room.path)
        return (found.f_blocks - found.f_bfree) * found.f_frsize
    return _bytes_below(room.path)


def _bytes_below(root: Path) -> int:
    return sum(
        os.lstat(os.path.join(folder, name)).st_blocks * 512 for folder, _, names in os.walk(root) for name in names
    )
