"""Real repositories, made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.tree import FILE, Entry

Commits = Callable[..., str]


def put(repo: Repo, files: dict[str, bytes | None], text: str = "a change", ref: str = "refs/heads/main") -> str:
    """Commit some files on a branch, as a person would, without a checkout."""
    tip = repo.tip(ref)
    changes = {p: None if c is None else Entry(FILE, repo.store.write_blob(c)) for p, c in files.items()}
    tree = repo.store.edit(repo.store.tree_of(tip) if tip else None, changes)
    oid = repo.store.write_commit(Commit(tree, (tip,) if tip else (), text + "\n", 1_790_000_000))
    repo.move(ref, oid, tip)
    return oid


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("template") / "repo"
    at.mkdir()
    Repo.create(at)
    with Repo(at) as repo:
        oid = put(repo, {"a.txt": b"one\n", "d/b.txt": b"two\n"}, "first")
        repo.call("read-tree", "-m", "-u", oid, cwd=at)
    return at


@pytest.fixture
def path(_template: Path, tmp_path: Path) -> Path:
    at = tmp_path / "repo"
    shutil.copytree(_template, at, symlinks=True)
    return at


@pytest.fixture
def repo(path: Path) -> Iterator[Repo]:
    with Repo(path) as opened:
        yield opened
