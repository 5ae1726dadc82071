"""A tree that git would not check out is refused where it is read; one without end before it is unfolded."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory.errors import CouldNotRun, Exit
from factory.git import trees
from factory.git.objects import to_name
from factory.git.repo import Repo
from factory.tree import EXECUTABLE, FILE, FOLDER, LINK, SUBMODULE, Entry


def forged(repo: Repo, *entries: tuple[str, bytes, str], cut: int = 0) -> str:
    """A tree object of these bytes, in this order, whatever git would say of it."""
    body = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
    return repo.store.write("tree", body[: len(body) - cut])


def refusal(repo: Repo, tree: str) -> str:
    with pytest.raises(CouldNotRun) as told:
        repo.store.flat(tree)
    assert told.value.exit == Exit.COULD_NOT_RUN
    assert "\n" not in str(told.value)
    assert tree in str(told.value)
    return str(told.value)


NAMES = (
    b"", b".", b"..", b"../x", b"a/b", b"/", b"/etc", b".git", b".GIT", b".Git", b".git ", b".git.", b".git. .", b"git~1",
    b"GIT~1", ".g\u200cit".encode(), "\ufeff.git".encode(), b".git::$INDEX_ALLOCATION", b".git:x", b"a\\.git\\x",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", [FILE, FOLDER, LINK, SUBMODULE])
def test_a_name_that_is_another_place_is_refused(repo: Repo, name: bytes, mode: str) -> None:
    below = repo.store.edit(None, {"x": Entry(FILE, repo.store.write_blob(b"x"))})
    bad = forged(repo, (mode, name, below if mode == FOLDER else repo.store.write_blob(b"x")))
    refusal(repo, bad)
    above = forged(repo, (FOLDER, b"docs", bad))
    with pytest.raises(CouldNotRun):
        repo.store.flat(above)
    with pytest.raises(CouldNotRun):
        repo.store.edit(above, {"docs/y": Entry(FILE, repo.store.write_blob(b"y"))})
    with pytest.raises(CouldNotRun):
        repo.diff(repo.store.tree_of("refs/heads/main"), above)


def test_names_that_only_look_like_those_are_read(repo: Repo) -> None:
    blob = repo.store.write_blob(b"x")
    names = ["...", ".github", ".gitignore", "digit", "git", "a.git", "\udcff", "-", "한글", "back\\slash", "~1"]
    tree = repo.store.edit(None, {name: Entry(FILE, blob) for name in names})
    assert set(repo.store.flat(tree)) == set(names)


def test_a_name_that_stands_twice_is_refused(repo: Repo) -> None:
    one, other = repo.store.write_blob(b"1"), repo.store.write_blob(b"2")
    folder = repo.store.edit(None, {"x": Entry(FILE, one)})
    assert "twice" in refusal(repo, forged(repo, (FILE, b"a", one), (FILE, b"a", other)))
    assert "twice" in refusal(repo, forged(repo, (FILE, b"a", one), (FILE, b"a.b", one), (FOLDER, b"a", folder)))
    assert "order" in refusal(repo, forged(repo, (FILE, b"b", one), (FILE, b"a", one)))


@pytest.mark.parametrize("cut", [1, 19, 20, 21, 24, 27])
def test_a_tree_that_is_cut_off_is_refused(repo: Repo, cut: int) -> None:
    blob = repo.store.write_blob(b"x")
    assert "cut off" in refusal(repo, forged(repo, (FILE, b"a", blob), (FILE, b"b", blob), cut=cut))


@pytest.mark.parametrize("mode", ["", "0", "10644", "100644x", "8", "-1", "20000"])
def test_a_mode_of_nothing_is_refused(repo: Repo, mode: str) -> None:
    refusal(repo, forged(repo, (mode, b"a", repo.store.write_blob(b"x"))))


def test_old_modes_are_read_as_git_reads_them(repo: Repo) -> None:
    blob, folder = repo.store.write_blob(b"x"), repo.store.edit(None, {"x": Entry(FILE, repo.store.write_blob(b""))})
    tree = forged(repo, ("100664", b"a", blob), ("100775", b"b", blob), ("040000", b"c", folder))
    assert {path: entry.mode for path, entry in repo.store.flat(tree).items()} == {
        "a": FILE, "b": EXECUTABLE, "c/x": FILE,
    }  # fmt: skip


def test_a_tree_bomb_is_refused_before_it_is_unfolded(repo: Repo) -> None:
    tree = repo.store.edit(None, {f"{n}": Entry(FILE, repo.store.write_blob(b"")) for n in range(10)})
    for _ in range(30):
        tree = forged(repo, *((FOLDER, b"%d" % n, tree) for n in range(10)))
    small = repo.store.tree_of("refs/heads/main")
    tracemalloc.start()
    try:
        assert "paths" in refusal(repo, tree)
        with pytest.raises(CouldNotRun):
            repo.diff(small, tree)
        with pytest.raises(CouldNotRun):
            repo.store.flat(tree, "under/")
        assert tracemalloc.get_traced_memory()[1] < 5 << 20
    finally:
        tracemalloc.stop()


def test_long_names_that_come_to_too_much_are_refused(repo: Repo) -> None:
    tree = repo.store.edit(None, {f"{n}": Entry(FILE, repo.store.write_blob(b"")) for n in range(10)})
    for _ in range(4):
        tree = forged(repo, *((FOLDER, b"%d" % n + b"x" * 4000, tree) for n in range(10)))
    refusal(repo, tree)


def test_a_tree_without_a_bottom_is_refused_and_a_deep_one_read(repo: Repo) -> None:
    tree = repo.store.edit(None, {"x": Entry(FILE, repo.store.write_blob(b""))})
    chain = [tree]
    for _ in range(trees.DEPTH * 10):
        chain.append(forged(repo, (FOLDER, b"d", chain[-1])))
    assert list(repo.store.flat(chain[trees.DEPTH])) == ["d/" * trees.DEPTH + "x"]
    for deep in (chain[trees.DEPTH + 1], chain[-1]):
        with pytest.raises(CouldNotRun, match="deeper"):
            repo.store.flat(deep)


def test_a_merge_with_a_bomb_is_refused(repo: Repo) -> None:
    tip = repo.tip("refs/heads/main") or ""
    tree = repo.store.edit(None, {f"{n}": Entry(FILE, repo.store.write_blob(b"")) for n in range(10)})
    for _ in range(9):
        tree = forged(repo, *((FOLDER, b"%d" % n, tree) for n in range(10)))
    bomb = repo.store.write_commit(repo.store.commit(tip)._replace(tree=tree, parents=(tip,)))
    with pytest.raises(CouldNotRun):
        repo.merge(tip, bomb)


PATHS = st.lists(st.sampled_from(["a", "b", "a.b", "a-", "é"]), min_size=1, max_size=3).map("/".join)
TREES = st.dictionaries(PATHS, st.tuples(st.sampled_from([FILE, EXECUTABLE, LINK, SUBMODULE]), st.binary(max_size=1)))


def whole(found: dict[str, tuple[str, bytes]]) -> dict[str, tuple[str, bytes]]:
    """Without what would stand on a folder's place."""
    return {p: e for p, e in found.items() if not any(other.startswith(p + "/") for other in found)}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(TREES, TREES)
def test_two_trees_differ_as_git_says(repo: Repo, one: dict, other: dict) -> None:  # type: ignore[type-arg]
    made = []
    for files in (whole(one), whole(other)):
        entries = {path: Entry(mode, repo.store.write_blob(content)) for path, (mode, content) in files.items()}
        made.append(repo.store.edit(None, entries))
    out = to_name(repo.call("diff-tree", "-r", "-z", "--no-renames", "--raw", "--full-index", *made)).split("\0")
    wanted = {}
    for head, path in zip(out[::2], out[1::2], strict=False):
        modes_and_ids = head.lstrip(":").split(" ")[:4]
        wanted[path] = tuple("" if set(field) == {"0"} else field for field in modes_and_ids)
    found = {c.path: (c.old_mode, c.new_mode, c.old, c.new) for c in repo.diff(*made)}
    assert found == wanted
