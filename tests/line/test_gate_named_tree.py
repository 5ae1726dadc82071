"""`factory gate --tree T` judges what T brings to what it was made on, never the way back to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import Shop
from tests.line.conftest import at as at
from tests.line.conftest import make as make

Make = Callable[..., Shop]
TEST = "def test_one() -> None:\n    assert True\n"
BAD = "sh tools/regression.sh"


@pytest.fixture
def shop(make: Make) -> Shop:
    """Main, oldest first: a shop, a bad commit, its repair, a test, the stamp of D-1, a note."""
    shop = make("D-1 A ticket", regression="test ! -e broken.txt\n")
    shop.commit({"broken.txt": "x\n"}, "broken")
    shop.commit({"broken.txt": None}, "mended")
    shop.commit({"tests/test_one.py": TEST}, "a test")
    assert shop.run("run").code == 0
    shop.commit({"note.txt": "later\n"}, "a note")
    return shop


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("main", 0, "a commit of main, against its first parent"),
        ("main~1", 0, "a stamp, its attempt once more, against its first parent"),
        ("main~2", 0, "a commit of main, against its first parent"),
        ("main~3", 0, "a commit of main, against its first parent"),
        ("main~4", 1, "a commit of main, against its first parent"),
        ("main~5", 0, "main's first commit, against itself"),
        ("main~4^{tree}", 1, "a tree, against main"),
    ],
)
def test_an_old_commit_is_judged_by_what_it_brought(shop: Shop, name: str, code: int, told: str) -> None:
    done = shop.run("gate", "--tree", name)
    assert (done.code, done.err) == (code, ""), done
    assert told in done.out.splitlines()[0]
    if name == "main~1":
        assert "AC-D-1-1" in done.out
    if name == "main~4":
        assert BAD in done.out
        assert shop.run("regression", "--tree", name).code == 1


def test_a_branch_is_judged_against_where_it_left_main(shop: Shop) -> None:
    """What main got meanwhile is nothing that the branch takes away."""
    shop.git("branch", "mine", "main~4")
    shop.git("checkout", "-q", "mine")
    (shop.path / "broken.txt").unlink()
    (shop.path / "mine.txt").write_text("mine\n")
    shop.git("add", "-A")
    person = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    shop.git("commit", "-q", "-m", "mine", **person)
    done = shop.run("gate", "--tree", "mine")
    assert (done.code, done.err) == (0, ""), done
    assert f"against where it left main, {shop.git('rev-parse', 'main~4')[:12]}" in done.out.splitlines()[0]


def test_a_commit_that_took_a_test_away_is_found_where_it_did(shop: Shop) -> None:
    shop.commit({"tests/test_one.py": None}, "without the test")
    shop.commit({"more.txt": "x\n"}, "more")
    done = shop.run("gate", "--tree", "HEAD~1")
    assert done.code == 1
    assert "tests/test_one.py" in done.out
    assert shop.run("gate", "--tree", "HEAD~3").code == 0


def test_the_edge_of_a_shallow_clone_is_one_line(shop: Shop, at: Callable[[Path], Shop]) -> None:
    to = shop.path.parent / "clone"
    shop.git("clone", "-q", "--depth=1", f"file://{shop.path}", str(to), GIT_ALLOW_PROTOCOL="file")
    done = at(to).run("gate", "--tree", "main")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "a shallow clone's edge" in done.err
