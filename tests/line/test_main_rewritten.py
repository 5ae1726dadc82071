"""Main goes back, or aside: what it does not hold any more on its own line is not DONE, whatever the ledger remembers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory.git.repo import Repo
from factory.line import shift
from factory.line.opening import open_house
from factory.model import Progress
from tests.line.conftest import Shop
from tests.line.night import FAST

At = Callable[[Path], Shop]
Make = Callable[..., Shop]


def ticket(shop: Shop, name: str = "D-1") -> dict[str, Any]:
    found = shop.run("status", "--json").json["tickets"][name]
    assert isinstance(found, dict)
    return found


def by_hand(shop: Shop, name: str = "D-1") -> str:
    return shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace(f"{name} | IN_PROGRESS", f"{name} | DONE")})


def test_a_row_set_done_by_hand_after_main_went_back_is_not_done(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two | D-1", settings=FAST)
    assert shop.run("run", "--tickets", "1").code in (0, 1, 3)
    assert ticket(shop)["state"] == "DONE"
    shop.git("reset", "-q", "--hard", "main~1")
    assert ticket(shop)["state"] == "PENDING"
    by_hand(shop)
    assert (ticket(shop)["state"], ticket(shop)["stamp"]) == ("BLOCKED", None)
    assert shop.run("verify").code == 1
    assert shop.run("run").code == 1
    assert (ticket(shop)["state"], ticket(shop)["stamp"]) == ("BLOCKED", None)
    assert not any(s.startswith("stamp(D-2)") for s in shop.subjects())


def test_after_main_went_back_the_lost_ticket_is_done_again(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two | D-1", settings=FAST)
    assert shop.run("run").code == 0
    shop.git("reset", "-q", "--hard", "main~1")
    assert (ticket(shop)["state"], ticket(shop, "D-2")["state"]) == ("DONE", "PENDING")
    assert shop.run("run").code == 0
    assert shop.run("verify").code == 0
    assert sum(s.startswith("stamp(") for s in shop.subjects()) == 2


def test_after_main_went_back_only_a_stamp_that_stayed_counts(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two | D-1", settings=FAST)
    assert shop.run("run").code == 0
    shop.git("reset", "-q", "--hard", "main~1")
    by_hand(shop, "D-2")
    assert shop.run("run").code == 1  # folds D-1's stamp again; the ledger knows main anew
    assert (ticket(shop)["state"], ticket(shop, "D-2")["state"]) == ("DONE", "BLOCKED")
    shop.commit({"a.txt": "more\n"})
    assert ticket(shop, "D-2")["state"] == "BLOCKED"


def test_a_merge_that_takes_mains_line_aside_takes_its_stamps_along(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    shop.git("branch", "side")
    assert shop.run("run").code == 0
    shop.git("switch", "-q", "side")
    shop.git("-c", "user.name=P", "-c", "user.email=p@x.invalid", "commit", "-q", "--allow-empty", "-m", "aside")
    shop.git("-c", "user.name=P", "-c", "user.email=p@x.invalid", "merge", "-q", "--no-ff", "-m", "a merge", "main")
    shop.git("branch", "-f", "main", "side")
    shop.git("switch", "-q", "main")
    assert shop.run("verify").code == 1
    assert (ticket(shop)["state"], ticket(shop)["stamp"]) == ("BLOCKED", None)


@pytest.mark.parametrize("rows", [["D-1 One"], ["D-1 One", "D-2 Two"]])
def test_an_unrelated_history_is_worked_on_from_its_own_tables(make: Make, rows: list[str]) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    tree = shop.git("rev-parse", "main~1^{tree}").strip()
    other = shop.git("-c", "user.name=P", "-c", "user.email=p@x.invalid", "commit-tree", tree, "-m", "anew").strip()
    shop.git("reset", "-q", "--hard", other)
    assert ticket(shop)["state"] == "PENDING"
    assert shop.run("run").code == 0
    assert shop.run("verify").code == 0
    assert shop.subjects()[0].startswith("stamp(D-1)")


def test_a_shallow_clone_with_the_ledger_still_knows_what_is_done(make: Make, at: At, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    for n in range(3):
        shop.commit({"a.txt": f"{n}\n"})
    with Repo(shop.path) as repo:
        repo.call(
            "clone", "-q", "--no-local", "--depth=1", "--no-single-branch", f"file://{shop.path}",
            str(tmp_path / "shallow"), cwd=tmp_path, GIT_ALLOW_PROTOCOL="file",
        )  # fmt: skip
    clone = at(tmp_path / "shallow")
    clone.git("branch", "-q", "factory/ledger", "origin/factory/ledger")
    assert ticket(clone)["state"] == "DONE"
    assert clone.run("run").code == 0


# --- under a run -----------------------------------------------------------------------------------------

AMEND = ("commit", "-q", "--amend", "-m", "as it should have been")


def under_the_run(shop: Shop, *commands: tuple[str, ...]) -> None:
    """A run; a person rewrites main while the first worker works."""
    left = list(commands)

    def say(now: Progress) -> None:
        while now.kind == "works" and left:
            shop.git("-c", "user.name=A", "-c", "user.email=a@example.com", *left.pop(0))

    with open_house(shop.path, dict(os.environ), say=say) as house:
        assert shift.run(house).stamped == 1


@pytest.mark.parametrize("amended", [False, True])
def test_what_was_taken_out_of_main_under_a_run_does_not_come_back(make: Make, amended: bool) -> None:
    """A key that was committed, say: neither the file nor the commit that held it is in what the stamp stands on."""
    shop = make("D-1 One", settings=FAST)
    leak = shop.commit({"leak.txt": "a key\n", "kept.txt": "more\n"})
    undo = [("rm", "-q", "leak.txt"), AMEND] if amended else [("reset", "-q", "--hard", "HEAD~1")]
    under_the_run(shop, *undo)
    assert shop.subjects()[0] == "stamp(D-1): One"
    assert "leak.txt" not in shop.git("ls-tree", "-r", "--name-only", "main")
    assert ("kept.txt" in shop.git("ls-tree", "-r", "--name-only", "main")) is amended
    assert leak not in shop.git("rev-list", "--all")
    assert shop.git("status", "--porcelain") == ""
    assert shop.run("verify").code == 0


def test_an_amended_root_under_a_run_is_one_like_any_other(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    under_the_run(shop, AMEND)
    assert shop.subjects() == ["stamp(D-1): One", "as it should have been"]
    assert shop.run("verify").code == 0


def test_a_change_that_does_not_fit_on_the_rewritten_main_is_made_again(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", settings=FAST, worker="echo right >> D-1.txt\n")
    shop.commit({"D-1.txt": "a first line\n"})
    (shop.path / "D-1.txt").write_text("another\n")
    shop.git("stash", "-q")
    under_the_run(shop, ("stash", "pop", "-q"), ("commit", "-q", "-a", "--amend", "-m", "another"))
    assert shop.read("D-1.txt") == "another\nright\n"
    assert shop.run("verify").code == 0
