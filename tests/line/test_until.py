"""The time until which a run is to work: how it is read, also where clocks change, and how the run ends by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from factory.errors import Mistake, Stopped, TimeUp
from factory.line.signals import Signals
from factory.line.until import Until
from tests.line.conftest import Shop
from tests.line.night import FAST
from tests.line.sleepless import Sleepless

Make = Callable[..., Shop]
ZONED = FAST + '\n[factory]\ntimezone = "Asia/Seoul"\nmax_workers = 1\n'


def at(text: str, zone: str = "Asia/Seoul") -> float:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def wall(seconds: float, zone: str = "Asia/Seoul") -> str:
    return dt.datetime.fromtimestamp(seconds, ZoneInfo(zone)).isoformat(timespec="minutes")


BERLIN, SAMOA = "Europe/Berlin", "Pacific/Apia"
READ = [
    ("07:00", "2026-11-28T23:30", "Asia/Seoul", "2026-11-29T07:00+09:00"),
    ("07:00", "2026-11-29T00:10", "Asia/Seoul", "2026-11-29T07:00+09:00"),
    ("7:00", "2026-11-29T07:00", "Asia/Seoul", "2026-11-30T07:00+09:00"),
    ("00:00", "2026-12-31T23:59", "Asia/Seoul", "2027-01-01T00:00+09:00"),
    ("2026-11-29T07:00", "2026-11-20T07:00", "Asia/Seoul", "2026-11-29T07:00+09:00"),
    ("2026-11-29 07:00", "2026-11-20T07:00", "Asia/Seoul", "2026-11-29T07:00+09:00"),
    ("2026-11-29T07:00Z", "2026-11-20T07:00", "Asia/Seoul", "2026-11-29T16:00+09:00"),
    ("07:00", "2026-03-28T23:30", BERLIN, "2026-03-29T07:00+02:00"),  # clocks go forward at 2: the night is short
    ("02:30", "2026-03-28T23:30", BERLIN, "2026-03-29T03:30+02:00"),  # skipped: as if they had not
    ("02:30", "2026-10-24T23:30", BERLIN, "2026-10-25T02:30+02:00"),  # twice: the first
    ("02:30", "2026-10-25T02:45", BERLIN, "2026-10-25T02:30+01:00"),  # and from there the second
    ("07:00", "2026-10-24T23:30", BERLIN, "2026-10-25T07:00+01:00"),
    ("23:30", "2011-12-29T23:45", SAMOA, "2011-12-31T23:30+14:00"),  # a zone that left a day out
]


@pytest.mark.parametrize(("text", "now", "zone", "wanted"), READ)
def test_a_time_is_the_next_one_that_the_clocks_show(text: str, now: str, zone: str, wanted: str) -> None:
    assert wall(Until(text, ZoneInfo(zone), at(now, zone)).at, zone) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("25:00", "'25:00' is no time; write it as 07:00, or as 2026-11-29T07:00"),
        ("7", "'7' is no time"),
        ("morning", "'morning' is no time"),
        ("2026-11-29", "'2026-11-29' is no time"),
        ("2026-13-29T07:00", "'2026-13-29T07:00' is no time"),
        ("２２:00x", "is no time"),
        ("2026-11-19T07:00", "2026-11-19T07:00 is over: it is 2026-11-20 07:00 (Asia/Seoul)"),
        ("9999-12-31T23:59-12:00", "is beyond all calendars"),
    ],
)
def test_what_is_no_time_is_refused(text: str, said: str) -> None:
    with pytest.raises(Mistake) as refused:
        Until(text, ZoneInfo("Asia/Seoul"), at("2026-11-20T07:00"))
    assert said in str(refused.value)


def test_a_clock_that_is_put_right_makes_no_night_longer_than_to_the_next_such_time() -> None:
    ahead = Until("07:00", ZoneInfo("Asia/Seoul"), at("2026-11-30T23:30"))  # it ran two days ahead
    assert not ahead.struck(at("2026-11-28T23:31"))
    assert not ahead.struck(at("2026-11-29T06:59"))
    assert ahead.struck(at("2026-11-29T07:00"))
    slept = Until("07:00", ZoneInfo("Asia/Seoul"), at("2026-11-28T23:30"))
    assert slept.struck(at("2026-11-29T09:12"))  # a laptop that slept over it
    dated = Until("2026-11-29T07:00", ZoneInfo("Asia/Seoul"), at("2026-11-28T23:30"))
    assert not dated.struck(at("2026-11-27T07:00"))
    assert dated.struck(at("2026-11-29T07:00"))


@pytest.mark.parametrize("text", ["25:00", "soon"])
def test_a_time_that_cannot_be_read_is_one_line(make: Make, text: str) -> None:
    answer = make("D-1 One").run("run", "--until", text)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"factory: {text!r} is no time; write it as 07:00, or as 2026-11-29T07:00\n"


def test_forever_and_a_count_are_one_line(make: Make) -> None:
    shop = make("D-1 One")
    for words in (("--once",), ("--tickets", "3")):
        answer = shop.run("run", "--forever", *words)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("factory: a run with --forever does not end at a count; leave out ")


# --- a run that ends by it ---------------------------------------------------------------------------------


def test_at_that_time_nothing_new_begins_and_what_runs_is_judged(make: Make, tmp_path: Path) -> None:
    """D-1's worker takes until after the hour: it is stamped all the same, and D-2 is not begun."""
    clock = Sleepless(tmp_path)
    shop = make(
        "D-1 One", "D-2 Two", settings=ZONED, worker=f'{clock.passes(3600)}echo right > "$FACTORY_TICKET.txt"\n'
    )
    until = wall(clock.now() + 1800)
    answer = clock.run(shop, until=until)
    assert answer.code == 3, answer.said
    found = shop.run("status", "--json").json
    assert {id: one["state"] for id, one in found["tickets"].items()} == {"D-1": "DONE", "D-2": "PENDING"}
    assert found["state"] == "RECOVERABLE"
    assert found["stop_reason"].startswith("The time until which it was to work had come, and there was more to do. (")
    english, _, korean = shop.run("report").out.partition("## 한국어")
    assert "The time until which it was to work had come" in english
    assert "(Asia/Seoul), until" not in english
    assert "일하기로 한 시각이 되어 멈췄고" in korean
    assert "(Asia/Seoul)까지 일하기로 했습니다" in korean
    assert clock.run(shop).code == 0


def test_where_all_was_done_before_it_ends_as_any_other(make: Make, tmp_path: Path) -> None:
    clock = Sleepless(tmp_path)
    shop = make("D-1 One", settings=ZONED)
    assert clock.run(shop, until="07:00").code == 0
    assert shop.run("status", "--json").json["state"] == "READY"
    over = Sleepless(tmp_path / "late")
    slow = f'{over.passes(3600)}echo right > "$FACTORY_TICKET.txt"\n'
    shop.commit({"tools/worker.sh": slow})
    shop.release("D-9 Last")
    assert over.run(shop, until=wall(over.now() + 1800)).code == 0  # the hour came, and nothing was left


def test_a_wait_for_a_server_ends_at_that_time(make: Make, tmp_path: Path) -> None:
    clock = Sleepless(tmp_path)
    shop = make("D-1 One", settings=ZONED, worker="exit 75\n")
    answer = clock.run(shop, until=wall(clock.now() + 90))
    assert answer.code == 3, answer.said
    assert "was to work until" in answer.said


def test_no_resume_lifts_it() -> None:
    signals = Signals()
    signals.end(Stopped("stopped by the operator"))
    assert signals.carry_on()
    signals.end(TimeUp("it was to work until 07:00"))
    assert not signals.carry_on()
    assert signals.drain.is_set()
