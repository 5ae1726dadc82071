"""The day's page from values."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from factory.model import Event, State, Ticket, TicketStatus, Triage
from factory.money.budget import Book
from factory.money.spend import Spend
from factory.records.boxes import Half
from factory.records.state import Record, Standing
from factory.records.view import FactoryFile
from factory.reports import report, stops
from factory.reports.daily import STOP, Blocked, Day, fold
from factory.reports.phrases import BOTH, ENGLISH, KOREAN

DATE = dt.date(2026, 11, 21)


def standing(id: str, state: State, triage: Triage | None = None, why: str = "") -> Standing:
    return Standing(
        Ticket(id=id, status=TicketStatus.IN_PROGRESS, title=id), state, 0, None, triage, why, Record(ticket=id)
    )


def a_day(**changes: object) -> Day:
    events = [
        Event(name="stamped", ticket="D-1"),
        Event(name="fail", ticket="D-2"),
        Event(name="fail", ticket="D-2"),
        Event(name="stop", text="6 attempts failed in a row", trailers={STOP: "storm"}),
    ]
    found = [
        standing("D-1", State.DONE),
        standing("D-2", State.BLOCKED, Triage.TEST, "AC-2 is still red"),
        standing("D-3", State.PENDING),
    ]
    halves = [
        Half(date="2026-11-21", box=1, half="back"),
        Half(date="2026-11-21", box=1, half="front", dealt=("D-1", "D-2"), failed=("D-2",), stopped="a storm"),
    ]
    book = Book(date=DATE, settled=Spend(calls=1200, tokens_in=5, tokens_out=6, usd="1.25"))  # type: ignore[arg-type]
    day = fold(DATE, "Asia/Seoul", events, found, halves, book, FactoryFile(next_command="factory run"))
    return day._replace(month_usd=9.5, **changes)


def test_the_facts_are_counted_and_add_up() -> None:
    day = a_day()
    assert (day.created, day.done, len(day.blocked), day.waiting, day.failed) == (3, 1, 1, 1, 2)
    assert day.today == ("D-1",)
    assert [half.name for half in day.boxes] == ["box_01_front"]
    assert day.stops == (("storm", "6 attempts failed in a row"),)


def test_the_page_tells_all_in_english_and_then_in_korean() -> None:
    page = report.page(a_day())
    english, _, korean = page.partition("## 한국어")
    for half in (english, korean):
        assert "| 3 | 1 | 2 | 1 | 1 |" in half
        assert "box_01_front (2026-11-21)" in half
        assert "$1.25" in half
        assert "1,200" in half
        assert "$9.50" in half
        assert "`AC-2 is still red`" in half
        assert "`factory run`" in half
    assert stops.STOPS["storm"].english in english
    assert stops.STOPS["storm"].korean in korean
    assert ENGLISH.why[Triage.TEST] in english
    assert KOREAN.why[Triage.TEST] in korean


def test_each_language_closes_with_a_line_for_a_ten_year_old() -> None:
    english, _, korean = report.page(a_day()).partition("## 한국어")
    last = english.strip().splitlines()[-1]
    assert last == (
        "**For a ten-year-old:** Jobs that the robots got: 3. Done and checked: 1. "
        "Too hard for them, so a grown-up must look: 1. Still waiting: 1. It cost $1.25 today."
    )
    assert korean.strip().splitlines()[-1].startswith("**열 살 어린이에게:** 로봇이 받은 일은 3개예요.")


def test_a_stamp_that_was_taken_back_the_same_day_is_not_told_as_done() -> None:
    day = fold(
        DATE, "UTC", [Event(name="stamped", ticket="D-1")], [standing("D-1", State.PENDING)], [], Book(date=DATE),
        FactoryFile(),
    )  # fmt: skip
    assert (day.today, day.done) == ((), 0)


def test_what_is_blocked_and_nothing_waiting_leads_to_the_log() -> None:
    page = report.page(a_day(waiting=0, next=""))
    assert page.count("Next: `factory log D-2`") == 1
    assert page.count("`factory retry D-2`") == 2


def test_every_stop_and_every_triage_has_words_in_both_languages() -> None:
    for words in BOTH:
        assert set(words.why) == set(Triage)
        assert set(words.stop) == set(stops.STOPS)
        assert all(words.stop.values())


@given(st.text(max_size=80))
def test_what_others_wrote_adds_no_heading_and_no_table_row(why: str) -> None:
    plain = report.page(a_day(blocked=(Blocked("D-2", Triage.TEST, "x"),)))
    page = report.page(a_day(blocked=(Blocked("D-2", Triage.TEST, why or "x"),)))
    assert page.count("\n") == plain.count("\n")
    assert [line for line in page.splitlines() if line.startswith("#")] == [
        line for line in plain.splitlines() if line.startswith("#")
    ]
