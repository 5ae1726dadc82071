"""`factory plan compile`, `plan pack`, `import`, `add` and `check-consistency`, as a person types them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory.cards.backlog import read_backlog
from factory.cards.places import ids_in
from factory.operator import tables_by_hand
from factory.operator.adding import next_id
from tests.line.conftest import Shop
from tests.trucks.conftest import DAY, PLAN, PLAN_AT, SOURCES, MakeDay, states

BACKLOG = f"ssot/backlog/backlog_{DAY}.jsonl"
PACKETS = f"ssot/packets/{DAY}/truck_001"


def test_compile_and_pack_write_into_the_working_tree_and_the_run_takes_them_as_they_are(make_day: MakeDay) -> None:
    shop = make_day()
    before = shop.main()
    assert shop.run("plan", "compile").out == f"wrote {BACKLOG}\n8 cards\n"
    written = (shop.path / BACKLOG).read_bytes()
    assert len(read_backlog(written)) == 8
    assert ids_in(written) == tuple(card.id for card in read_backlog(written))
    assert "truck 001: 8 cards" in shop.run("plan", "pack").out
    assert (shop.path / PACKETS / "packet_B.jsonl").read_bytes() == b""
    assert shop.main() == before
    assert shop.run("run").code == 0  # what lies there uncommitted is what the run commits: it is not in the way
    assert shop.read(BACKLOG).encode() == written
    assert shop.git("status", "--porcelain") == ""
    assert set(states(shop).values()) == {"DONE"}


def test_the_same_plan_gives_the_same_bytes_and_cards_that_have_run_are_not_made_again(make_day: MakeDay) -> None:
    shop = make_day()
    shop.run("plan", "compile")
    first = (shop.path / BACKLOG).read_bytes()
    assert shop.run("plan", "compile").out.startswith("every day plan has its cards")
    assert shop.run("plan", "compile", "--day", DAY).code == 0
    assert (shop.path / BACKLOG).read_bytes() == first
    assert shop.run("run").code == 0
    again = shop.run("plan", "compile", "--day", DAY)
    assert (again.code, again.err) == (
        2, f"factory: {BACKLOG}: cards of {DAY} have run already; write the next day's plan\n",
    )  # fmt: skip


def test_somebody_elses_words_under_a_name_of_the_run_stop_it(make_day: MakeDay) -> None:
    shop = make_day()
    (shop.path / BACKLOG).parent.mkdir(parents=True)
    (shop.path / BACKLOG).write_text("mine\n")
    done = shop.run("run")
    assert done.code == 3
    assert f"uncommitted work in {BACKLOG} would be overwritten" in done.out
    assert (shop.path / BACKLOG).read_text() == "mine\n"


def test_a_plan_that_is_not_there_and_one_that_writes_where_nothing_may_are_mistakes(make_day: MakeDay) -> None:
    shop = make_day()
    missing = shop.run("plan", "compile", "--day", "20260107")
    assert (missing.code, missing.err.split(";")[0]) == (
        2, "factory: ssot/plans/dayplan_20260107.yaml: there is no such plan",
    )  # fmt: skip
    (shop.path / PLAN_AT).write_text(PLAN + "output: ssot/out\n")
    assert f"{PLAN_AT}:13: output: ssot/out is protected" in shop.run("plan", "compile").err


def test_a_day_that_comes_late_may_not_use_numbers_again(make_day: MakeDay) -> None:
    shop = make_day()
    assert shop.run("run").code == 0
    shop.commit({"ssot/plans/dayplan_20260104.yaml": PLAN})
    done = shop.run("run")
    assert done.code == 2
    assert "dayplan_20260104.yaml:1: L1_SCAN_000001 is a card of a later day" in done.err


def test_add_makes_a_planned_ticket_with_a_section_and_a_first_criterion(make: Callable[..., Shop]) -> None:
    shop = make("D-001 A first", "D-009 A ninth")
    done = shop.run("add", "Parse ISO dates | with pipes", "--check", "test -e x")
    assert done.code == 0
    assert done.out.splitlines()[0] == "D-010 is PLANNED, with AC-010-1"
    said = shop.run("add", "Say more", "--check", ".venv/bin/python -m pytest").out
    assert "`.venv/bin/python` is in no room, where that environment comes first in PATH: write `python`" in said
    roadmap = (shop.path / "D_ROADMAP.md").read_text()
    assert "| D-010 | PLANNED | P2 | MED | Parse ISO dates \\| with pipes |" in roadmap
    assert "## D-010 Parse ISO dates" in roadmap
    assert "`test -e x`" in (shop.path / "AC_LEDGER.md").read_text()
    assert shop.run("add", "  ").code == 2
    assert shop.run("check-consistency").code == 0


def test_two_commands_that_add_at_once_give_two_numbers(
    make: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, real = make("D-1 One"), tables_by_hand.add
    others: list[threading.Thread] = []
    given: list[str] = []

    def one(sentence: str) -> None:
        given.append(tables_by_hand.add_by_hand(shop.path, sentence, "").ticket)

    def add(*words: Any) -> Any:
        made = real(*words)
        if not others:  # both have read the tables, unless one waits
            others.append(threading.Thread(target=one, args=["Another thing"]))
            others[0].start()
            others[0].join(1)
        return made

    monkeypatch.setattr(tables_by_hand, "add", add)
    one("Parse ISO dates")
    others[0].join(20)
    assert sorted(given) == ["D-2", "D-3"]
    roadmap = (shop.path / "D_ROADMAP.md").read_text()
    assert ("| Parse ISO dates |" in roadmap, "| Another thing |" in roadmap) == (True, True)


@pytest.mark.parametrize("moments", [1, 100])
def test_a_stamp_that_comes_while_something_is_added_stays(
    make: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch, moments: int
) -> None:
    """A run's stamp turns the row, and the checkout follows, after `add` has read the tables."""
    shop, real, came = make("D-1 One"), tables_by_hand.add, []

    def add(*words: Any) -> Any:
        made = real(*words)
        if len(came) < moments:
            came.append(1)
            for name, old, new in (("D_ROADMAP.md", "IN_PROGRESS", "DONE"), ("AC_LEDGER.md", "OPEN", "DONE")):
                at = shop.path / name
                at.write_text(at.read_text().replace(old, new) + "\n" * len(came))
        return made

    monkeypatch.setattr(tables_by_hand, "add", add)
    done = shop.run("add", "Parse ISO dates")
    roadmap, ledger = ((shop.path / name).read_text() for name in ("D_ROADMAP.md", "AC_LEDGER.md"))
    assert ("| D-1 | DONE |" in roadmap, "IN_PROGRESS" in roadmap, "| DONE |" in ledger) == (True, False, True)
    added = moments == 1  # what never stands still is left alone
    assert (done.code == 0, "Parse ISO dates" in roadmap, "Parse ISO dates" in ledger) == (added, added, added)
    assert list(shop.path.glob(".*.part")) == []


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ([], "D-001"),
        (["D-001", "D-004"], "D-005"),
        (["ORCH-026", "ORCH-027", "D-100"], "ORCH-028"),
        (["D-99"], "D-100"),
        (["A-b"], "D-001"),
    ],
)
def test_the_next_id_is_after_the_highest_of_the_commonest_kind(ids: list[str], expected: str) -> None:
    assert next_id(ids) == expected


QUEUE = """\
| id | status | priority | task | success_criteria | owner_session | started_at_kst | due_at_kst | notes |
|---|---|---|---|---|---|---|---|---|
| D-100 | todo | high | Old work | `pytest tests/x.py` passes | s1 | | | keep |
| D-101 | done | high | Done work | it is | s1 | | | |
"""


def test_an_old_queue_comes_along_once_and_says_what_did_not(make: Callable[..., Shop], tmp_path: Path) -> None:
    shop = make("D-001 A first")
    queue = tmp_path / "QUEUE.md"
    queue.write_text(QUEUE)
    done = shop.run("import", str(queue))
    assert done.code == 0
    assert done.out.splitlines()[:2] == ["1 ticket added, 0 were there, 1 note", "added: D-100"]
    assert "line 4: D-101: left out" in done.out
    after = (shop.path / "D_ROADMAP.md").read_bytes()
    assert shop.run("import", str(queue)).out.startswith("0 tickets added, 1 were there")
    assert (shop.path / "D_ROADMAP.md").read_bytes() == after
    assert shop.run("import", str(tmp_path / "none.md")).code == 2


def test_every_drift_has_its_name(make_day: MakeDay) -> None:
    shop = make_day(tickets=("D-1 A ticket",))
    assert shop.run("run").code == 0
    assert shop.run("check-consistency").code == 0
    out = f"output/{DAY}/L1_SCAN_000001.jsonl"
    packet = shop.read(f"{PACKETS}/packet_A.jsonl").replace("LOW", "HIGH", 1)
    shop.commit(
        {
            PLAN_AT: PLAN.replace("goal: Index", "goal: Look"),
            out: "",
            f"output/{DAY}/strike_list.jsonl": "",
            f"{PACKETS}/packet_A.jsonl": packet,
            "D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("| D-1 | DONE |", "| D-1 | IN_PROGRESS |"),
        }
    )
    found = shop.run("check-consistency")
    assert found.code == 1
    lines = found.out.splitlines()
    assert lines[-1] == f"{len(lines) - 1} drifts"
    for said in (
        f"{PLAN_AT}: the plan was changed after its cards were made",
        f"{out}: it was changed after",
        f"output/{DAY}/strike_list.jsonl: it is not what its TAG cards wrote",
        "L1_SCAN_000001 is not as the backlog has it",
        "D-1 says IN_PROGRESS, and ",
        "AC-D-1-1 is DONE, and its ticket is not",
    ):
        assert any(said in line for line in lines), (said, lines)
    assert {drift["kind"] for drift in shop.run("check-consistency", "--json").json["drifts"]} == {
        "card", "stamp", "table",
    }  # fmt: skip


def test_a_ledger_that_tells_another_story_is_a_drift(make_day: MakeDay) -> None:
    shop = make_day(files={**SOURCES})
    assert shop.run("run").code == 0
    event = shop.git("log", "--first-parent", "--format=%H", "--grep=^stamped", "--reverse", "factory/ledger").split()[
        0
    ]
    before = shop.git("rev-parse", "factory/ledger").strip()
    path = f"cards/{DAY}/truck_001.json"
    old = shop.git("show", f"{event}^1:{path}")
    from factory.git.objects import Commit
    from factory.git.repo import LEDGER, Repo
    from factory.tree import FILE, Entry

    with Repo(shop.path) as repo:
        tree = repo.store.edit(repo.store.tree_of(before), {path: Entry(FILE, repo.store.write_blob(old.encode()))})
        repo.move(LEDGER, repo.store.write_commit(Commit(tree, (before,), "forged\n", 0)), before)
    found = shop.run("check-consistency")
    assert found.code == 1
    assert "L1_SCAN_000001: main's stamp is" in found.out
    assert "the ledger's none" in found.out
