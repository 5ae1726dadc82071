"""A person's checkout of main: it follows when main moves, and their uncommitted work is never overwritten."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from factory import files
from factory.errors import CouldNotRun, FactoryError, InTheWay, Moved
from factory.git import follow, index_lock
from factory.git.edited import edited
from factory.git.names import prefixes
from factory.git.objects import to_name
from factory.git.repo import Repo
from factory.model import Changed, Oid

# One thread of the controller moves main, and looks are taken while it stands still (`line/lander.py`): to another, a
# checkout that half follows is a person's uncommitted work, and its index a killed process's.


def checkouts(repo: Repo, ref: str) -> tuple[Path, ...]:
    """The working trees (the main one and linked ones) that have this branch checked out."""
    return tuple(path for path in _listed(repo, ref, _heads(repo.common_dir)) if path.is_dir())


HEADS = ("HEAD", "reftable/tables.list", "config.worktree")  # the second holds HEAD where the first does not


@functools.lru_cache(4)
def _listed(repo: Repo, ref: str, heads: frozenset[tuple[str, bytes]]) -> tuple[Path, ...]:
    """What git says; it is asked anew when one of the files that it reads says something else."""
    found, path = [], ""
    for line in to_name(repo.call("worktree", "list", "--porcelain", "-z")).split("\0"):
        if line.startswith("worktree "):
            path = line.removeprefix("worktree ")
        elif line == f"branch {ref}":
            found.append(Path(path))
    return tuple(found)


def _heads(common: Path) -> frozenset[tuple[str, bytes]]:
    """What git reads to say where a branch is checked out: each working tree's HEAD, where it lies, the settings."""
    linked = [f"worktrees/{name}/{file}" for name in _names(common / "worktrees") for file in (*HEADS, "gitdir")]
    return frozenset((name, _content(common / name)) for name in ("config", *HEADS, *linked))


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # no linked one
        return []


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # git says what it makes of that
        return b""


def in_the_way(repo: Repo, checkout: Path, changed: Iterable[Changed]) -> tuple[str, ...]:
    """The paths of uncommitted work in this checkout that a change would overwrite, remove or stand in.

    A file that is already what it would become (a backlog that a person compiled by hand), or gone already, is not in
    the way.
    """
    becomes = {c.path: c for c in changed}
    named = list(becomes) if len(becomes) <= 200 else []  # an argument list has its limit; then look at everything
    asked = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching", "--")
    out = repo.call(*asked, *named, cwd=checkout, GIT_LITERAL_PATHSPECS="1")
    dirty = [entry[3:].rstrip("/") for entry in to_name(out).split("\0") if len(entry) > 3]
    found = {d for d in dirty if d not in becomes and _meets(d, becomes)}
    found |= {d for d in dirty if d in becomes and not _may_go(repo, checkout, becomes[d])}
    return tuple(sorted(found | _no_folders(checkout, becomes)))


def _meets(path: str, becomes: Mapping[str, Changed]) -> bool:
    """Whether something lies below a path, or a file comes to stand where this path is inside."""
    above = (becomes.get(folder) for folder in prefixes(path.rpartition("/")[0]))
    return any(other.startswith(f"{path}/") for other in becomes) or any(c and c.new for c in above)


def _may_go(repo: Repo, checkout: Path, change: Changed) -> bool:
    same = follow.is_blob(repo, checkout, change.path, change.new_mode, change.new)
    return same or edited(repo, checkout, change) is not None


def _no_folders(checkout: Path, becomes: Mapping[str, Changed]) -> set[str]:
    """What stands where a folder has to be and is none, and does not go with the change itself. Git names no file
    there when it is asked for what lies below."""
    above = {folder for path, c in becomes.items() if c.new for folder in prefixes(path.rpartition("/")[0])}
    there = {folder: checkout / folder for folder in above - becomes.keys() if os.path.lexists(checkout / folder)}
    return {folder for folder, at in there.items() if at.is_symlink() or not at.is_dir()}


def uncommitted(repo: Repo, ref: str) -> dict[Path, tuple[str, ...]]:
    """A checkout of this branch -> what differs there from its last commit; a new folder is named as a whole."""
    found = {}
    repo.store.walk.must_be_bounded(repo.store.tree_of(ref))
    for checkout in checkouts(repo, ref):
        out = repo.call("status", "--porcelain=v1", "-z", "--no-renames", cwd=checkout)
        found[checkout] = tuple(entry[3:] for entry in to_name(out).split("\0") if len(entry) > 3)
    return found


def _must_be_free(repo: Repo, where: Iterable[Path], ref: str, old: Oid, new: Oid) -> None:
    """InTheWay, with the paths, where moving main would overwrite what a person has not committed."""
    repo.store.walk.must_be_bounded(repo.store.tree_of(ref))  # `git status` would unfold a tree without a bound
    changed = repo.diff(old, new)
    for checkout in where:
        if paths := in_the_way(repo, checkout, changed):
            raise InTheWay(
                f"{checkout}: uncommitted work in {some(paths)} would be overwritten; commit it, stash it or move it "
                "away, then `factory run`"
            )


def some(paths: Sequence[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")


def could_follow(repo: Repo, ref: str, old: Oid, new: Oid, *, looking: bool = False) -> None:
    """InTheWay where main could not move from one commit to the other now, for whatever lies in a checkout. `looking`:
    a git command that holds an index is in nobody's way, and this holds none: it is asked every few seconds."""
    with _ready(repo, ref, old, new, looking=looking):
        pass


@contextmanager
def _ready(
    repo: Repo, ref: str, old: Oid, new: Oid, *, looking: bool = False
) -> Iterator[dict[Path, Callable[[], None]]]:
    """Each checkout, held, with the step that makes it follow."""
    with ExitStack() as held:
        where = checkouts(repo, ref)
        _must_be_free(repo, where, ref, old, new)
        steps = {path: held.enter_context(follow.ready(repo, path, old, new, looking=looking)) for path in where}
        if not looking and checkouts(repo, ref) != where:
            raise Moved(f"another branch was checked out while {ref} was to move")
        yield steps


def advance(repo: Repo, ref: str, old: Oid, new: Oid) -> None:
    """Move main, and its checkouts with it. InTheWay where one of them could not follow, Moved where somebody else
    moved it: then nothing is done. The compare-and-swap is the commit point."""
    with _ready(repo, ref, old, new) as steps:
        if repo.tip(ref) != old:
            raise Moved(f"{ref} is not where it was")
        announce(repo, steps, ref, old, new)
        try:
            repo.move(ref, new, old)
        except (FactoryError, OSError):
            if repo.tip(ref) != new:  # else the next start would take what a person does till then for a kill's
                _note(repo).unlink()
            raise
        try:
            for step in steps.values():
                step()
            for late in set(checkouts(repo, ref)) - steps.keys():  # `git switch` in this very moment
                with follow.ready(repo, late, old, new) as step:
                    step()
        except InTheWay as error:  # main is moved, and the note has them follow at the next start
            raise CouldNotRun(str(error)) from error
    _note(repo).unlink()


def drop_left_locks(repo: Repo, ref: str) -> list[Path]:
    """Remove the locks over these checkouts' indexes that a dead git command left; says which."""
    locks = [index_lock.of(follow.index_of(repo, path)) for path in checkouts(repo, ref)]
    left = [lock for lock in locks if index_lock.is_left(lock)]
    for lock in left:
        lock.unlink(missing_ok=True)
    return left


def _note(repo: Repo) -> Path:
    return repo.common_dir / "factory" / "follow.json"


def announce(repo: Repo, where: Iterable[Path], ref: str, old: Oid, new: Oid) -> None:
    """Write down, before main moves, where to and which checkouts follow: a kill after it is mended by `mend`."""
    note = {"ref": ref, "old": old, "new": new, "checkouts": [*map(str, where)]}
    files.put(_note(repo), json.dumps(note).encode(), durable=True)


def noted(repo: Repo) -> dict[str, Any]:
    """What a killed controller had announced and not finished; empty where there is nothing."""
    note = _note(repo)
    try:
        found: dict[str, Any] = json.loads(note.read_text()) if note.exists() else {}
        return {key: found[key] for key in ("ref", "old", "new", "checkouts")} if found else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CouldNotRun(
            f"{note}: not what a controller wrote; look at the checkout with `git status`, remove this file, "
            "and run again"
        ) from None


def mend(repo: Repo) -> None:
    """Make the checkouts follow that a killed controller's note names; nothing to do where there is none.

    Where main went on since, what lies there is a person's and not what a kill left: it is kept, or InTheWay.
    """
    note = noted(repo)
    if not note:
        return
    new = repo.tip(note["ref"])
    for path in map(Path, note["checkouts"]):
        if new and new != note["old"] and path in checkouts(repo, note["ref"]):
            with follow.ready(repo, path, note["old"], new, killed=new == note["new"]) as step:
                step()
    _note(repo).unlink()
