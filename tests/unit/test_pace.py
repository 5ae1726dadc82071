"""Half as many after a rate limit, one more after some successes, and waits that are told apart."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.clock import Clock
from factory.errors import Stopped
from factory.money.pace import CREEP_AFTER, Pace, full_pace, rate_limited, retry_delay, sleep_before_call, succeeded
from factory.money.spacing import Spacing


def test_a_rate_limit_halves_and_successes_creep_up_by_one() -> None:
    pace = rate_limited(full_pace(8))
    assert pace.now == 4
    for _ in range(CREEP_AFTER - 1):
        pace = succeeded(pace)
    assert pace.now == 4
    assert succeeded(pace).now == 5


def test_a_rate_limit_forgets_the_successes_before_it() -> None:
    pace = Pace(most=8, now=4, successes=CREEP_AFTER - 1)
    assert succeeded(rate_limited(pace)).now == 2


@given(st.integers(1, 50), st.lists(st.booleans()))
def test_the_pace_stays_between_one_and_the_most(most: int, outcomes: list[bool]) -> None:
    pace = full_pace(most)
    for good in outcomes:
        pace = succeeded(pace) if good else rate_limited(pace)
        assert 1 <= pace.now <= most


def test_delays_are_one_three_and_ten_minutes_and_then_it_is_enough() -> None:
    delays = [retry_delay(n, "D-001#1") for n in (1, 2, 3)]
    for delay, minutes in zip(delays, (1, 3, 10), strict=True):
        assert delay is not None
        assert minutes * 60 <= delay <= minutes * 72
    assert retry_delay(4, "D-001#1") is None
    assert retry_delay(0, "D-001#1") is None


def test_jitter_is_the_same_for_a_seed_and_differs_between_seeds() -> None:
    assert retry_delay(1, "a") == retry_delay(1, "a")
    assert len({retry_delay(1, str(i)) for i in range(20)}) == 20


def test_the_servers_own_delay_is_slept_as_told() -> None:
    assert retry_delay(2, "a", server=7) == 7
    assert retry_delay(4, "a", server=7) is None


@pytest.mark.parametrize(
    ("last", "now", "gap", "wait"),
    [(None, 5, 1000, 0), (5, 5, 1000, 1), (5, 5.75, 1000, 0.25), (5, 9, 1000, 0), (5, -90000, 1000, 1), (5, 5, 0, 0)],
)
def test_calls_are_kept_apart_also_when_the_clock_jumps_back(
    last: float | None, now: float, gap: int, wait: float
) -> None:
    assert sleep_before_call(last, now, gap) == pytest.approx(wait)


class Still(Clock):
    """A clock that only its own sleeps move."""

    def __init__(self) -> None:
        self.time, self.slept = 100.0, list[float]()

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float, wake: threading.Event | None = None) -> None:
        self.slept.append(seconds)
        self.time += seconds


def test_calls_of_many_threads_are_apart_by_the_setting() -> None:
    clock, sent = Still(), list[float]()
    spacing = Spacing(clock, 1500)

    def call() -> None:
        spacing.wait(threading.Event())
        sent.append(clock.now())

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(sent) == pytest.approx([100.0 + 1.5 * n for n in range(8)])


def test_without_the_setting_no_call_waits() -> None:
    clock = Still()
    for _ in range(3):
        Spacing(clock, 0).wait(threading.Event())
    assert clock.slept == []


def test_an_attempt_that_is_ended_while_it_waits_sends_nothing() -> None:
    stop, clock = threading.Event(), Still()
    spacing = Spacing(clock, 1500)
    spacing.wait(stop)
    stop.set()
    with pytest.raises(Stopped):
        spacing.wait(stop)
    spacing.wait(threading.Event())
    assert clock.slept == [1.5]  # what was not sent moves nothing
