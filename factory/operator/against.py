"""What a tree that a person names is held against, so that the gate judges what it brings and never the way back."""

from __future__ import annotations

from typing import NamedTuple

from factory.errors import Mistake
from factory.git import history
from factory.git.repo import Logged, Repo
from factory.model import Oid


class Against(NamedTuple):
    """A named tree, and what it is held against."""

    tree: Oid
    base: Oid  # a commit
    told: str  # how it is judged, for a person
    held: bool = False  # main holds it: the rules are those of its base, and not today's
    stamp: bool = False  # it is a stamp: its attempt is what there is to judge


def against(repo: Repo, name: str, main: Oid) -> Against:
    """A commit that main holds, against its first parent; another, against where it left main; a tree, against main."""
    found = repo.store.get(f"{name}^{{commit}}")
    try:
        tree = repo.store.tree_of(repo.store.commit(found[0]).tree if found else name)
    except KeyError:
        raise Mistake(f"there is no commit or tree {name!r}", remedy="name one that `git rev-parse` knows") from None
    repo.store.walk.must_be_bounded(tree)  # and readable: a guard that meets a bad tree would only say that it broke
    if found is None:
        return Against(tree, main, f"{tree[:12]}, a tree, against main")
    oid = found[0]
    if not repo.is_ancestor(oid, main):
        base = repo.merge_base(oid, main)
        where = f"where it left main, {base[:12]}" if base else "main, with which it shares no commit"
        return Against(tree, base or main, f"{oid[:12]} against {where}")
    parents = repo.store.commit(oid).parents
    if not parents:
        return Against(tree, oid, f"{oid[:12]}, main's first commit, against itself", held=True)
    if repo.store.get(parents[0]) is None:
        raise Mistake(f"{oid[:12]} is a shallow clone's edge: what it changed is not here", remedy="use a full clone")
    stamp = history.stamp_of(_logged(repo, oid)) is not None
    kind = "a stamp, its attempt once more" if stamp else "a commit of main"
    return Against(tree, parents[0], f"{oid[:12]}, {kind}, against its first parent {parents[0][:12]}", True, stamp)


def _logged(repo: Repo, oid: Oid) -> Logged:
    commit = repo.store.commit(oid)
    return Logged(oid, commit.parents, commit.time, commit.message)
