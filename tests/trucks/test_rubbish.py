"""What a person spoils by hand is one line with file and line, and nothing is worked on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from factory.cards.crosscheck import read_day_plan
from factory.cards.example import EXAMPLE
from tests.trucks.conftest import DAY, PLAN, PLAN_AT, MakeDay, stamps

BACKLOG = f"ssot/backlog/backlog_{DAY}.jsonl"
A, B = (f"ssot/packets/{DAY}/truck_001/packet_{name}.jsonl" for name in "AB")
MANY = {f"src/m{n:03}.py": "pass\n" for n in range(130)}
SCANS = """\
goal: Many
sources: {code: "src/m*.py"}
lanes: {1: {name: scan, prio: A}}
cards:
  scan: {type: SCAN, lane: 1, source: code, accept: {schema: index}}
"""


def one_more(text: str, other: str) -> str:
    return text + other.splitlines(keepends=True)[0]


def in_third_line(old: str, new: str) -> Callable[[str, str], str]:
    def spoil(text: str, _other: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join([*lines[:2], lines[2].replace(old, new), *lines[3:]])

    return spoil


@pytest.mark.parametrize(
    ("path", "spoil", "line", "what"),
    [
        (A, one_more, 121, "121 cards; a packet has at most 120"),
        (A, in_third_line("m002", "m003"), 3, "L1_SCAN_000003 is not as the backlog has it"),
        (A, in_third_line('"prio":"A"', '"prio":"Z"'), 3, "not a card: prio: Input should be"),
        (BACKLOG, in_third_line('"lane":1', '"lane":2'), 3, "not a card: the id L1_SCAN_000003 says lane 1"),
        (BACKLOG, in_third_line("}\n", "}x\n"), 3, "not JSON"),
    ],
)
def test_a_backlog_or_packet_edited_by_hand_is_worked_on_by_no_run(
    make_day: MakeDay, path: str, spoil: Callable[[str, str], str], line: int, what: str
) -> None:
    shop = make_day(SCANS, files=MANY)
    assert shop.run("plan", "compile").code == 0
    assert shop.run("plan", "pack").code == 0
    made = {name: (shop.path / name).read_text() for name in (BACKLOG, A, B)}
    for name in made:
        (shop.path / name).unlink()
    shop.commit({**made, path: spoil(made[path], made[B])})
    done = shop.run("run")
    assert done.code == 2
    assert done.err.startswith(f"factory: {path}:{line}: {what}")
    assert done.err.count("\n") == 1
    assert shop.run("check-consistency").code in (1, 2)
    assert stamps(shop) == []


def test_a_typo_in_a_key_is_named_and_not_what_it_leaves_out(make_day: MakeDay) -> None:
    shop = make_day()
    (shop.path / PLAN_AT).write_text(PLAN.replace("goal:", "gaol:"))
    said = shop.run("plan", "compile")
    assert (said.code, said.err) == (
        2, f"factory: {PLAN_AT}:1: unknown key gaol; `factory plan --help` shows the keys\n",
    )  # fmt: skip


def test_a_plan_with_a_name_that_no_run_would_see_is_a_mistake(make_day: MakeDay) -> None:
    shop = make_day()
    (shop.path / "ssot/plans/dayplan_2026-01-06.yaml").write_text(PLAN)
    said = shop.run("plan", "compile")
    assert said.code == 2
    assert (
        "dayplan_2026-01-06.yaml: a day plan is named by its day; call it ssot/plans/dayplan_YYYYMMDD.yaml" in said.err
    )


def test_without_any_plan_compile_says_how_to_write_one(make_day: MakeDay) -> None:
    shop = make_day()
    shop.commit({PLAN_AT: None})
    assert shop.run("plan", "compile").out.startswith("there is no day plan; write ssot/plans/dayplan_YYYYMMDD.yaml")


def test_the_plan_that_the_help_shows_works(make_day: MakeDay) -> None:
    assert read_day_plan(PLAN_AT, EXAMPLE.encode()).value.cards.keys() == {"scan", "tag"}
    shop = make_day(EXAMPLE, files={"notes/a.txt": "ERROR one\n", "notes/b.txt": "calm\n"})
    assert shop.run("run").code == 0
    assert shop.read(f"output/{DAY}/strike_list.jsonl").count("\n") == 1
