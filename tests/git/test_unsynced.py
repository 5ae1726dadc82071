"""Objects wait for the disk together, and no ref names one that is not there."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import threading
from pathlib import Path

import pytest

from factory.git.repo import Repo
from factory.git.store import IN_A_BREATH
from factory.git.unsynced import Unsynced, must_have_room
from factory.tree import FILE, Entry
from tests.git.conftest import put


def watched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes that were synced, in order: an object gets its name afterwards."""
    seen: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        seen.append(os.fstat(handle).st_ino)
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
    made = {p.stat().st_ino: p.parent.stat().st_ino for p in objects if p.stat().st_ino in seen}
    assert len(made) == 23  # twenty-one blobs, a tree, a commit
    assert set(made.values()) <= set(seen)
    ref = seen.index((repo.common_dir / "refs" / "heads").stat().st_ino)
    assert max(n for n, inode in enumerate(seen) if inode in {*made, *made.values()}) < ref
    assert repo.tip("refs/heads/main") == new != tip


def test_an_object_that_a_killed_run_left_is_synced_too(
    path: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Repo(path, durable=False) as killed:
        oid = killed.store.write_blob(b"left behind")
    seen = watched(monkeypatch)
    repo.store.write_blob(b"left behind")
    repo.store.settle()
    assert (repo.common_dir / "objects" / oid[:2] / oid[2:]).stat().st_ino in seen


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
    owed.add(tmp_path / "a")

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
    for name in ("old", "aside"):
        (tmp_path / name).touch()
    owed.add(tmp_path / "old")
    owed.add(tmp_path / "new", tmp_path / "aside")
    monkeypatch.setattr(os, "fsync", broken)
    for _ in range(2):  # the second time too: the disk tells of it once
        with pytest.raises(OSError, match="Input/output"):
            owed.settle()
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_an_object_has_no_name_before_it_is_on_disk(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = repo.store.write_blob(b"new")
    at = repo.common_dir / "objects" / oid[:2] / oid[2:]
    real = os.fsync

    def fsync(handle: int) -> None:
        if "tmp_obj" in os.readlink(f"/proc/self/fd/{handle}"):
            assert not at.exists()
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    assert not at.exists()
    repo.store.settle()
    assert at.exists()
    assert [p.name for p in at.parent.iterdir()] == [at.name]


def test_what_git_cannot_see_yet_is_read_all_the_same(repo: Repo) -> None:
    store, old = repo.store, repo.tip("refs/heads/main")
    assert old
    blob = store.write_blob(b"new")
    tree = store.edit(None, {"a": Entry(FILE, blob)})
    commit = store.write_commit(store.commit(old)._replace(tree=tree))
    assert store.tree_of(commit) == tree == store.tree_of(tree)
    assert store.commit(commit).tree == tree
    assert list(store.blobs([blob, blob])) == [(blob, b"new"), (blob, b"new")]
    assert store.get(f"{blob}^{{commit}}") is None
    assert [changed.path for changed in repo.diff(old, commit)]
    assert repo.call("ls-tree", "--name-only", commit) == b"a\n"  # a command of git finds it: it is on disk by then


def test_an_empty_object_is_no_object(repo: Repo) -> None:
    oid = repo.store.blob_oid(b"lost at a power cut")
    at = repo.common_dir / "objects" / oid[:2] / oid[2:]
    at.parent.mkdir(exist_ok=True)
    at.touch()
    assert repo.store.write_blob(b"lost at a power cut") == oid
    repo.store.settle()
    assert repo.store.read(oid, "blob") == b"lost at a power cut"


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


def refused(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_called_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    must_have_room(tmp_path)
    refused(monkeypatch, number)
    with pytest.raises(OSError, match=re.escape(str(tmp_path))):
        must_have_room(tmp_path)


def test_what_else_is_wrong_with_a_disk_is_left_to_gits_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(monkeypatch, errno.EROFS)
    must_have_room(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_persons_gc_packed_meanwhile_is_on_disk(path: Path, repo: Repo) -> None:
    """`git commit` and `git pull` start it by themselves: it takes the loose file away, and often its folder too."""
    blob, oid = b"committed, and loose yet", put(repo, {"c.txt": b"committed, and loose yet"})
    with Repo(path) as run:
        kept = run.store.write_blob(blob)
        at = run.common_dir / "objects" / kept[:2] / kept[2:]
        repo.call("gc", "-q")
        assert not at.exists()
        for _ in range(2):
            run.store.settle()
        assert run.store.read(kept, "blob") == blob
        assert run.tip("refs/heads/main") == oid


def test_a_new_object_that_is_gone_is_no_object(repo: Repo) -> None:
    """Nobody packs what has no name yet: where that is away, it is lost."""
    kept = repo.store.write_blob(b"lost")
    for aside in (repo.common_dir / "objects" / kept[:2]).iterdir():
        aside.unlink()
    with pytest.raises(FileNotFoundError):
        repo.store.settle()


def test_an_old_object_that_is_wanted_again_is_not_thrown_away(repo: Repo) -> None:
    kept = repo.store.write_blob(b"of a run before")
    repo.store.settle()
    at = repo.common_dir / "objects" / kept[:2] / kept[2:]
    os.utime(at, (1_000_000_000, 1_000_000_000))
    with Repo(repo.common_dir.parent) as run:
        run.store.write_blob(b"of a run before")
        repo.call("prune", "--expire=2.weeks.ago")
        run.store.settle()
    assert at.exists()


def test_an_empty_folder_that_a_persons_gc_removes_is_made_again(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, real, gone = repo.common_dir / "objects" / repo.store.blob_oid(b"new")[:2], os.open, []

    def opened(at: Path, *rest: int) -> int:
        if "tmp_obj" in str(at) and not gone:
            gone.append(at)
            folder.rmdir()
        return real(at, *rest)

    monkeypatch.setattr(os, "open", opened)
    kept = repo.store.write_blob(b"new")
    repo.store.settle()
    assert (len(gone), (folder / kept[2:]).exists()) == (1, True)
