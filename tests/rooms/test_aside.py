"""What a harvest has written is held back until it was searched for secrets, whoever harvests beside it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.rooms.change import HeldBack, harvest
from factory.rooms.harvest import Harvest
from factory.tree import FILE, Entry
from tests.git.conftest import put

SECRET = b"TOKEN=" + b"ghp_" + b"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" + b"\n"


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repo]:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path / "repo")], check=True)
    with Repo(tmp_path / "repo") as opened:
        put(opened, {"a.txt": b"one\n"})
        yield opened


def leaves(aside: HeldBack, content: bytes, names: tuple[str, ...], then: Callable[[], object] = lambda: None) -> Any:
    """A room in which a worker left some files of one content; `then` comes when they are written."""

    class Left:
        def harvest(self) -> Harvest:
            found = Harvest({name: Entry(FILE, aside.write_blob(content)) for name in names})
            then()
            return found

    return Left()


@pytest.mark.parametrize("names", [("env.txt",), ("env.txt", "copy.txt")])
def test_two_attempts_that_leave_the_same_content_are_both_searched(repo: Repo, names: tuple[str, ...]) -> None:
    aside, base = HeldBack(repo.store), GitTree(repo.store, "refs/heads/main")
    first = []

    def beside() -> None:
        first.append(harvest(repo.store, aside, leaves(aside, SECRET, names), base, ()))

    second = harvest(repo.store, aside, leaves(aside, SECRET, names, beside), base, ())
    for change in (*first, second):
        assert [found.guard for found in change.findings] == ["secrets"] * len(names)
        for entry in change.files.values():
            assert entry
            assert SECRET not in repo.store.read(entry.oid, "blob")
    assert aside.take(repo.store.blob_oid(SECRET)) is None


def test_two_attempts_that_leave_the_same_content_both_have_it_in_git(repo: Repo) -> None:
    aside, base = HeldBack(repo.store), GitTree(repo.store, "refs/heads/main")

    def beside() -> None:  # this one fails, and what it has left never gets into git
        aside.clear([aside.write_blob(b"right\n")])

    change = harvest(repo.store, aside, leaves(aside, b"right\n", ("D-1.txt",), beside), base, ())
    assert repo.store.read(change.files["D-1.txt"].oid, "blob") == b"right\n"  # type: ignore[union-attr]
