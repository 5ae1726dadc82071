"""A sparse checkout: a stamp lands, the person's choice of files is kept, and what is left out is not deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.line.conftest import Shop

Make = Callable[..., Shop]
FILES = {
    "in/a.txt": "a\n", "out/b.txt": "b\n", "out/deep/c.txt": "c\n",
    "out/test_d.py": "def test_d() -> None:\n    assert True\n",
}  # fmt: skip
WORKER = "echo right > D-1.txt; echo more | tee -a in/a.txt >> out/b.txt; echo new > out/new.txt; rm out/deep/c.txt\n"
KINDS = {
    "cone": ("set", "--cone", "in", "tools"),
    "no cone": ("set", "--no-cone", "/in/", "/tools/", "/*.md"),
    "sparse index": ("set", "--cone", "--sparse-index", "in", "tools"),
}


@pytest.fixture(params=KINDS)
def shop(make: Make, request: pytest.FixtureRequest) -> Shop:
    shop = make("D-1 A ticket", worker=WORKER, files=FILES, regression="cat out/b.txt\n")
    shop.git("sparse-checkout", *KINDS[request.param])
    return shop


def lies_there(shop: Shop) -> set[str]:
    return {
        str(path.relative_to(shop.path))
        for path in shop.path.rglob("*")
        if path.is_file() and "factory-out" not in path.parts
    } - {str(path.relative_to(shop.path)) for path in (shop.path / ".git").rglob("*")}


def test_a_stamp_lands_and_the_persons_choice_is_kept(shop: Shop) -> None:
    before, chosen = lies_there(shop), shop.git("sparse-checkout", "list")
    done = shop.run("run")
    assert (done.code, done.err) == (0, ""), done
    assert shop.run("verify").code == 0
    assert lies_there(shop) - {"D-1.txt"} == before
    assert (shop.path / "in/a.txt").read_text() == "a\nmore\n"
    assert shop.read("out/b.txt") == "b\nmore\n"
    assert shop.git("ls-tree", "-r", "--name-only", "main", "out").split() == [
        "out/b.txt", "out/new.txt", "out/test_d.py",
    ]  # fmt: skip
    assert shop.git("sparse-checkout", "list") == chosen
    assert shop.git("status", "--porcelain") == ""
    shop.git("sparse-checkout", "disable")
    assert (shop.path / "out/new.txt").read_text() == "new\n"
    assert shop.git("status", "--porcelain") == ""


def test_by_hand_nothing_that_is_left_out_counts_as_deleted(shop: Shop) -> None:
    for command in ("guard", "guard --staged", "gate"):
        assert shop.run(*command.split()).code == 0, command
    assert shop.run("run").code == 0
    (shop.path / "in/a.txt").write_text("a person's\n")
    for command in ("guard", "gate"):  # with a DONE criterion, whose file may be left out
        assert shop.run(*command.split()).code == 0, command
    assert shop.git("status", "--porcelain") == " M in/a.txt\n"


def test_init_writes_nothing_over_what_is_left_out(shop: Shop) -> None:
    done = shop.run("init", "--no-key")
    assert done.code == 0
    assert "kept   ssot/factory.toml" in done.out
    assert not (shop.path / "ssot/factory.toml").exists()
    shop.commit({"ssot/allowed_signers": "# none\n"})
    shop.git("sparse-checkout", "reapply")
    done = shop.run("init")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "git sparse-checkout add ssot" in done.err
