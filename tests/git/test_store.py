"""Objects written by hand are git's own objects."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory.errors import GitFailed
from factory.git import objects
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.tree import EXECUTABLE, FILE, FOLDER, LINK, Entry

FIRST = 1_790_000_000


def fsck(repo: Repo) -> str:
    """What `git fsck --strict` objects to; the refs of these tests always hold."""
    code, out, err = repo.ask("fsck", "--strict", "--no-dangling", "--no-progress")
    return "" if code == 0 else out.decode() + err


def test_a_blob_has_the_id_that_git_gives_it(repo: Repo) -> None:
    oid = repo.store.write_blob(b"hello\n")
    assert oid == repo.call("hash-object", "--stdin", stdin=b"hello\n").decode().strip()
    assert repo.store.read(oid, "blob") == b"hello\n"


def test_a_commit_of_ours_reads_like_any_other(repo: Repo) -> None:
    tip = repo.tip("refs/heads/main")
    assert tip
    tree = repo.store.edit(repo.store.tree_of(tip), {"n/e/w": Entry(EXECUTABLE, repo.store.write_blob(b"x"))})
    made = Commit(tree, (tip,), "feat: ✓\n\nFactory-Event: x\n", FIRST)
    oid = repo.store.write_commit(made)
    repo.move("refs/heads/main", oid, tip)
    assert repo.store.commit(oid) == made
    assert fsck(repo) == ""
    assert repo.call("log", "-1", "--format=%s|%(trailers:key=Factory-Event,valueonly)").decode().strip() == "feat: ✓|x"


def test_git_and_the_store_agree_on_a_tree_with_every_mode_and_odd_names(repo: Repo) -> None:
    blob = repo.store.write_blob(b"x")
    names = ["a", "a-b", "a.b", "a/x", "한글", "new\nline", "tab\t", 'quote"', "\udcff\udcfe", "back\\slash", " "]
    entries = {n if n != "a" else "a0": Entry(FILE, blob) for n in names}
    entries |= {"run": Entry(EXECUTABLE, blob), "link": Entry(LINK, blob), "sub": Entry("160000", "1" * 40)}
    tree = repo.store.edit(None, entries)
    out = objects.to_name(repo.call("ls-tree", "-r", "-z", tree))
    listed = dict(reversed(line.split("\t", 1)) for line in out.split("\0") if line)  # type: ignore[arg-type]
    assert {path: tuple(head.split()[::2]) for path, head in listed.items()} == {
        p: tuple(e) for p, e in entries.items()
    }
    assert repo.store.flat(tree) == entries


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(
        st.lists(st.sampled_from(["a", "b", "a.b", "a-", "z"]), min_size=1, max_size=3).map("/".join),
        st.sampled_from([b"1", b"2", None]),
        max_size=8,
    )
)
def test_editing_a_tree_gives_what_git_gives(repo: Repo, changes: dict[str, bytes | None]) -> None:
    store = repo.store
    start = store.edit(None, {"a/b": Entry(FILE, store.write_blob(b"0")), "z": Entry(FILE, store.write_blob(b"0"))})
    flat = dict(store.flat(start))
    edits: dict[str, Entry | None] = {}
    for path, content in changes.items():
        if any(
            p == other[: len(p)] or other == p[: len(other)]
            for p in [path.split("/")]
            for other in [o.split("/") for o in (*edits, *flat) if o != path]
        ):
            continue  # a file where a folder is: another test's case
        edits[path] = None if content is None else Entry(FILE, store.write_blob(content))
    wanted = {p: e for p, e in {**flat, **edits}.items() if e is not None}
    assert store.flat(store.edit(start, edits)) == wanted


def test_a_folder_gives_way_to_a_file_and_back(repo: Repo) -> None:
    store = repo.store
    blob = Entry(FILE, store.write_blob(b"x"))
    folder = store.edit(None, {"a/b": blob})
    file = store.edit(folder, {"a/b": None, "a": blob})
    assert store.flat(file) == {"a": blob}
    assert store.flat(store.edit(file, {"a": None, "a/b": blob})) == {"a/b": blob}


def test_an_object_that_is_not_what_its_name_says_leaves_no_answer_for_the_next_question(repo: Repo) -> None:
    contents = [b"%d" % n for n in range(5)]
    oids = [repo.store.write_blob(content) for content in contents]
    repo.store.settle()
    at = repo.common_dir / "objects" / oids[1][:2] / oids[1][2:]
    at.chmod(0o644)
    at.write_bytes(zlib.compress(objects.frame("blob", b"overwritten")))
    for _ in range(2):
        with pytest.raises(GitFailed, match="is not what its name says"):
            list(repo.store.blobs(oids))
        assert repo.store.read(oids[4], "blob") == contents[4]


def test_an_empty_tree_is_a_tree(repo: Repo) -> None:
    tree = repo.store.edit(repo.store.edit(None, {"a": Entry(FILE, repo.store.write_blob(b""))}), {"a": None})
    assert repo.store.flat(tree) == {}
    assert repo.call("cat-file", "-t", tree) == b"tree\n"


def test_what_is_not_there_is_none_and_what_is_wrong_is_a_key_error(repo: Repo) -> None:
    main = repo.store.tree_of("refs/heads/main")
    assert repo.store.get("refs/heads/none") is None
    assert repo.store.get("a\nb") is None
    assert repo.store.entry(main, "a.txt/below") is None
    assert repo.store.file(main, "d") is None
    with pytest.raises(KeyError):
        repo.store.read(main, "blob")
    with pytest.raises(KeyError):
        repo.store.tree_of("none")


def test_a_git_tree_reads_files_and_names_folders_not(repo: Repo) -> None:
    tree = GitTree(repo.store, "refs/heads/main")
    assert tree.read("d/b.txt") == b"two\n"
    assert set(tree.entries()) == {"a.txt", "d/b.txt"}
    with pytest.raises(KeyError):
        tree.read("d")


def test_nothing_half_written_stays_when_the_disk_is_full(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = set((repo.common_dir / "objects").rglob("*"))
    oid = repo.store.write_blob(b"never stored")
    tip = repo.tip("refs/heads/main")
    for _ in range(2):  # a file system tells of a failed write once; the second try must not believe that all is well
        with pytest.raises(OSError, match="No space"):
            repo.move("refs/heads/main", oid, tip)
    assert repo.tip("refs/heads/main") == tip
    assert {at for at in (repo.common_dir / "objects").rglob("*") if at.is_file()} <= before


def test_an_object_left_by_a_killed_run_is_made_durable_once(path: Path, repo: Repo) -> None:
    oid = repo.store.write_blob(b"left behind")
    with Repo(path) as again:
        assert again.store.write_blob(b"left behind") == oid
        assert again.store.read(oid, "blob") == b"left behind"


def test_a_sha256_repository_works(tmp_path: Path) -> None:
    at = tmp_path / "new"
    at.mkdir()
    Repo.create(at, algorithm="sha256")
    with Repo(at) as repo:
        tree = repo.store.edit(
            None, {"d/a": Entry(FILE, repo.store.write_blob(b"x")), "b": Entry(FILE, repo.store.write_blob(b""))}
        )
        oid = repo.store.write_commit(Commit(tree, (), "first\n", FIRST))
        repo.move("refs/heads/main", oid, None)
        assert len(oid) == 64
        assert set(repo.store.flat(repo.store.tree_of("refs/heads/main"))) == {"d/a", "b"}
        assert fsck(repo) == ""


def test_folders_sort_as_git_sorts_them() -> None:
    entries = {n: Entry(m, "0" * 40) for n, m in {"a": FOLDER, "a.b": FILE, "a0": FILE}.items()}
    assert list(objects.parse_tree(objects.format_tree(entries), 20)) == ["a.b", "a", "a0"]


def test_a_message_takes_no_trailer_from_a_title_or_a_body() -> None:
    text = objects.message(
        "t\nFactory-Status: PASS", "one\nFactory-Status: PASS", [("Factory-Event", "x\nFactory-Run: y")]
    )
    assert objects.trailers(text) == {"Factory-Event": "x Factory-Run: y"}
    assert text.split("\n")[0] == "t Factory-Status: PASS"


def test_only_the_last_paragraph_holds_trailers() -> None:
    assert objects.trailers("s\n\nFactory-Event: no\n\nFactory-Event: yes\n") == {"Factory-Event": "yes"}


def test_a_signed_commit_survives_parsing() -> None:
    made = Commit("0" * 40, ("1" * 40,), "m\n", 5, signature="-----BEGIN\nabc\n-----END")
    assert objects.parse_commit(objects.format_commit(made)) == made
