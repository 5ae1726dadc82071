"""A second clone, whose ledger is another or none: it says what main tells, and what it cannot know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git.repo import LEDGER
from tests.line.conftest import Shop
from tests.line.conftest import at as at
from tests.line.conftest import make as make

Make = Callable[..., Shop]
At = Callable[[Path], Shop]
WORKER = """\
test "$FACTORY_TICKET" = D-2 && exit 1
echo '{"calls": 3, "cost_usd": 0.5}' > "$FACTORY_REPORT"
echo right > "$FACTORY_TICKET.txt"
"""
BRINGS = "git fetch origin factory/ledger:factory/ledger"


def by_hand(shop: Shop, ticket: str, status: str) -> None:
    """A person sets a row and commits."""
    rows = shop.read("D_ROADMAP.md").splitlines(keepends=True)
    at = next(n for n, row in enumerate(rows) if row.startswith(f"| {ticket} |"))
    was = rows[at].split("|")[2].strip()
    rows[at] = rows[at].replace(f"| {was} |", f"| {status} |", 1)
    shop.commit({"D_ROADMAP.md": "".join(rows)})


def clone(shop: Shop, at: At, *options: str) -> Shop:
    to = shop.path.parent / "clone"
    url = f"file://{shop.path}"
    shop.git("clone", "-q", "--no-local", *options, url, str(to), GIT_ALLOW_PROTOCOL="file")
    return at(to)


@pytest.fixture
def shop(make: Make) -> Shop:
    """D-1 stamped, D-2 blocked by the factory, D-3 cancelled, D-4 blocked by a person, D-5 by each of them in turn."""
    shop = make(*(f"D-{n} Ticket {n}" for n in range(1, 6)), worker=WORKER)
    by_hand(shop, "D-4", "BLOCKED")
    assert shop.run("cancel", "D-3").code == shop.run("cancel", "D-5").code == 0
    by_hand(shop, "D-5", "IN_PROGRESS")
    by_hand(shop, "D-5", "BLOCKED")
    assert shop.run("run").code == 1
    return shop


def test_a_second_clone_says_who_blocked_each_row_and_that_costs_are_not_known(shop: Shop, at: At) -> None:
    second = clone(shop, at, "--single-branch")
    found = second.run("status", "--json").json
    told = {id: (t["state"], t["triage"], t["why"]) for id, t in found["tickets"].items()}
    assert told == {
        "D-1": ("DONE", None, ""),
        "D-2": ("BLOCKED", "WORKER", "the factory set it, and its reason stands in a ledger that is not in this clone"),
        "D-3": ("BLOCKED", None, "cancelled by the operator"),
        "D-4": ("BLOCKED", None, "a person wrote BLOCKED"),
        "D-5": ("BLOCKED", None, "a person wrote BLOCKED"),
    }
    assert BRINGS in found["not_known"]
    said = second.run("status").out
    assert "$0.00" not in said
    assert "0 tried" not in said
    assert "not known here" in said.splitlines()[-1]
    assert BRINGS in second.run("log").out
    assert BRINGS in second.run("log", "D-2").out
    assert BRINGS in second.run("kpi").out


def test_the_report_of_a_second_clone_tells_todays_stamps_and_no_cost(shop: Shop, at: At) -> None:
    english, _, korean = clone(shop, at, "--single-branch").run("report").out.partition("## 한국어")
    assert "Done today: D-1." in english
    assert "오늘 끝낸 티켓: D-1." in korean
    for page in (english, korean):
        assert "| 5 | 1 | ? | 4 | 0 |" in page
        assert f"`{BRINGS}`" in page
        assert "0.00" not in page
    assert "D-2 needs a person: the worker itself broke down (the factory set it" in english
    assert "D-4 needs a person: a person set its row to BLOCKED" in english
    assert "작업자 자체가 고장 났습니다 (공장이 막았습니다" in korean


def test_a_ledger_that_came_with_the_clone_is_named_and_then_tells_all(shop: Shop, at: At) -> None:
    second = clone(shop, at)
    take = "git branch factory/ledger origin/factory/ledger"
    assert take in second.run("status").out
    second.git(*take.split()[1:])
    found, first = (one.run("status", "--json").json for one in (second, shop))
    assert found == first
    assert found["budget"]["usd"] == 0.5
    assert not {"not_known", "made_elsewhere"} & set(found)
    assert second.run("report").out == shop.run("report").out


def test_a_second_clone_that_works_says_what_another_one_worked_on(shop: Shop, at: At) -> None:
    second = clone(shop, at, "--single-branch")
    by_hand(second, "D-3", "IN_PROGRESS")
    assert second.run("run").code == 1
    found = second.run("status", "--json").json
    assert found["made_elsewhere"] == ["D-1", "D-2"]
    assert (found["tickets"]["D-2"]["triage"], "not_known" in found) == ("WORKER", False)
    lines = second.run("status").out.splitlines()
    assert lines[2] == (
        "Worked on in another clone: 2 tickets; what that took and cost stands in its ledger, and not here."
    )
    assert [line.split("tried")[0].split()[-1] for line in lines[3:8]] == ["?", "?", "1", "0", "0"]
    assert "$0.50" in lines[8]


def test_what_lies_beyond_a_shallow_clones_edge_is_put_to_nobody(shop: Shop, at: At) -> None:
    shop.commit({"note.txt": "later\n"})
    found = clone(shop, at, "--depth=1").run("status", "--json").json["tickets"]
    assert found["D-4"]["why"] == "who set it lies beyond a shallow clone's edge"


def test_a_repository_in_which_nothing_happened_has_no_ledger_that_is_missed(make: Make) -> None:
    shop = make("D-1 One")
    assert "not_known" not in shop.run("status", "--json").json
    assert "$0.00" in shop.run("status").out
    assert shop.git("for-each-ref", LEDGER) == ""
