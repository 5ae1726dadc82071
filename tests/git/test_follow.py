"""A checkout follows main, and is taken up wherever a kill or a power cut left it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from factory.errors import FactoryError, InTheWay, Moved
from factory.git import checkout, index_lock
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.tree import Entry
from tests.git.conftest import put

MAIN = "refs/heads/main"
OLD, NEW = b"a first line\n", b"a first line\nand a second\n"


@pytest.fixture
def moved(repo: Repo, path: Path) -> tuple[str, str]:
    """Main is announced and moved from a commit to the next, and the checkout has not followed."""
    old = put(repo, {"grows.txt": OLD, "goes.txt": b"x\n"})
    repo.call("read-tree", "-m", "-u", f"{old}^", old, cwd=path)
    tree = repo.store.edit(
        repo.store.tree_of(old),
        {
            "grows.txt": Entry("100644", repo.store.write_blob(NEW)),
            "goes.txt": None,
            "new/tool.sh": Entry("100755", repo.store.write_blob(b"#!/bin/sh\n")),
            "link": Entry("120000", repo.store.write_blob(b"a.txt")),
        },
    )
    new = repo.store.write_commit(Commit(tree, (old,), "a change\n", 1_790_000_001))
    checkout.announce(repo, [path], MAIN, old, new)
    repo.move(MAIN, new, old)
    return old, new


def follows(repo: Repo, path: Path) -> bool:
    clean = repo.call("status", "--porcelain", cwd=path) == b""
    return clean and (path / "grows.txt").read_bytes() == NEW and not list((path / ".git").glob("index?*"))


def test_a_look_holds_no_index_and_is_held_up_by_none(repo: Repo, path: Path, moved: tuple[str, str]) -> None:
    """It is taken every few seconds, just while a person is told to commit."""
    checkout.mend(repo)
    old, new = moved
    index = path / ".git" / "index"
    before = index.stat()
    (path / "goes.txt").write_bytes(b"theirs\n")
    with index_lock.held(index), pytest.raises(InTheWay, match="would be overwritten"):
        checkout.could_follow(repo, MAIN, new, old, looking=True)
    (path / "goes.txt").unlink()
    with index_lock.held(index):
        checkout.could_follow(repo, MAIN, new, old, looking=True)
    assert not list((path / ".git").glob("index?*"))
    assert before.st_size == index.stat().st_size


def test_a_touched_file_beside_a_staged_removal_is_in_nobodys_way(repo: Repo, path: Path) -> None:
    """Git looks at none of the paths that it is asked for where the index does not have one of them."""
    old = put(repo, {"grows.txt": OLD, "goes.txt": b"x\n"})
    repo.call("read-tree", "-m", "-u", f"{old}^", old, cwd=path)
    tree = repo.store.edit(
        repo.store.tree_of(old), {"grows.txt": Entry("100644", repo.store.write_blob(NEW)), "goes.txt": None}
    )
    new = repo.store.write_commit(Commit(tree, (old,), "a change\n", 1_790_000_001))
    repo.call("rm", "-q", "goes.txt", cwd=path)
    os.utime(path / "grows.txt", (1, 1))
    checkout.advance(repo, MAIN, old, new)
    assert follows(repo, path)


@pytest.mark.parametrize("leaves", [True, False])
def test_a_branch_that_is_switched_while_main_moves_keeps_what_it_has(
    repo: Repo, path: Path, moved: tuple[str, str], monkeypatch: pytest.MonkeyPatch, leaves: bool
) -> None:
    checkout.mend(repo)
    old = moved[1]
    new = repo.store.write_commit(Commit(repo.store.tree_of(moved[0]), (old,), "a stamp\n", 1_790_000_002))
    repo.call("branch", "theirs", old)
    there, now = ("main", "theirs") if leaves else ("theirs", "main")
    repo.call("symbolic-ref", "HEAD", f"refs/heads/{there}", cwd=path)
    if leaves:  # before its index is held
        monkeypatch.setattr(
            checkout, "_must_be_free", lambda *_: repo.call("symbolic-ref", "HEAD", f"refs/heads/{now}", cwd=path)
        )
        with pytest.raises(Moved):
            checkout.advance(repo, MAIN, old, new)
        assert repo.tip(MAIN) == old
    else:
        monkeypatch.setattr(
            checkout, "announce", lambda *_: repo.call("symbolic-ref", "HEAD", f"refs/heads/{now}", cwd=path)
        )
        monkeypatch.setattr(checkout, "_note", lambda _: path / "none")
        (path / "none").touch()
        checkout.advance(repo, MAIN, old, new)
        assert (repo.tip(MAIN), (path / "grows.txt").read_bytes()) == (new, OLD)
    assert repo.call("status", "--porcelain", cwd=path) == b""


def test_a_main_that_did_not_move_leaves_no_note(
    repo: Repo, path: Path, moved: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person closes the editor of their `git commit` in between."""
    checkout.mend(repo)
    new = repo.store.write_commit(Commit(repo.store.tree_of(moved[0]), (moved[1],), "a stamp\n", 1_790_000_002))
    move = repo.move

    def late(*args: Any) -> None:
        monkeypatch.undo()
        put(repo, {"theirs.txt": b"theirs\n"})
        move(*args)

    monkeypatch.setattr(repo, "move", late)
    with pytest.raises(Moved):
        checkout.advance(repo, MAIN, moved[1], new)
    assert checkout.noted(repo) == {}


def test_what_a_person_does_after_their_own_commit_on_a_killed_landing_is_kept(
    repo: Repo, path: Path, moved: tuple[str, str]
) -> None:
    """The kill came before main moved, and then they worked on: cut a file off, took a line back, removed a third."""
    repo.move(MAIN, moved[0], moved[1])
    theirs = put(repo, {"grows.txt": NEW, "goes.txt": b"x\ny\n", "more.txt": b"more\n"})
    repo.call("read-tree", "-m", "-u", moved[0], theirs, cwd=path)
    (path / "grows.txt").write_bytes(NEW[:5])
    (path / "goes.txt").write_bytes(b"x\n")
    (path / "more.txt").unlink()
    before = repo.call("status", "--porcelain", cwd=path)
    checkout.mend(repo)
    assert repo.call("status", "--porcelain", cwd=path) == before
    assert ((path / "grows.txt").read_bytes(), (path / "goes.txt").read_bytes()) == (NEW[:5], b"x\n")
    assert checkout.noted(repo) == {}


def test_a_checkout_follows_with_files_folders_links_and_modes(repo: Repo, path: Path, moved: tuple[str, str]) -> None:
    checkout.mend(repo)
    assert follows(repo, path)
    assert os.access(path / "new" / "tool.sh", os.X_OK)
    assert os.readlink(path / "link") == "a.txt"
    assert not (path / "goes.txt").exists()


@pytest.mark.parametrize("left", [OLD, NEW, NEW[:5], NEW[:-1], b""])
@pytest.mark.parametrize("index_is_new", [False, True])
def test_any_mixture_that_a_power_cut_left_is_taken_up(
    repo: Repo, path: Path, moved: tuple[str, str], left: bytes, index_is_new: bool
) -> None:
    if index_is_new:
        repo.call("read-tree", "-m", "-u", *moved, cwd=path)
    (path / "grows.txt").write_bytes(left)
    (path / "link").unlink(missing_ok=True)
    (path / "link").symlink_to("a.txt")
    checkout.mend(repo)
    assert follows(repo, path)


def test_a_persons_words_are_not_taken_for_half_a_file(repo: Repo, path: Path, moved: tuple[str, str]) -> None:
    (path / "grows.txt").write_bytes(b"my own words\n")
    with pytest.raises(Exception, match=r"grows\.txt"):
        checkout.mend(repo)
    assert (path / "grows.txt").read_bytes() == b"my own words\n"


def test_what_lies_behind_a_link_is_not_taken_for_half_a_file(repo: Repo, path: Path, tmp_path: Path) -> None:
    old = repo.tip(MAIN) or ""
    tree = repo.store.edit(repo.store.tree_of(old), {"d/new.txt": Entry("100644", repo.store.write_blob(NEW))})
    new = repo.store.write_commit(Commit(tree, (old,), "a change\n", 1_790_000_001))
    checkout.announce(repo, [path], MAIN, old, new)
    repo.move(MAIN, new, old)
    theirs = tmp_path / "theirs"
    (path / "d").rename(theirs)
    (path / "d").symlink_to(theirs)
    (theirs / "new.txt").write_bytes(OLD)  # as if it had been cut off
    with suppress(FactoryError):
        checkout.mend(repo)
    assert (theirs / "new.txt").read_bytes() == OLD


def test_a_change_of_mode_alone_reaches_the_checkout(repo: Repo, path: Path) -> None:
    old = repo.tip(MAIN)
    assert old
    tree = repo.store.edit(
        repo.store.tree_of(old), {"a.txt": Entry("100755", repo.store.blob_oid((path / "a.txt").read_bytes()))}
    )
    new = repo.store.write_commit(Commit(tree, (old,), "a mode\n", 1_790_000_001))
    checkout.announce(repo, [path], MAIN, old, new)
    repo.move(MAIN, new, old)
    checkout.mend(repo)
    assert os.access(path / "a.txt", os.X_OK)
    assert repo.call("status", "--porcelain", cwd=path) == b""


def test_a_dead_process_s_index_lock_goes_and_a_persons_stays(tmp_path: Path) -> None:
    index, lock = tmp_path / "index", tmp_path / "index.lock"
    lock.write_text("a person's")
    with pytest.raises(FileExistsError), index_lock.held(index):
        pass
    assert lock.read_text() == "a person's"
    lock.unlink()
    (tmp_path / "index.stampmill-token").touch()
    os.link(tmp_path / "index.stampmill-token", lock)
    with index_lock.held(index) as copy:
        copy.write_text("new")
    assert [p.name for p in tmp_path.iterdir()] == ["index"]
