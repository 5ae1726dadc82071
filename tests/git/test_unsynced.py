"""Objects wait for the disk together, and no ref names one that is not there."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from factory.git.repo import Repo
from factory.git.store import IN_A_BREATH
from factory.git.unsynced import Unsynced
from factory.tree import FILE, Entry
from tests.git.conftest import put


def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were synced, in order."""
    seen: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        seen.append(os.readlink(f"/proc/self/fd/{handle}"))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


def test_every_object_and_its_folder_is_on_disk_before_the_ref_moves(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = watched(monkeypatch)
    tip = repo.tip("refs/heads/main")
    repo.store.write_blob(b"no ref names this one")
    assert seen == []
    new = put(repo, {f"f{n}": b"%d" % n for n in range(20)})
    objects = [p for p in (repo.common_dir / "objects").rglob("*") if p.is_file()]
    made = {str(p) for p in objects if str(p) in seen}
    assert len(made) == 23  # twenty-one blobs, a tree, a commit
    assert {str(Path(p).parent) for p in made} <= set(seen)
    ref = next(n for n, p in enumerate(seen) if "/refs" in p)
    assert max(n for n, p in enumerate(seen) if p in made) < ref
    assert repo.tip("refs/heads/main") == new != tip


def test_an_object_that_a_killed_run_left_is_synced_too(
    path: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    oid = repo.store.write_blob(b"left behind")
    with Repo(path) as again:
        seen = watched(monkeypatch)
        again.store.write_blob(b"left behind")
        again.store.settle()
    assert any(p.endswith(f"{oid[:2]}/{oid[2:]}") for p in seen)


def test_what_is_on_disk_is_not_synced_again(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.store.write_blob(b"once")
    repo.store.settle()
    seen = watched(monkeypatch)
    repo.store.write_blob(b"once")
    repo.store.settle()
    assert seen == []


def test_nobody_returns_while_another_thread_still_syncs_their_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed, begun, go = Unsynced(), threading.Event(), threading.Event()
    (tmp_path / "a").touch()
    owed.add(tmp_path / "a", made=True)

    def slow(_handle: int) -> None:
        begun.set()
        assert go.wait(20)

    monkeypatch.setattr(os, "fsync", slow)
    first = threading.Thread(target=owed.settle)
    second = threading.Thread(target=owed.settle)
    first.start()
    assert begun.wait(20)
    second.start()
    second.join(0.2)
    assert second.is_alive()
    go.set()
    first.join(20)
    second.join(20)
    assert not second.is_alive()


def test_a_file_of_an_earlier_run_stays_where_the_disk_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_handle: int) -> None:
        raise OSError(5, "Input/output error")

    owed = Unsynced()
    for name in ("old", "new"):
        (tmp_path / name).touch()
    owed.add(tmp_path / "old", made=False)
    owed.add(tmp_path / "new", made=True)
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        owed.settle()
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_more_blobs_than_one_breath_are_read_in_order(repo: Repo) -> None:
    contents = [b"x" * n for n in range(2 * IN_A_BREATH + 7)]
    oids = [repo.store.write_blob(c) for c in contents]
    assert list(repo.store.blobs(oids)) == list(zip(oids, contents, strict=True))
    with pytest.raises(KeyError):
        list(repo.store.blobs([oids[0], "0" * 40]))


def test_large_blobs_do_not_stop_a_breath(repo: Repo) -> None:
    contents = [bytes([n]) * 300_000 for n in range(IN_A_BREATH)]
    oids = [repo.store.write_blob(c) for c in contents]
    assert [c for _, c in repo.store.blobs(oids)] == contents


def test_a_tree_that_was_laid_out_once_is_the_same_value_again(repo: Repo) -> None:
    store = repo.store
    tree = store.edit(None, {f"d/{n}": Entry(FILE, store.write_blob(b"x")) for n in range(3)})
    assert store.flat(tree) is store.flat(tree)
    assert set(store.flat(tree, "under/")) == {"under/d/0", "under/d/1", "under/d/2"}
