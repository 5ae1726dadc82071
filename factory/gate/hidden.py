"""Which files of a tree are hidden from workers, and which judge: only these may open the hidden ones."""

from __future__ import annotations

from factory.errors import Mistake
from factory.gate.sides import Sides
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.model import Oid, Terms
from factory.records.premises import hidden_at
from factory.ssot.settings import Settings
from factory.tree import matches


def hidden_files(repo: Repo, settings: Settings, tree: Oid) -> tuple[list[str], list[str]]:
    """(hidden, judging) paths, as the tree's own roadmap says; nothing where no ticket hides anything."""
    try:
        globs = hidden_at(repo, tree)
    except Mistake:  # a tree without tables that can be read hides nothing; the guards speak of it
        return [], []
    if not globs:
        return [], []
    content = GitTree(repo.store, tree)
    hidden = [path for path in content.entries() if matches(path, globs)]
    sides = Sides.of(settings, content, Terms(), ())
    return hidden, [path for path in content.entries() if sides.judges(path)] if hidden else []
