"""A repository that somebody forged is read, judged and run again, and nothing outside of its rooms is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git.repo import Repo
from factory.tree import FILE, FOLDER, LINK, SUBMODULE, Entry
from tests.git.test_forged_trees import forged
from tests.line.conftest import Answer, Shop
from tests.line.conftest import at as at
from tests.line.conftest import make as make
from tests.line.forge import MAIN, Parts, forge

Make = Callable[..., Shop]
UP = 24  # folders: from any room's depth up to the root


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A folder beside the repository, with something in it."""
    at = tmp_path / "canary"
    at.mkdir()
    (at / "kept").write_text("kept")
    return at


def climbing(repo: Repo, target: Path) -> str:
    """A tree that holds `../../..` up to the root, and from there the way to `target`, as a file."""
    tree = forged(repo, (FILE, target.name.encode(), repo.store.write_blob(b"overwritten")))
    for name in (*reversed(target.parts[1:-1]), *[".."] * UP):
        tree = forged(repo, (FOLDER, name.encode(), tree))
    return tree


def linked(repo: Repo, target: Path) -> str:
    """A tree in which a link and a folder have the same name: what is in the folder goes where the link leads."""
    inside = repo.store.edit(None, {target.name: Entry(FILE, repo.store.write_blob(b"overwritten"))})
    return forged(repo, (LINK, b"x", repo.store.write_blob(bytes(target.parent))), (FOLDER, b"x", inside))


def unfolding(repo: Repo, _: Path) -> str:
    tree = repo.store.edit(None, {"x": Entry(FILE, repo.store.write_blob(b"x"))})
    for _level in range(30):
        tree = forged(repo, *((FOLDER, b"%d" % n, tree) for n in range(10)))
    return tree


FORGERIES = [climbing, linked, unfolding]
Forgery = Callable[[Repo, Path], str]


def commit(shop: Shop, forgery: Forgery, target: Path, ref: str = MAIN) -> str:
    """Main with a folder `docs` that is forged, and D-1 done; on a ref, without a checkout."""
    with Repo(shop.path) as repo:
        main = repo.tip(MAIN) or ""
        done = Entry(FILE, repo.store.write_blob(b"right\n"))
        changes = {"docs": Entry(FOLDER, forgery(repo, target)), "D-1.txt": done}
        tree = repo.store.edit(repo.store.tree_of(main), changes)
        oid = repo.store.write_commit(repo.store.commit(main)._replace(tree=tree, parents=(main,), message="docs\n"))
        repo.move(ref, oid, repo.tip(ref))
        return oid


def unharmed(canary: Path, done: Answer, *codes: int) -> None:
    assert (canary / "kept").read_text() == "kept"
    assert [path.name for path in canary.iterdir()] == ["kept"]
    assert done.code in codes, done
    assert "Traceback" not in done.out + done.err
    assert done.err.count("\n") <= 1


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("name", ["", "kept", "new"])
def test_a_forged_tree_is_not_gated(make: Make, canary: Path, forgery: Forgery, name: str) -> None:
    shop = make("D-1 A ticket")
    oid = commit(shop, forgery, canary / name, "refs/heads/theirs")
    unharmed(canary, shop.run("gate", "--tree", oid), 4)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_branch_is_not_submitted(make: Make, canary: Path, forgery: Forgery) -> None:
    shop = make("D-1 A ticket")
    before = shop.main()
    commit(shop, forgery, canary, "refs/heads/theirs")
    unharmed(canary, shop.run("submit", "D-1", "--branch", "theirs"), 4)
    assert shop.main() == before
    assert shop.run("status", "--json").json["tickets"]["D-1"]["attempts"] == 0


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_stamp_on_a_forged_main_is_told_and_not_run_again(make: Make, canary: Path, forgery: Forgery) -> None:
    shop = make("D-1 A ticket")
    assert shop.run("run").code == 0

    def move_over(parts: Parts) -> None:
        store = parts.repo.store
        docs = {"docs": Entry(FOLDER, forgery(parts.repo, canary))}
        old = store.commit(parts.stamp.parents[0])
        base = store.write_commit(old._replace(tree=store.edit(old.tree, docs)))
        tree = store.edit(parts.stamp.tree, docs)
        parts.stamp = parts.stamp._replace(parents=(base, parts.stamp.parents[1]), tree=tree)
        parts.plan = parts.plan._replace(parents=(base,))
        parts.work = parts.work._replace(tree=store.edit(parts.work.tree, docs))
        parts.plan_says["base"] = parts.result["base"] = base
        parts.edit_pack("git_info.json", base=base, main=base)

    forge(shop, move_over)
    for command in (["verify"], ["verify", "--rerun"]):
        unharmed(canary, shop.run(*command), 1)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_run_begins_on_a_forged_main(make: Make, canary: Path, forgery: Forgery) -> None:
    shop = make("D-1 A ticket")
    commit(shop, forgery, canary)
    unharmed(canary, shop.run("run"), 4)
    unharmed(canary, shop.run("gate"), 0, 1, 4)


REFUSED = {
    "a file whose name differs only in case": ("Notes.txt", FILE, b"x"),
    "a submodule": ("lib", SUBMODULE, b""),
    "a link out of the tree": ("link", LINK, b"../../etc/passwd"),
    "a link into the repository": ("link", LINK, b".git/hooks"),
    "a name of the factory's own": (".factory/result.json", FILE, b"{}"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_submitted_branch_is_held_to_the_rules_of_a_workers_room(make: Make, case: str) -> None:
    shop, (path, mode, content) = make("D-1 A ticket", files={"notes.txt": "notes\n"}), REFUSED[case]
    before = shop.main()
    with Repo(shop.path) as repo:
        oid = "1" * 40 if mode == SUBMODULE else repo.store.write_blob(content)
        changes = {path: Entry(mode, oid), "D-1.txt": Entry(FILE, repo.store.write_blob(b"right\n"))}
        main = repo.store.commit(before)
        tree = repo.store.edit(main.tree, changes)
        repo.move("refs/heads/mine", repo.store.write_commit(main._replace(tree=tree, parents=(before,))), None)
    done = shop.run("submit", "D-1", "--branch", "mine")
    assert (done.code, done.err) == (1, "")
    assert path.split("/")[0] in done.out
    assert shop.main() == before


def test_what_a_person_committed_is_not_ignored_when_it_is_submitted(make: Make) -> None:
    shop = make("D-1 A ticket", files={".gitignore": "*.txt\nold/\n", "old/a": "1", "old/b": "2"})
    with Repo(shop.path) as repo:
        before = shop.main()
        right = Entry(FILE, repo.store.write_blob(b"right\n"))
        main = repo.store.commit(before)
        tree = repo.store.edit(main.tree, {"D-1.txt": right, "old/a": None, "new.txt": right})
        repo.move("refs/heads/mine", repo.store.write_commit(main._replace(tree=tree, parents=(before,))), None)
    done = shop.run("submit", "D-1", "--branch", "mine")
    assert (done.code, done.err) == (0, "")
    assert shop.read("new.txt") == "right\n"
    assert shop.git("ls-tree", "--name-only", "-r", "main", "old") == "old/b\n"
