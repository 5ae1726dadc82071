"""Symlinks that lead out of the tree, or to what is protected, by however many steps."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Changed
from factory.tree import LINK, Tree, leads
from guards.case import Case


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
    entries = tree.entries()

    def target(at: str) -> str | None:
        link = at in entries and entries[at].mode == LINK
        return tree.read(at).decode("utf-8", "surrogateescape") if link else None

    return leads(path, target)
