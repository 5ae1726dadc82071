"""A person's checkout of main: it follows when main moves, and their uncommitted work is never overwritten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from factory.errors import CouldNotRun, Stopped
from factory.git import follow
from factory.git.objects import to_name
from factory.git.repo import Repo
from factory.git.unsynced import write_through
from factory.model import Oid


def checkouts(repo: Repo, ref: str) -> tuple[Path, ...]:
    """The working trees (the main one and linked ones) that have this branch checked out."""
    found, path = [], ""
    for line in to_name(repo.call("worktree", "list", "--porcelain", "-z")).split("\0"):
        if line.startswith("worktree "):
            path = line.removeprefix("worktree ")
        elif line == f"branch {ref}" and Path(path).is_dir():
            found.append(Path(path))
    return tuple(found)


def in_the_way(repo: Repo, checkout: Path, touched: list[str]) -> tuple[str, ...]:
    """The paths of uncommitted work in this checkout that writing these paths would overwrite."""
    named = touched if len(touched) <= 200 else []  # an argument list has its limit; then look at everything
    out = repo.call(
        "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching", "--", *named,
        cwd=checkout, GIT_LITERAL_PATHSPECS="1",
    )  # fmt: skip
    dirty = [entry[3:] for entry in to_name(out).split("\0") if len(entry) > 3]
    return tuple(sorted(d for d in dirty if d in touched or _holds(d, touched)))


def _holds(folder: str, paths: list[str]) -> bool:
    return folder.endswith("/") and any(path.startswith(folder) for path in paths)


def must_be_clean(repo: Repo, ref: str, old: Oid, new: Oid) -> None:
    """Stopped, with the paths, where moving main would overwrite what a person has not committed."""
    must_be_free(repo, ref, {c.path: c.new for c in repo.diff(old, new)})


def must_be_free(repo: Repo, ref: str, becomes: Mapping[str, Oid]) -> None:
    """Stopped, with the paths, where a checkout of main has uncommitted work in one of these.

    A file that is already what it would become (a backlog that a person compiled by hand) is not in the way.
    """
    repo.store.walk.must_be_bounded(repo.store.tree_of(ref))  # `git status` would unfold a tree without a bound
    for checkout in checkouts(repo, ref):
        found = in_the_way(repo, checkout, list(becomes))
        if paths := [p for p in found if not (becomes.get(p) and _same(repo, checkout, p, becomes[p]))]:
            shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
            raise Stopped(
                f"{checkout}: uncommitted work in {shown} would be overwritten; commit or stash it, then `factory run`"
            )


def _note(repo: Repo) -> Path:
    return repo.common_dir / "factory" / "follow.json"


def announce(repo: Repo, ref: str, old: Oid, new: Oid) -> None:
    """Write down, before main moves, where to and which checkouts follow: a kill after it is mended by `mend`."""
    note = _note(repo)
    note.parent.mkdir(exist_ok=True)
    where = [str(path) for path in checkouts(repo, ref)]
    write_through(note, json.dumps({"ref": ref, "old": old, "new": new, "checkouts": where}).encode())


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


def mend(repo: Repo, *, killed: bool = False) -> None:
    """Make the noted checkouts follow main; nothing to do where none is noted. `killed`: a dead controller's note."""
    note = noted(repo)
    if not note:
        return
    new = repo.tip(note["ref"])
    for path in map(Path, note["checkouts"]):
        if new and path in checkouts(repo, note["ref"]):
            follow.follow(repo, path, note["old"], new, killed)
    _note(repo).unlink()


def _same(repo: Repo, checkout: Path, path: str, oid: Oid) -> bool:
    code, out, _ = repo.ask("hash-object", "--end-of-options", path, cwd=checkout)
    return code == 0 and out.decode().strip() == oid
