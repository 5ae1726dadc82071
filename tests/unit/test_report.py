"""The day's page from values."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.model import Event, State, Ticket, TicketStatus, Triage
from factory.money.budget import Book
from factory.money.spend import Spend
from factory.records import record
from factory.records.halves import Half
from factory.records.record import Record
from factory.records.state import Standing
from factory.records.view import FactoryFile
from factory.reports import report, stops
from factory.reports.daily import STOP, Blocked, Day, DaySeen, fold
from factory.reports.phrases import BOTH, ENGLISH, KOREAN
from factory.reports.runs import runs
from factory.reports.worked import Worked

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
    day = fold(
        DATE, "Asia/Seoul", DaySeen(events, found, halves, book, FactoryFile(next_command="factory run"), alive=False)
    )
    return day._replace(month_usd=9.5, **changes)


def test_the_facts_are_counted_and_add_up() -> None:
    day = a_day()
    assert (day.created, day.done, len(day.blocked), day.waiting, day.failed) == (3, 1, 1, 1, 2)
    assert day.today == ("D-1",)
    assert [half.name for half in day.boxes] == ["box_01_front"]
    assert [(run.kind, run.why, run.over) for run in day.runs] == [("storm", "6 attempts failed in a row", False)]


def test_the_page_tells_all_in_english_and_then_in_korean() -> None:
    page = report.page(a_day())
    english, _, korean = page.partition("## 한국어")
    for half in (english, korean):
        assert "| 3 | 1 | 2 | 1 | 1 |" in half
        assert "box_01_front (2026-11-21)" in half
        assert "1,200" in half
        assert "`AC-2 is still red`" in half
        assert "`factory run`" in half
    assert "$1.25" in english
    assert "$9.50" in english
    assert "1.25달러" in korean
    assert "9.50달러" in korean
    assert "(시도 6번이 잇달아 실패했습니다: `6 attempts failed in a row`)" in korean
    assert stops.STOPS["storm"].english in english
    assert stops.STOPS["storm"].korean in korean
    assert ENGLISH.why[Triage.TEST] in english
    assert KOREAN.why[Triage.TEST] in korean


def test_each_language_closes_with_a_line_for_a_ten_year_old() -> None:
    english, _, korean = report.page(a_day()).partition("## 한국어")
    last = english.strip().splitlines()[-1]
    assert last == (
        "**For a ten-year-old:** Jobs that the robots got: 3. Done and checked: 1. "
        "A grown-up must look at: 1. Still waiting: 1. It cost $1.25 today."
    )
    assert korean.strip().splitlines()[-1].startswith("**열 살 어린이에게:** 로봇이 받은 일은 3개예요.")


def test_a_stamp_that_was_taken_back_the_same_day_is_not_told_as_done() -> None:
    stamped, stands = Event(name="stamped", ticket="D-1"), standing("D-1", State.PENDING)
    day = fold(DATE, "UTC", DaySeen([stamped], [stands], [], Book(date=DATE), FactoryFile()))
    assert (day.today, day.done) == ((), 0)


def test_what_is_blocked_and_nothing_waiting_leads_to_the_log() -> None:
    page = report.page(a_day(waiting=0, next=""))
    assert page.count("Next: `factory log D-2`") == 1
    assert page.count("`factory retry D-2`") == 2


def test_every_stop_and_every_triage_has_words_in_both_languages() -> None:
    for words in BOTH:
        assert set(words.why) == set(Triage)
        assert set(words.stop) == {*stops.STOPS, "killed"}
        assert all(words.stop.values())


@given(st.text(max_size=80))
def test_what_others_wrote_adds_no_heading_and_no_table_row(why: str) -> None:
    plain = report.page(a_day(blocked=(Blocked("D-2", Triage.TEST, "x"),)))
    page = report.page(a_day(blocked=(Blocked("D-2", Triage.TEST, why or "x"),)))
    assert page.count("\n") == plain.count("\n")
    assert [line for line in page.splitlines() if line.startswith("#")] == [
        line for line in plain.splitlines() if line.startswith("#")
    ]


# --- what is said is so ----------------------------------------------------------------------------------

RAN, ENDED = Event(name="run"), Event(name="stop", text="D_ROADMAP.md:5: wrong", trailers={STOP: "written"})


def told(events: list[Event], found: tuple[Standing, ...] = (), alive: bool | None = False, **state: object) -> str:
    book = Book(date=DATE, settled=Spend(usd="0.0023"), open={"a": Spend(usd="1.5")})  # type: ignore[arg-type]
    day = fold(DATE, "UTC", DaySeen(events, found, [], book, FactoryFile(**state), alive=alive))  # type: ignore[arg-type]
    return report.page(day)


def at(event: Event, clock: str) -> Event:
    """The event at that time of the day."""
    time = dt.datetime.combine(DATE, dt.time.fromisoformat(clock), dt.UTC)
    return event.model_copy(update={"time": int(time.timestamp())})


def test_a_run_that_was_killed_is_told_as_killed_and_not_as_on() -> None:
    stamped = Event(name="stamped", ticket="D-1")
    page = told([at(RAN, "01:00"), at(stamped, "02:30")], state="RUNNING")
    assert f"- 01:00 to 02:30 (1 h 30 min): stamped 1, failed attempts 0. {stops.KILLED}\n" in page
    assert f"- 01:00~02:30 (1시간 30분): 스탬프 1개, 실패한 시도 0번. {stops.KILLED_KOREAN}\n" in page
    assert "A run is on." not in page
    assert "Nothing stopped" not in page
    again = told([at(RAN, "01:00"), at(RAN, "03:00")], state="RUNNING", alive=True)
    assert f"{stops.KILLED} It went on at 03:00.\n" in again
    assert "A run is on." in again
    assert "지금 일하고 있습니다." in again


def test_a_stop_that_was_mended_is_told_as_over() -> None:
    line = f"stamped 0, failed attempts 0. {stops.STOPS['written'].english} (`D_ROADMAP.md:5: wrong`)"
    ran, ended = at(RAN, "01:00"), at(ENDED, "01:01")
    assert f"- 01:00 to 01:01 (60 s): {line}\n" in told([ran, ended], state="FAIL_STOP")
    mended = told([ran, ended, at(RAN, "07:10"), at(ENDED, "07:20")], state="FAIL_STOP")
    assert f"- 01:00 to 01:01 (60 s): {line} It went on at 07:10.\n" in mended
    assert f"- 07:10 to 07:20 (10 min): {line}\n" in mended
    assert "07:10에 다시 이어졌습니다." in mended


def test_each_run_counts_what_it_brought_and_a_run_of_the_day_before_says_so() -> None:
    stamped = [Event(name="stamped", ticket="D-1"), Event(name="stamped", trailers={"Factory-Cards": "L1_A#1 L1_B#1"})]
    events = [
        *(at(event, "00:20") for event in stamped),
        at(Event(name="fail", ticket="D-2"), "00:30"),
        at(ENDED, "00:40"),
    ]
    found = runs(events, on=True)
    assert [(run.began, run.stamped, run.failed, run.kind) for run in found] == [(None, 3, 1, "written")]
    day = a_day()._replace(runs=found, zone="UTC")
    assert "- the day before to 00:40 (-): stamped 3, failed attempts 1." in report.page(day)


def test_a_bar_a_tick_or_a_mark_in_a_title_stays_in_its_cell() -> None:
    title = "<script>a|b</script> `c` **d** [e](http://f) https://g"
    one = Worked("D-1", title, "run", "0" * 40, 2, 90.0, Decimal("0.0023"), ("a|model",))
    day = a_day(worked=(one,))
    row = next(line for line in report.page(day).splitlines() if line.startswith("| D-1 |"))
    assert len(re.findall(r"(?<!\\)[|]", row)) == 8
    assert "| 2 min | $0.0023 |" in row
    page = report.page_as_html(day, ENGLISH)
    assert "<td>&lt;script&gt;a|b&lt;/script&gt; `c` **d** [e](http://f) https://g</td>" in page
    assert "<script" not in page


def test_a_page_of_a_past_day_does_not_speak_of_today() -> None:
    page = told([RAN], state="RUNNING", alive=None)
    assert "When the day ended, its last run had not ended." in page
    assert not [word for word in ("today", "A run is on", "오늘", "지금") if word in page]


def test_a_stop_that_holds_while_no_run_is_on_is_told() -> None:
    page = told([], state="RECOVERABLE", stop_asked="stopped by the operator", next_command="factory resume")
    assert stops.STOPS["held"].english in page
    assert "Next: `factory resume`" in page


def test_what_is_set_aside_is_not_told_as_spent_and_less_than_a_cent_is_not_nothing() -> None:
    page = told([])
    assert "Spent today: $0.0023;" in page
    assert "Set aside for calls that have not ended: $1.50." in page
    assert "오늘 쓴 비용: 0.0023달러," in page
    assert "예약해 둔 비용: 1.50달러" in page


@pytest.mark.parametrize(
    ("why", "english", "korean"),
    [
        (record.BY_HAND, "a person set its row to BLOCKED", "사람이 표에 BLOCKED라고 적었습니다"),
        (record.NO_STAMP, "its row says DONE, and main holds no stamp", "그 스탬프가 없습니다"),
        (record.CANCELLED, "with `factory cancel`", "작업에서 제외했습니다"),
        (record.CANCELLED_AT_WORK, "while it was worked on", "일하는 도중에"),
        ("something else", "D-1 needs a person: `something else`", "사람이 봐야 합니다. `something else`"),
    ],
)
def test_what_no_failure_blocked_is_told_by_its_own_reason(why: str, english: str, korean: str) -> None:
    page = told([], (standing("D-1", State.BLOCKED, None, why),))
    assert ("`factory retry D-1`" in page) == (why != record.NO_STAMP)
    assert english in page
    assert korean in page


def test_a_remedy_at_the_end_of_a_long_reason_is_told() -> None:
    why = f"AC-1 is green only with what the change made of {'x' * 5000}: leave it as main has it"
    page = told([], (standing("D-1", State.BLOCKED, Triage.TEST, why),))
    assert page.count("leave it as main has it`") == 2
    assert len(page) < 6000
