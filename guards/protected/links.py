"""Symlinks that lead out of the tree, or to what is protected, by however many steps."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from factory.model import Changed
from factory.tree import LINK, Tree
from guards.case import Case

STEPS = 40  # as many as Linux follows


def objections(case: Case, change: Changed) -> Iterator[str]:
    """Judges a link that the change made or altered."""
    entry = case.tree.entries().get(change.path)
    if entry is None or entry.mode != LINK:
        return
    try:
        before = case.base.read(change.path) if case.base.entries().get(change.path, entry).mode == LINK else None
    except KeyError:
        before = None
    if before == case.tree.read(change.path):
        return
    end = resolve(case.tree, change.path)
    if end is None:
        yield "a link that leads out of the tree"
    elif ".git" in (part.casefold() for part in end.split("/")):
        yield "a link that leads into git's own folder"
    elif case.is_protected(end) or end in case.protected_folders:
        yield f"a link to {end}, which is or holds something protected"


def resolve(tree: Tree, path: str) -> str | None:
    """Where a link leads, as a path of the tree; None where it leaves the tree or never ends."""
    left, at = path.split("/"), ""
    for _ in range(STEPS * 10):
        if not left:
            return at
        part = left.pop(0)
        if part in ("", "."):
            continue
        if part == "..":
            if not at:
                return None
            at = posixpath.dirname(at)
            continue
        here = f"{at}/{part}" if at else part
        entry = tree.entries().get(here)
        if entry is None or entry.mode != LINK:
            at = here
            continue
        target = tree.read(here).decode("utf-8", "surrogateescape")
        if target.startswith("/"):
            return None
        left = [*target.split("/"), *left]
    return None
