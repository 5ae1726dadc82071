"""A partial clone: the factory works with what is there, and fetches nothing; what is not there is one line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import Shop

Make = Callable[..., Shop]
At = Callable[[Path], Shop]
MORE = "git fetch --refetch --no-filter"
FILTERS = ("blob:none", "tree:0", "blob:limit=10")


@pytest.fixture
def shop(make: Make) -> Shop:
    """Two tickets, of which one is stamped, and a file that was another once."""
    shop = make("D-1 A ticket", "D-2 Another", files={"big/one.txt": "1\n" * 300}, planned=("D-2",))
    shop.commit({"big/one.txt": "2\n" * 300})
    assert shop.run("run").code == 0
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("PLANNED", "IN_PROGRESS")})
    for key in ("allowFilter", "allowAnySHA1InWant"):
        shop.git("config", f"uploadpack.{key}", "true")
    return shop


def clone(shop: Shop, at: At, kind: str) -> Shop:
    to = shop.path.parent / "clone"
    url = f"file://{shop.path}"
    shop.git("clone", "-q", "--no-local", f"--filter={kind}", url, str(to), GIT_ALLOW_PROTOCOL="file")
    return at(to)


@pytest.mark.parametrize("kind", FILTERS)
def test_a_partial_clone_works_with_what_its_checkout_brought(shop: Shop, at: At, kind: str) -> None:
    part = clone(shop, at, kind)
    shutil.move(shop.path, shop.path.with_name("gone"))  # and no server answers
    for command in ("status", "dry", "guard", "gate", "run", "report", "log", "gate"):
        done = part.run(*command.split())
        assert (done.code, done.err) == (0, ""), (command, done)
    assert part.git("status", "--porcelain") == ""
    assert part.subjects()[0] == "stamp(D-2): Another"


@pytest.mark.parametrize("kind", FILTERS)
def test_what_is_not_there_is_one_line_whose_remedy_works(shop: Shop, at: At, kind: str) -> None:
    part = clone(shop, at, kind)
    for command in ("verify", "gate --tree HEAD~3"):
        done = part.run(*command.split())
        assert (done.code, done.err.count("\n")) == (4, 1), (command, done)
        assert "partial clone" in done.err
        assert MORE in done.err
    part.git(*MORE.split()[1:], GIT_ALLOW_PROTOCOL="file")
    for command in ("verify", "verify --rerun", "gate --tree HEAD~3", "run", "verify"):
        done = part.run(*command.split())
        assert (done.code, done.err) == (0, ""), (command, done)
