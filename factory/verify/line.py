"""Main's first-parent line as its commits name it themselves: what git's own files say beside them has no say."""

from __future__ import annotations

from collections.abc import Iterator

from factory.errors import CouldNotRun
from factory.git.objects import parse_commit
from factory.git.repo import Logged, Repo
from factory.model import Oid


def line(repo: Repo, main: Oid) -> Iterator[Logged]:
    """The commits of the line, oldest first. CouldNotRun where one is missing that no shallow clone explains."""
    oids, at = list[Oid](), main
    while at:
        found = repo.store.get(at)
        if found is None and repo.shallow:
            break
        if found is None or found[1] != "commit":
            raise CouldNotRun(f"git lacks the commit {at} of main's line; see `git fsck`, or use a full clone")
        oids.append(at)
        at = next(iter(parse_commit(found[2]).parents), "")
    for oid in reversed(oids):
        commit = repo.store.commit(oid)
        yield Logged(oid, commit.parents, commit.time, commit.message)
