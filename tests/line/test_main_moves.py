"""Main moves while a worker works: what counts is what main says at the stamp, not what it said at the plan."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from factory.line import shift
from factory.line.opening import open_house
from factory.model import Progress
from tests.line.conftest import SETTINGS, Shop, criteria, roadmap

Make = Callable[..., Shop]


def once(shop: Shop, files: dict[str, str | None]) -> None:
    """One attempt; a person commits these files while its worker works."""
    waiting = [files]

    def say(now: Progress) -> None:
        if now.kind == "works" and waiting:
            shop.commit(waiting.pop())

    with open_house(shop.path, dict(os.environ), say=say) as house:
        shift.run(house, once=True)
    assert not waiting


def triage(shop: Shop) -> tuple[str, int]:
    found = shop.run("status", "--json").json["tickets"]["D-1"]
    return found["triage"], found["attempts"]


def test_a_criterion_added_meanwhile_is_not_flipped_unproven(make: Make) -> None:
    shop = make("D-1 A ticket")
    more = criteria("D-1") + "| AC-D-1-2 | D-1 | and more | `test -e more.txt` | OPEN |  |\n"
    once(shop, {"AC_LEDGER.md": more})
    assert shop.subjects()[0] == "a person's commit"
    assert triage(shop) == ("CONFLICT", 0)


def test_a_scope_narrowed_meanwhile_holds(make: Make) -> None:
    shop = make("D-1 A ticket")
    once(shop, {"D_ROADMAP.md": roadmap('D-1 A ticket | | ```toml\nmodify = ["src/**"]\n```')})
    assert triage(shop) == ("CONFLICT", 0)


def test_hidden_files_and_terms_are_mains_at_the_stamp(make: Make) -> None:
    shop = make("D-1 A ticket")
    once(shop, {"D_ROADMAP.md": roadmap('D-1 A ticket | | ```toml\nhidden = ["D-1.txt"]\n```')})
    assert triage(shop) == ("SCOPE", 1)


@pytest.mark.parametrize("now", ["PLANNED", "BLOCKED"])
def test_a_release_taken_back_meanwhile_holds(make: Make, now: str) -> None:
    shop = make("D-1 A ticket", "D-2 Another")
    once(shop, {"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("D-1 | IN_PROGRESS", f"D-1 | {now}")})
    assert not any("(D-1)" in subject for subject in shop.subjects())
    assert f"| D-1 | {now} |" in shop.read("D_ROADMAP.md")


def test_a_row_removed_meanwhile_is_no_stamp_and_no_crash(make: Make) -> None:
    shop = make("D-1 A ticket", "D-2 Another")
    once(shop, {"D_ROADMAP.md": roadmap("D-2 Another"), "AC_LEDGER.md": criteria("D-2")})
    assert not any("(D-1)" in subject for subject in shop.subjects())
    assert shop.run("run").code == 0


def test_a_main_that_never_rests_blocks_the_ticket_in_the_end(make: Make) -> None:
    shop = make("D-1 A ticket", settings=SETTINGS + "\n[caps]\nattempts = 1\n")
    commits = iter(range(1, 30))

    def say(now: Progress) -> None:
        if now.text == "the gate runs doctor":
            shop.commit({"other.txt": f"{next(commits)}\n"})

    with open_house(shop.path, dict(os.environ), say=say) as house:
        assert shift.run(house).stamped == 0
    assert shop.run("status", "--json").json["tickets"]["D-1"]["state"] == "BLOCKED"
    assert triage(shop) == ("CONFLICT", 0)
    assert shop.run("verify").code == 0
