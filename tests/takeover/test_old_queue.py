from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.errors import Mistake
from factory.model import Priority, TicketStatus
from factory.operator.oldqueue import QUEUE, Queue, read_queue
from factory.operator.takeover import report_text, take_over
from factory.ssot.documents import read_ledger, read_roadmap

HEAD = f"# Old\n\n{QUEUE.header}\n|{'---|' * 9}\n"
ROADMAP = b"""\
# Roadmap

| ticket | status | priority | risk | title | deps |
|---|---|---|---|---|---|
| D-001 | DONE | P1 | MED | Mine |  |
"""
LEDGER = b"""\
| AC | ticket | criterion | check | status | work |
|---|---|---|---|---|---|
| AC-001-1 | D-001 | mine | `true` | OPEN |  |
"""


def row(
    name: str = "T-1", status: str = "OPEN", priority: str = "P1", task: str = "Do it", criteria: str = "", *rest: str
) -> str:
    return "| " + " | ".join([name, status, priority, task, criteria, *rest, *[""] * (4 - len(rest))]) + " |\n"


def queue(*rows: str) -> Queue:
    return read_queue((HEAD + "".join(rows)).encode())


def notes(found: Queue) -> list[str]:
    return [note.what for note in found.unmapped]


def test_a_row_is_a_ticket_with_its_criteria() -> None:
    found = queue(
        row(
            "T-1",
            "IN_PROGRESS",
            "P0",
            "Do it",
            "it works: `pytest -q tests/x.py`",
            "s1",
            "2026-11-01 09:00",
            "2026-11-30",
            "ask Kim",
        )
    )
    (ticket,), (criterion,) = found.tickets, found.criteria
    assert (ticket.id, ticket.status, ticket.priority, ticket.title, ticket.line) == (
        "T-1",
        "IN_PROGRESS",
        "P0",
        "Do it",
        5,
    )
    assert (criterion.id, criterion.ticket, criterion.check) == ("AC-T-1-1", "T-1", "pytest -q tests/x.py")
    assert criterion.text == "it works: `pytest -q tests/x.py`"
    for point in (
        "- owner_session: s1",
        "- started_at_kst: 2026-11-01 09:00",
        "- due_at_kst: 2026-11-30",
        "- notes: ask Kim",
    ):
        assert point in ticket.prose
    assert found.unmapped == ()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("todo", "PLANNED"),
        ("", "PLANNED"),
        ("**In Progress**", "IN_PROGRESS"),
        ("on hold", "BLOCKED"),
        ("Pending", "PLANNED"),
        ("✅", "PLANNED"),
    ],
)
def test_statuses_of_old_queues_are_known(word: str, status: str) -> None:
    assert queue(row(status=word)).tickets[0].status is TicketStatus(status)


@pytest.mark.parametrize(("word", "priority"), [("P3", "P3"), ("high", "P1"), ("A", "P0"), ("2", "P2"), ("", "P2")])
def test_priorities_of_old_queues_are_known(word: str, priority: str) -> None:
    assert queue(row(priority=word)).tickets[0].priority is Priority(priority)


def test_what_is_not_known_is_taken_over_as_little_as_can_be_and_noted() -> None:
    found = queue(row(status="금요일", priority="soon", criteria="`pytest -q a`"))
    assert (found.tickets[0].status, found.tickets[0].priority) == ("PLANNED", "P2")
    assert notes(found) == ["priority soon is unknown: P2", "status 금요일 is unknown: PLANNED"]


@pytest.mark.parametrize("status", ["DONE", "completed", "Merged", "cancelled", "won't fix"])
def test_a_row_that_is_over_is_left_out_and_noted(status: str) -> None:
    found = queue(row(status=status))
    assert (found.tickets, found.criteria) == ((), ())
    assert notes(found)[0].startswith(f"left out: it says {status}")


@pytest.mark.parametrize(
    ("name", "ticket"),
    [
        ("D_ALPHA-1", "D_ALPHA-1"),
        ("d-001", "D-001"),
        ("17", "Q-17"),
        ("a task", "Q-a-task"),
        ("T-1..2", "Q-T-1.2"),
        ("T-1.lock", "Q-T-1"),
    ],
)
def test_a_name_that_is_no_ticket_id_becomes_one(name: str, ticket: str) -> None:
    found = queue(row(name, criteria="`pytest -q a`"))
    assert found.tickets[0].id == ticket
    assert bool(found.unmapped) == (name != ticket)


def test_rows_without_id_or_task_and_second_rows_are_left_out() -> None:
    found = queue(
        row("한"), row("T-2", task=""), row("T-3"), row("t-3", task="Other"), "|  |  |  |  |  |  |  |  |  |\n"
    )
    assert [(ticket.id, ticket.title) for ticket in found.tickets] == [("T-3", "Do it")]
    assert sum("left out" in what for what in notes(found)) == 3


@pytest.mark.parametrize(
    ("cell", "checks"),
    [
        ("`pytest -q a; echo b`; it is fast<br/>`./run.sh x`", ["pytest -q a; echo b", "", "./run.sh x"]),
        ("`parse` returns `None`", [""]),
        ("`make a` and `make b` pass", [""]),
        ("`python` is there", [""]),
        (" ; <br> ", []),
    ],
)
def test_criteria_are_parts_and_checks_are_their_commands(cell: str, checks: list[str]) -> None:
    found = queue(row(criteria=cell))
    assert [criterion.check for criterion in found.criteria] == checks
    assert len(found.unmapped) == (checks.count("") or not checks)


def test_a_long_task_is_cut_in_the_title_and_whole_in_the_prose() -> None:
    task = "word " * 40 + "end"
    (ticket,) = queue(row(task=task)).tickets
    assert len(ticket.title) <= 100
    assert f"- task: {task}" in ticket.prose


def test_a_document_without_the_table_is_a_mistake() -> None:
    with pytest.raises(Mistake, match=r"queue\.md:1: no table with the columns id and task and success_criteria"):
        read_queue(b"# nothing\n")


def test_what_is_there_stays_and_a_second_time_adds_nothing() -> None:
    found = queue(
        row("D-001", criteria="theirs: `pytest -q a`"), row("T-2", task="a \\| b", criteria="c: `pytest -q x`; d")
    )
    first = take_over(found, ROADMAP, LEDGER)
    assert first.roadmap.startswith(ROADMAP)
    assert first.ledger.startswith(LEDGER)
    assert (first.added, first.already) == (("T-2",), ("D-001",))
    assert [(ticket.id, ticket.title) for ticket in read_roadmap(first.roadmap)] == [
        ("D-001", "Mine"),
        ("T-2", "a | b"),
    ]
    assert [criterion.id for criterion in read_ledger(first.ledger)] == ["AC-001-1", "AC-T-2-1", "AC-T-2-2"]
    second = take_over(found, first.roadmap, first.ledger)
    assert (second.roadmap, second.ledger, second.added) == (first.roadmap, first.ledger, ())


def test_criteria_that_were_lost_half_way_are_added_by_the_next_time() -> None:
    found = queue(row("T-2", criteria="c: `pytest -q x`"))
    first = take_over(found, ROADMAP, LEDGER)
    assert take_over(found, first.roadmap, LEDGER)[:2] == first[:2]


def test_the_report_names_every_note() -> None:
    taken = take_over(queue(row("T-1", "DONE"), row("7", criteria="`pytest -q x`")), ROADMAP, LEDGER)
    assert report_text(taken).splitlines() == [
        "1 ticket added, 0 were there, 2 notes",
        "added: Q-7",
        "line 5: T-1: left out: it says DONE, and here only a stamp makes a ticket DONE",
        "line 6: 7: 7 is no ticket id: it is Q-7 here",
    ]


CELL = st.text(st.sampled_from("ab-1 `;<br>#|\\.,_*한[]()\"'~"), max_size=25).map(
    lambda text: text.replace("\\", "").replace("|", "\\|")
)


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL, CELL, CELL), max_size=4))
def test_any_row_is_taken_over_or_noted_and_never_twice(cells: list[tuple[str, ...]]) -> None:
    found = queue(*(row(*some) for some in cells))
    first = take_over(found, ROADMAP, LEDGER)
    for ticket in found.tickets:
        assert ticket.id in (*first.added, *first.already, *(note.id for note in first.unmapped))
    second = take_over(found, first.roadmap, first.ledger)
    assert (second.roadmap, second.ledger) == (first.roadmap, first.ledger)
    assert first.roadmap.startswith(ROADMAP)
