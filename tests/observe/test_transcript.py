"""What is made of what the reporter said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.gate.observe import conclude
from factory.gate.transcript import heard
from factory.model import Fate

START = ["start", {"collectonly": False, "setuponly": False, "setupplan": False}]
SUNG = [
    ["canary", "fails", {"setup": "passed", "call": "failed", "teardown": "passed"}],
    ["canary", "passes", {"setup": "passed", "call": "passed", "teardown": "passed"}],
]


def told(*messages: list[Any], status: int = 0, ids: tuple[str, ...] = ("a",)) -> list[list[Any]]:
    return [START, ["ids", list(ids)], *messages, *SUNG, ["bye", status]]


def test_a_quiet_session_is_believed() -> None:
    session = heard(told(["g", "a", 0.5]))
    assert (session.tampered, session.outcomes, session.durations) == ("", {"a": Fate.PASSED}, {"a": 0.5})


def test_an_id_with_a_place_in_memory_is_the_same_on_every_run() -> None:
    runs = []
    for places in (("0x7f43711114", "0x7f43711118"), ("0x55aa00ee10", "0x55aa00ee50")):
        ids = tuple(f"t.py::test_a[<Day at {place}>]" for place in places)
        runs.append(heard(told(["g", ids[0], 0], ["g", ids[1], 0], ids=ids)))
    assert runs[0].tampered == runs[1].tampered == ""
    assert list(runs[0].outcomes) == list(runs[1].outcomes)
    assert len(runs[0].outcomes) == 2


def test_a_short_number_in_an_id_is_no_place_in_memory() -> None:
    ids = ("t.py::test_a[0x10]", "t.py::test_a[0x20]")
    assert set(heard(told(["g", ids[0], 0], ["g", ids[1], 0], ids=ids)).outcomes) == set(ids)


GREEN = [["setup", "passed", 0, ""], ["call", "passed", 0, ""], ["teardown", "passed", 0, ""]]


@pytest.mark.parametrize(
    ("messages", "why"),
    [
        (told(), "never reported"),
        (told(["g", "a", 0], ["g", "a", 0]), "more than once (2)"),
        (told(["g", "a", 0], ["g", "b", 0]), "never collected"),
        (told(["t", "a", GREEN[:1] + GREEN[2:], 0, ""]), "all its phases"),
        (told(["t", "a", GREEN[:1] + GREEN[2:], 0, ""], status=1), "all its phases"),
        (told(["t", "a", GREEN[1:], 0, ""]), "all its phases"),
        (told(["t", "a", [*GREEN, GREEN[1]], 0, ""]), "all its phases"),
        (told(["t", "a", [GREEN[0], ["call", "failed", 0, ""], GREEN[2]], 0, ""]), "said 0"),
        (told(["collect", "m", "failed", ""], ["g", "a", 0]), "said 0"),
        (told(["g", "a", 0], ["stop", "Exit: x"]), "broken off"),
        (told(["g", "a", 0], ["bad", "a worker"]), "a worker"),
        (told(["g", "a", 0], ["nonsense", 1]), "no sense"),
        (told(["g", "a", "x"]), "no sense"),
        ([START, ["bye", float("inf")]], "no sense"),
        ([*told(["g", "a", 0]), ["g", "a", 0]], "after its goodbye"),
        ([START, ["ids", ["a"]], ["g", "a", 0], ["bye", 0]], "never sang"),
        (told(["g", "a", 0], ["canary", "fails", SUNG[1][2]]), "reported as passed"),
        (told(["g", "a", 0], ["canary", "passes", SUNG[0][2]]), "reported as failed"),
    ],
)
def test_each_sign_of_tampering_is_told(messages: list[list[Any]], why: str) -> None:
    assert why in heard(messages).tampered


def test_a_run_whose_call_a_plug_in_kept_to_itself_is_followed_by_a_whole_one() -> None:
    session = heard(told(["t", "a", GREEN[:1] + GREEN[2:], 0, ""], ["g", "a", 0.1]))
    assert (session.tampered, session.outcomes) == ("", {"a": Fate.PASSED})


def test_a_canary_that_could_not_run_is_a_doubt() -> None:
    session = heard(told(["g", "a", 0], ["canary", "fails", {"error": "KeyError"}]))
    assert (session.tampered, len(session.doubts)) == ("", 1)


def test_a_failure_that_was_reported_as_passed_is_a_failure() -> None:
    session = heard(told(["t", "a", [GREEN[0], ["call", "passed", 0, "!"], GREEN[2]], 0, ""], status=1))
    assert session.outcomes == {"a": Fate.FAILED}
    assert session.doubts


@pytest.mark.parametrize(
    ("code", "status", "finished", "tampered"),
    [
        (0, 0, True, False),
        (1, 1, True, False),
        (2, 1, True, False),  # make's own word for a failed command
        (5, 5, True, False),
        (0, 1, False, True),
        (1, 0, False, False),
        (-11, 0, False, False),
        (2, 2, False, False),
        (3, 3, False, False),
        (4, 4, False, False),
    ],
)
def test_the_goodbye_must_agree_with_the_exit_code(code: int, status: int, finished: bool, tampered: bool) -> None:
    seen = conclude([heard(told(["g", "a", 0], status=status))], code)
    assert (seen.finished, bool(seen.tampered)) == (finished, tampered)


def test_no_goodbye_is_not_finished() -> None:
    assert not conclude([heard(told(["g", "a", 0])[:-1])], 0).finished


def test_two_sessions_of_which_one_did_not_end_are_not_finished() -> None:
    whole = told(["g", "a", 0])
    assert not conclude([heard(whole[:-1]), heard(whole)], 0).finished
    assert conclude([heard(whole), heard(whole)], 0).finished


words = st.sampled_from(["start", "ids", "g", "t", "collect", "canary", "doubt", "stop", "bye", "bad", "?"])
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.tuples(words, st.lists(junk, max_size=4)).map(lambda pair: [pair[0], *pair[1]]), max_size=6))
def test_no_message_can_break_the_reader(messages: list[list[Any]]) -> None:
    seen = conclude([heard(messages)], 0)
    assert seen.sessions == 1
