"""Runs that are started ahead: taken once, or stopped; and under what conditions a proof runs again."""

from __future__ import annotations

import threading

import pytest

from factory.gate.ahead import Ahead, Halt
from factory.gate.conditions import STILL, USUAL, otherwise


def test_what_is_started_once_is_made_once_and_taken_once() -> None:
    made: list[int] = []
    ahead: Ahead[int] = Ahead(threading.Event())
    for _ in range(2):
        ahead.start("a", lambda halt: made.append(1) or len(made))
    coming = ahead.take("a")
    assert coming is not None
    assert coming.result(10) == 1
    assert ahead.take("a") is None
    ahead.drop()
    assert made == [1]


def test_what_nobody_took_is_stopped_and_what_comes_after_is_not() -> None:
    ahead: Ahead[bool] = Ahead(threading.Event())
    begun = threading.Event()

    def wait(halt: threading.Event) -> bool:
        begun.set()
        while not halt.is_set():
            begun.wait(0.01)
        return True

    ahead.start("a", wait)
    assert begun.wait(10)
    ahead.drop()
    ahead.start("b", lambda halt: halt.is_set())
    later = ahead.take("b")
    assert later is not None
    assert later.result(10) is False
    ahead.drop()


def test_a_failure_is_told_to_the_one_who_takes_it() -> None:
    ahead: Ahead[int] = Ahead(threading.Event())
    ahead.start("a", lambda halt: 1 // 0)
    coming = ahead.take("a")
    assert coming is not None
    with pytest.raises(ZeroDivisionError):
        coming.result(10)
    ahead.drop()


def test_a_halt_listens_to_the_operators_stop_too() -> None:
    stop = threading.Event()
    halt = Halt(stop)
    assert not halt.is_set()
    stop.set()
    assert halt.is_set()
    assert Halt(threading.Event()).is_set() is False


def test_other_conditions_differ_in_each_point_and_follow_from_the_digest() -> None:
    one, same, other = otherwise("a" * 64), otherwise("a" * 64), otherwise("b" * 64)
    assert one == same
    assert one.key != other.key != USUAL.key
    assert one.env["PYTHONHASHSEED"] != STILL["PYTHONHASHSEED"]
    assert {"TZ", "LC_ALL"} <= one.env.keys()
    assert one.room != USUAL.room
    assert one.backwards
    assert "PYTHONHASHSEED=" in str(one)
    assert "COLUMNS" not in str(one)
    assert one.env["USER"] == one.env["LOGNAME"]
    assert one.env["COLUMNS"] != STILL["COLUMNS"]
