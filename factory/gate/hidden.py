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
    """(hidden, judging) paths, as the tree's own roadmap says; where none is hidden, of those that judge Python's."""
    content = GitTree(repo.store, tree)
    try:
        globs = hidden_at(repo, tree)
    except Mistake:  # a tree without tables that can be read hides nothing; the guards speak of it
        globs = ()
    hidden = [path for path in content.entries() if matches(path, globs)] if globs else []
    sides = Sides.of(settings, content, Terms(), ())
    return hidden, [p for p in content.entries() if (hidden or p.endswith(".py")) and sides.judges(p)]
