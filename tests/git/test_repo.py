"""One door to git, and nothing of the machine's or the person's comes through it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from factory.errors import CouldNotRun, Mistake, Moved
from factory.git.repo import LEDGER, Repo
from tests.git.conftest import put

MAIN = "refs/heads/main"


def test_a_ref_moves_only_from_where_it_was_expected(repo: Repo) -> None:
    first = repo.tip(MAIN)
    second = put(repo, {"a.txt": b"changed\n"})
    with pytest.raises(Moved):
        repo.move(MAIN, first, first)
    assert repo.tip(MAIN) == second
    repo.move(MAIN, first, second)
    assert repo.tip(MAIN) == first


def test_a_ref_is_created_once_and_deleted(repo: Repo) -> None:
    tip = repo.tip(MAIN)
    repo.move("refs/factory/attempts/D-1/1", tip, None)
    with pytest.raises(Moved):
        repo.move("refs/factory/attempts/D-1/1", put(repo, {"x": b""}), None)
    assert repo.refs("refs/factory/") == {"refs/factory/attempts/D-1/1": tip}
    repo.move("refs/factory/attempts/D-1/1", None, tip)
    assert repo.tip("refs/factory/attempts/D-1/1") is None


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_git_tidies_no_attempt_away_and_clones_none(tmp_path: Path, algorithm: str) -> None:
    at, clone, ref = tmp_path / "own", tmp_path / "clone", "refs/factory/attempts/D-1/1"
    at.mkdir()
    Repo.create(at, algorithm=algorithm)
    with Repo(at) as repo:
        put(repo, {"a.txt": b"one\n"})
        attempt = put(repo, {"b.txt": b"two\n"}, ref=ref)
        repo.call("pack-refs", "--all")
        repo.call("gc", "-q", "--prune=now")
        assert repo.tip(ref) == attempt
        assert repo.store.file(attempt, "b.txt") == b"two\n"
        repo.call("clone", "-q", str(at), str(clone), GIT_ALLOW_PROTOCOL="file")
        repo.move(ref, None, attempt)
        assert not (repo.common_dir / "refs/factory/attempts/D-1").exists()
    with Repo(clone) as repo:
        assert set(repo.refs("refs/")) == {"refs/heads/main", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"}


@pytest.mark.parametrize(
    ("there", "remedy"),
    [
        ("refs/heads/factory", "git branch -m factory OTHER-NAME"),
        ("refs/heads/factory/ledger/mine", "git branch -m factory/ledger/mine OTHER-NAME"),
        ("refs/factory", "git update-ref -d refs/factory"),
    ],
)
def test_a_ref_that_git_cannot_have_beside_ours_is_named(repo: Repo, there: str, remedy: str) -> None:
    ours = "refs/factory/attempts/D-1/1" if there == "refs/factory" else LEDGER
    repo.move(there, repo.tip(MAIN), None)
    with pytest.raises(Mistake, match=f"is in the way of the factory's {ours}; .*{remedy}"):
        repo.move(ours, repo.tip(MAIN), None)


def test_a_lock_in_the_way_is_told_and_not_taken_for_a_move(repo: Repo) -> None:
    tip = repo.tip(MAIN)
    (repo.common_dir / "refs/heads/main.lock").touch()
    with pytest.raises(CouldNotRun, match=r"main\.lock"):
        repo.move(MAIN, tip, tip)


def test_eight_writers_on_one_ref_lose_nothing(repo: Repo, path: Path) -> None:
    def write(name: str) -> None:
        with Repo(path) as own:
            for n in range(5):
                while True:
                    try:
                        put(own, {f"{name}/{n}": b""}, ref="refs/heads/shared")
                        break
                    except (Moved, CouldNotRun):
                        continue

    put(repo, {"start": b""}, ref="refs/heads/shared")
    threads = [threading.Thread(target=write, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(repo.store.flat(repo.store.tree_of("refs/heads/shared"))) == 41


def test_a_merge_needs_no_checkout_and_names_its_conflicts(repo: Repo) -> None:
    base = repo.tip(MAIN)
    assert base
    repo.move("refs/heads/side", base, None)
    theirs = put(repo, {"d/b.txt": b"theirs\n"}, ref="refs/heads/side")
    ours = put(repo, {"a.txt": b"ours\n"})
    merged = repo.merge(ours, theirs)
    assert merged.conflicts == ()
    assert repo.store.file(merged.tree, "a.txt") == b"ours\n"
    assert repo.store.file(merged.tree, "d/b.txt") == b"theirs\n"
    clash = put(repo, {"d/b.txt": b"ours\n"})
    assert repo.merge(clash, theirs).conflicts == ("d/b.txt",)


def test_an_attribute_of_the_tree_cannot_choose_how_a_merge_is_made(repo: Repo) -> None:
    base = put(repo, {".gitattributes": b"* merge=union\n", "a.txt": b"one\n"})
    repo.move("refs/heads/side", base, None)
    theirs = put(repo, {"a.txt": b"theirs\n"}, ref="refs/heads/side")
    assert repo.merge(put(repo, {"a.txt": b"ours\n"}), theirs).conflicts == ("a.txt",)


def test_the_difference_of_two_trees_names_every_path_once(repo: Repo) -> None:
    old = repo.tip(MAIN)
    new = put(repo, {"a.txt": None, "한글 \n": b"x", "d/b.txt": b"three\n"})
    found = {c.path: (bool(c.old), bool(c.new)) for c in repo.diff(old or "", new)}
    assert found == {"a.txt": (True, False), "한글 \n": (False, True), "d/b.txt": (True, True)}
    assert repo.diff(new, new) == ()


def test_history_is_read_newest_first_with_its_messages(repo: Repo) -> None:
    put(repo, {"x": b""}, "second\n\nwith a body")
    found = list(repo.log(MAIN))
    assert [logged.message.strip() for logged in found] == ["second\n\nwith a body", "first"]
    assert found[0].parents == (found[1].oid,)
    assert [logged.oid for logged in repo.log(MAIN, limit=1)] == [found[0].oid]


def test_inherited_git_variables_and_hooks_do_not_act(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "hook-ran"
    for name in ("reference-transaction", "post-checkout", "pre-commit"):
        hook = path / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
        hook.chmod(0o755)
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "wrong-index"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    with Repo(path) as repo:
        put(repo, {"x": b"1"})
        repo.call("read-tree", "-m", "-u", "HEAD", cwd=path)
    assert not mark.exists()
    assert not (tmp_path / "wrong-index").exists()
    assert (path / "x").read_bytes() == b"1"


def test_a_folder_below_the_top_finds_the_repository(path: Path) -> None:
    with Repo(path / "d") as repo:
        assert repo.work_tree == path
        assert repo.git_dir == path / ".git"


def test_what_is_no_repository_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="not a git repository"):
        Repo(tmp_path)
    with pytest.raises(Mistake, match="no such folder"):
        Repo(tmp_path / "none")


def test_a_closed_repository_leaves_no_child_and_no_descriptor(path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        with Repo(path) as repo:
            repo.tip(MAIN)
            repo.move("refs/heads/x", repo.tip(MAIN), repo.tip("refs/heads/x"))
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_many_threads_read_through_one_repository(repo: Repo) -> None:
    oids = [repo.store.write_blob(str(n).encode()) for n in range(50)]
    wrong: list[int] = []

    def read() -> None:
        wrong.extend(n for n, oid in enumerate(oids) if repo.store.read(oid, "blob") != str(n).encode())

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_a_person_holds_is_tracked_files_and_new_ones(repo: Repo, path: Path) -> None:
    (path / ".gitignore").write_text("*.log\n")
    (path / "new.txt").touch()
    (path / "noise.log").touch()
    assert set(repo.tracked()) == {"a.txt", "d/b.txt", ".gitignore", "new.txt"}
