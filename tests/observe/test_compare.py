"""What counts against a change, and what does not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.gate.compare import GREEN, again, compare, was_red
from factory.gate.observe import Observation
from factory.gate.transcript import RED
from factory.model import Conclusion, Fate, Triage

PASSED, FAILED, ERROR = Fate.PASSED, Fate.FAILED, Fate.ERROR
SKIPPED, XFAILED, XPASSED = Fate.SKIPPED, Fate.XFAILED, Fate.XPASSED
NODE = "tests/test_a.py::test_a"
OTHER = "tests/test_b.py::test_b"


def seen(outcomes: dict[str, Fate], **other: object) -> Observation:
    return replace(Observation(outcomes, collected=len(outcomes), sessions=1, finished=True), **other)  # type: ignore[arg-type]


@pytest.mark.parametrize("now", [FAILED, ERROR, SKIPPED, XFAILED, None])
def test_what_was_green_and_is_not_fails(now: Fate | None) -> None:
    after = {OTHER: PASSED} | ({NODE: now} if now else {})
    got = compare(seen({NODE: PASSED, OTHER: PASSED}), seen(after))
    assert (got.answer, got.triage, len(got.failed)) == (Conclusion.FAIL, Triage.TEST, 1)
    assert got.failed[0].startswith(NODE)
    assert (got.tests.failed, got.tests.missing) == ((0, 1) if now is None else (1, 0))


@pytest.mark.parametrize("now", [SKIPPED, None])
def test_what_is_excused_does_not_count_and_is_told_apart(now: Fate | None) -> None:
    asked = []

    def excused(missing: Collection[str], skipped: Collection[str], new: Collection[str]) -> frozenset[str]:
        asked.append((list(missing), list(skipped), list(new)))
        return frozenset({NODE})

    after = {OTHER: PASSED} | ({NODE: now} if now else {})
    got = compare(seen({NODE: PASSED}), seen(after), (), excused)
    assert (got.answer, got.failed) == (Conclusion.PASS, ())
    assert asked == [([], [NODE], [OTHER]) if now else ([NODE], [], [OTHER])]


@pytest.mark.parametrize("before", [FAILED, ERROR])
@pytest.mark.parametrize("now", [FAILED, ERROR])
def test_a_known_red_is_named_and_counts_against_nobody(before: Fate, now: Fate) -> None:
    got = compare(seen({NODE: before, OTHER: PASSED}), seen({NODE: now, OTHER: PASSED}))
    assert (got.answer, got.known_red, got.tests.known_red, got.failed) == (Conclusion.PASS, (NODE,), 1, ())


def test_a_test_of_a_module_that_broke_on_the_base_is_a_known_red() -> None:
    got = compare(seen({"tests/test_a.py": ERROR}), seen({NODE: FAILED, "tests/test_a.py::test_c": PASSED}))
    assert (got.answer, got.known_red) == (Conclusion.PASS, (NODE,))


def test_a_module_beside_one_that_broke_is_not_a_known_red() -> None:
    assert not was_red({"tests/test_a.py": ERROR}, "tests/test_ab.py::test_c")


@pytest.mark.parametrize(
    ("now", "answer"), [(FAILED, Conclusion.FAIL), (SKIPPED, Conclusion.PASS), (PASSED, Conclusion.PASS)]
)
def test_a_new_test_may_be_anything_but_red(now: Fate, answer: Conclusion) -> None:
    assert compare(seen({OTHER: PASSED}), seen({OTHER: PASSED, NODE: now})).answer is answer


def test_a_red_that_goes_away_is_welcome() -> None:
    assert compare(seen({NODE: FAILED}), seen({NODE: PASSED})).answer is Conclusion.PASS


@pytest.mark.parametrize(
    ("after", "answer"),
    [
        (seen({}), Conclusion.COULD_NOT_RUN),
        (seen({NODE: PASSED}, finished=False), Conclusion.COULD_NOT_RUN),
        (seen({NODE: PASSED}, tampered="a sign"), Conclusion.FAIL),
        (seen({NODE: PASSED}, doubts=frozenset({"odd"})), Conclusion.FAIL),
        (seen({NODE: PASSED}, sessions=0), Conclusion.FAIL),
        (seen({NODE: PASSED}, sessions=2), Conclusion.FAIL),
        (seen({NODE: PASSED}), Conclusion.PASS),
    ],
)
def test_a_run_that_cannot_be_believed_is_no_pass(after: Observation, answer: Conclusion) -> None:
    assert compare(seen({NODE: PASSED}), after).answer is answer


def test_a_run_that_the_change_broke_is_not_blamed_on_the_environment() -> None:
    broken = seen({}, finished=False)
    assert compare(seen({NODE: PASSED}), broken).triage is Triage.TEST
    assert compare(broken, broken).triage is Triage.ENVIRONMENT


def test_a_doubt_that_the_base_shows_too_is_none() -> None:
    both = {"doubts": frozenset({"odd"})}
    assert compare(seen({NODE: PASSED}, **both), seen({NODE: PASSED}, **both)).answer is Conclusion.PASS


def test_a_command_without_pytest_could_not_be_watched() -> None:
    silent = Observation()
    assert compare(silent, silent).answer is Conclusion.COULD_NOT_RUN


def test_a_flaky_test_is_run_again_and_does_not_count() -> None:
    base, after = seen({NODE: PASSED}), seen({NODE: FAILED})
    assert again(base, after, {"src/a.py"}, 1) == (NODE,)
    assert again(base, after, {"src/a.py"}, 0) == ()
    assert again(base, after, {"src/a.py"}, 1, [{NODE: FAILED}]) == ()
    assert again(base, after, {"src/a.py"}, 2, [{NODE: FAILED}]) == (NODE,)
    assert again(base, after, {"src/a.py"}, 2, [{NODE: PASSED}]) == ()
    got = compare(base, after, [{NODE: FAILED}, {NODE: PASSED}])
    assert (got.answer, got.flaky, got.tests.flaky, got.tests.failed) == (Conclusion.PASS, (NODE,), 1, 0)


def test_a_test_of_the_change_or_red_on_the_base_is_not_run_again() -> None:
    assert again(seen({NODE: PASSED}), seen({NODE: FAILED}), {"tests/test_a.py"}, 1) == ()
    assert again(seen({NODE: FAILED}), seen({NODE: FAILED}), set(), 1) == ()
    assert again(seen({}), seen({NODE: FAILED}), set(), 1) == ()


def test_what_lies_behind_a_stop_is_not_called_missing() -> None:
    base = seen({NODE: PASSED, OTHER: PASSED})
    got = compare(base, seen({NODE: FAILED}, unrun=(OTHER,)))
    assert got.failed == (f"{NODE}: failed",)
    got = compare(base, seen({NODE: PASSED}, unrun=(OTHER,)))
    assert got.failed == (f"{OTHER}: passed on the base, not run now",)


outcomes = st.dictionaries(st.sampled_from([f"t.py::test_{n}" for n in range(6)]), st.sampled_from(list(Fate)))


@given(outcomes, outcomes)
def test_a_pass_means_that_no_green_was_lost_and_no_red_is_new(base: dict[str, Fate], after: dict[str, Fate]) -> None:
    got = compare(seen(base), seen(after))
    lost = [n for n, o in base.items() if o in GREEN and after.get(n) not in GREEN]
    new = [n for n, o in after.items() if o in RED and base.get(n) not in RED]
    assert (got.answer is Conclusion.PASS) == (bool(after) and not lost and not new)
    assert len(got.failed) == (len(set(lost) | set(new)) if after else 1)


@given(outcomes)
def test_the_same_again_passes_whatever_was_red(both: dict[str, Fate]) -> None:
    assert compare(seen(both), seen(both)).answer is (Conclusion.PASS if both else Conclusion.COULD_NOT_RUN)
