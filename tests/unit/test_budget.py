"""Reserve, settle, days and zones, case by case; test_money.py looks for the cases that nobody thought of."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.money.budget import (
    Book,
    DayCaps,
    Refused,
    Spend,
    day_of,
    day_turns,
    guard_json,
    month_summary,
    recover,
    reserve,
    settle,
    turned,
    warn,
)

SEOUL, UTC = ZoneInfo("Asia/Seoul"), ZoneInfo("UTC")
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=SEOUL)
CAPS = DayCaps(daily_calls=10, daily_tokens_in=1000, daily_tokens_out=500, daily_usd=Decimal(2), cycle_usd=Decimal(1))
CALL = Spend(calls=1, tokens_in=100, tokens_out=50, usd=Decimal("0.5"))
EMPTY = Book(date=NOON.date())


def _reserved(book: Book, id: str, worst: Spend = CALL, now: dt.datetime = NOON) -> Book:
    answer = reserve(book, CAPS, id, worst, now)
    assert isinstance(answer, Book), answer
    return answer


def _refusal(book: Book, worst: Spend = CALL, now: dt.datetime = NOON, cycle: Spend = Spend()) -> Refused:  # noqa: B008
    answer = reserve(book, CAPS, "next", worst, now, cycle)
    assert isinstance(answer, Refused), answer
    return answer


def test_a_reservation_counts_until_it_is_settled_by_the_true_cost() -> None:
    book = _reserved(EMPTY, "a")
    assert book.used == CALL
    true = Spend(calls=1, tokens_in=80, tokens_out=10, usd=Decimal("0.1234567"))
    book = settle(book, "a", true)
    assert book.open == {}
    assert book.used.usd == Decimal("0.123457")


def test_an_unknown_cost_is_the_worst_cost() -> None:
    assert settle(_reserved(EMPTY, "a"), "a", None).settled == CALL


def test_nothing_is_settled_that_was_not_reserved() -> None:
    with pytest.raises(KeyError):
        settle(EMPTY, "a", CALL)


@pytest.mark.parametrize(
    ("worst", "said"),
    [
        (Spend(calls=11), "11 calls more would pass the cap of 10 calls"),
        (Spend(calls=1, tokens_in=1001), "cap of 1,000 tokens in"),
        (Spend(calls=1, tokens_out=501), "cap of 500 tokens out"),
    ],
)
def test_each_daily_cap_refuses_and_says_which(worst: Spend, said: str) -> None:
    refusal = _refusal(EMPTY, worst)
    assert said in refusal.reason
    assert refusal.until is None, "tomorrow would not help: it is more than a day's cap"


def test_open_reservations_are_as_good_as_spent_and_the_refusal_says_when_the_day_turns() -> None:
    book = EMPTY
    for id in "abcd":
        book = _reserved(book, id)
    refusal = _refusal(book)
    assert refusal.reason == "$2.00 used on 2026-11-21; up to $0.50 more would pass the cap of $2.00"
    assert refusal.until == dt.datetime(2026, 11, 22, tzinfo=SEOUL)


def test_a_cap_can_be_used_to_the_last_cent() -> None:
    book = EMPTY
    for id in range(10):
        book = _reserved(book, str(id), Spend(calls=1, usd=Decimal("0.2")))
    assert book.used.usd == Decimal(2)


def test_an_attempt_has_a_cap_of_its_own() -> None:
    assert "its cap is $1" in _refusal(EMPTY, cycle=Spend(usd=Decimal("0.500001"))).reason
    assert isinstance(reserve(EMPTY, CAPS, "a", CALL, NOON, Spend(usd=Decimal("0.5"))), Book)


def test_the_same_reservation_is_not_made_twice() -> None:
    book = _reserved(EMPTY, "next")
    assert "open reservation already" in _refusal(book).reason


def test_a_true_cost_over_its_reservation_is_booked_whole_and_nothing_more_is_let_through() -> None:
    book = settle(_reserved(EMPTY, "a"), "a", Spend(calls=1, usd=Decimal(7)))
    assert book.used.usd == Decimal(7)
    assert "$7.00 used" in _refusal(book, Spend(calls=1)).reason


def test_a_crash_leaves_the_reservations_of_the_dead_spent() -> None:
    book = recover(_reserved(_reserved(EMPTY, "dead"), "alive"), alive={"alive"})
    assert book.settled == CALL
    assert book.open == {"alive": CALL}


def test_the_day_turns_in_the_configured_zone_and_what_is_open_stays_with_its_day() -> None:
    late = dt.datetime(2026, 11, 21, 23, 59, 59, tzinfo=SEOUL)
    old = _reserved(EMPTY, "a", now=late)
    new = _reserved(old, "b", now=late + dt.timedelta(seconds=1))
    assert (old.date, new.date) == (dt.date(2026, 11, 21), dt.date(2026, 11, 22))
    assert "a" not in new.open
    assert settle(old, "a", CALL).settled == CALL


def test_a_clock_that_jumps_back_gives_no_money_back() -> None:
    book = _reserved(EMPTY, "a", now=NOON)
    for jump in (dt.timedelta(hours=13), dt.timedelta(days=400)):
        book = turned(book, NOON - jump, SEOUL)
        assert book.date == NOON.date()
        assert book.used == CALL


def test_another_zone_does_not_reopen_yesterday() -> None:
    book = turned(EMPTY, NOON.replace(hour=1), ZoneInfo("America/Los_Angeles"))
    assert book.date == NOON.date()


def test_a_time_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        day_of(dt.datetime(2026, 1, 1), SEOUL)


ZONES = st.sampled_from(
    [
        "Asia/Seoul",
        "America/Los_Angeles",
        "Africa/Cairo",
        "Asia/Beirut",
        "America/Sao_Paulo",
        "Pacific/Apia",
        "Europe/Berlin",
    ]
).map(ZoneInfo)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2035, 1, 1)), ZONES)
def test_a_day_turns_at_its_last_second_also_where_clocks_change_at_midnight(date: dt.date, zone: ZoneInfo) -> None:
    turn = day_turns(date, zone)
    assert day_of(turn, zone) > date
    assert day_of(turn - dt.timedelta(seconds=1), zone) <= date
    assert day_of(turn.timestamp(), zone) == day_of(turn, zone)


@pytest.mark.parametrize(
    ("day", "hours"), [(dt.date(2026, 3, 8), 23), (dt.date(2026, 11, 1), 25), (dt.date(2026, 7, 1), 24)]
)
def test_a_day_of_daylight_saving_is_one_day(day: dt.date, hours: int) -> None:
    zone = ZoneInfo("America/New_York")
    assert day_turns(day, zone) - day_turns(day - dt.timedelta(days=1), zone) == dt.timedelta(hours=hours)
    start = day_turns(day - dt.timedelta(days=1), zone)
    assert {day_of(start + dt.timedelta(minutes=30 * i), zone) for i in range(hours * 2)} == {day}


def test_a_warning_comes_once_at_eighty_percent() -> None:
    book = _reserved(EMPTY, "a", Spend(calls=7))
    assert warn(book, CAPS) == (book, "")
    book, said = warn(_reserved(book, "b", Spend(calls=1)), CAPS)
    assert said == "8 calls of 10 calls used today"
    assert warn(book, CAPS) == (book, "")


def test_money_is_never_lost_in_floats() -> None:
    book = EMPTY
    for i in range(10):
        book = settle(_reserved(book, f"{i}", Spend(calls=1, usd=0.1)), f"{i}", Spend(calls=1, usd=0.1))  # type: ignore[arg-type]
    assert book.used.usd == Decimal(1)
    assert Book.model_validate_json(book.model_dump_json()) == book


def test_what_is_no_amount_is_refused() -> None:
    for usd in ("-0.01", "NaN", "Infinity", "1e30"):
        with pytest.raises(ValueError):
            Spend(usd=Decimal(usd))


def test_caps_are_read_from_the_settings_as_they_are() -> None:
    settings = SimpleNamespace(
        daily_calls=3000, daily_tokens_in=1, daily_tokens_out=2, daily_usd=20.0, cycle_usd=1.0, min_sleep_ms=0
    )
    assert DayCaps.model_validate(settings).daily_usd == Decimal(20)


def test_the_guards_file_has_the_users_fields() -> None:
    page = guard_json(_reserved(EMPTY, "a"), CAPS, "daily cap", "D-001")
    assert json.loads(json.dumps(page)) == page
    assert page["api_calls_used_today"] == 1
    assert page["tokens_in_used_today"] == 100
    assert page["tokens_out_used_today"] == 50
    assert page["stop_reason"] == "daily cap"
    assert page["last_success_order_id"] == "D-001"


def test_a_month_is_the_sum_of_its_days() -> None:
    other = Book(date=dt.date(2026, 11, 3), settled=CALL)
    assert month_summary([_reserved(EMPTY, "a"), other]) == {
        "month": "2026-11",
        "days": {"2026-11-03": 0.5, "2026-11-21": 0.5},
        "calls": 2,
        "tokens_in": 200,
        "tokens_out": 100,
        "usd": 1.0,
    }
    with pytest.raises(ValueError, match="several months"):
        month_summary([EMPTY, Book(date=dt.date(2026, 12, 1))])
