"""What a criterion's red tests must become, and what of a change is held against main's own goal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factory.gate.held import lost, unproven
from factory.gate.observe import Observation
from factory.gate.renamed import changing_in
from factory.model import Fate

PASSED, FAILED, ERROR = Fate.PASSED, Fate.FAILED, Fate.ERROR
SKIPPED, XFAILED = Fate.SKIPPED, Fate.XFAILED
A, B = "tests/test_a.py::test_a", "tests/test_a.py::test_b"


def seen(outcomes: dict[str, Fate]) -> Observation:
    return replace(Observation(), outcomes=outcomes, collected=len(outcomes), sessions=1, finished=True)


@pytest.mark.parametrize("before", [FAILED, ERROR])
@pytest.mark.parametrize("now", [SKIPPED, XFAILED, None])
def test_a_red_test_that_is_not_green_after_proves_nothing(before: Fate, now: Fate | None) -> None:
    after = {B: PASSED} | ({A: now} if now else {})
    (line,) = unproven(seen({A: before, B: PASSED}), seen(after))
    assert line.startswith(f"{A}: was red, and is ")


def test_a_red_test_that_is_green_after_is_proven_and_a_skipped_one_of_before_counts_for_nothing() -> None:
    assert unproven(seen({A: FAILED, B: SKIPPED}), seen({A: PASSED, B: SKIPPED})) == ()


def test_tests_that_are_all_skipped_prove_nothing() -> None:
    assert unproven(seen({}), seen({A: SKIPPED})) == ("no test that it ran was green",)


def test_a_module_that_broke_before_is_proven_by_all_of_its_tests() -> None:
    broken = seen({"tests/test_a.py": ERROR})
    assert unproven(broken, seen({A: PASSED, B: PASSED})) == ()
    assert unproven(broken, seen({A: SKIPPED, "tests/test_b.py::test_c": PASSED}))


@pytest.mark.parametrize("whole", ["tests/test_a.py", "tests", ""])
@pytest.mark.parametrize("now", [SKIPPED, XFAILED])
@pytest.mark.parametrize(
    ("who", "proven"),
    [("", True), ("tests/test_a.py", True), ("shop/gift.py", False), ("empty", False), ("?", False), (None, False)],
)
def test_of_what_broke_before_only_what_its_own_file_says_may_be_skipped(
    whole: str, now: Fate, who: str | None, proven: bool
) -> None:
    after = replace(seen({A: PASSED, B: now}), excused={} if who is None else {B: who})
    lines = unproven(seen({whole: ERROR}), after)
    assert len(lines) == (0 if proven else 1)
    assert proven or lines[0].startswith(f"{B}: ")


def test_a_skip_in_a_class_of_another_file_is_no_matter_of_one_that_broke() -> None:
    after = replace(seen({A: PASSED, "tests/test_b.py::test_c": SKIPPED}), excused={"tests/test_b.py::test_c": "x.py"})
    assert unproven(seen({"tests/test_a.py": ERROR}), after) == ()


def test_other_parameters_may_take_the_place_of_as_many() -> None:
    before = seen({f"{A}[1]": FAILED, f"{A}[2]": FAILED})
    assert unproven(before, seen({f"{A}[x]": PASSED, f"{A}[y]": PASSED})) == ()
    assert len(unproven(before, seen({f"{A}[x]": PASSED}))) == 2
    assert len(unproven(before, seen({f"{A}[1]": PASSED}))) == 1


def test_tests_of_a_file_that_went_and_a_check_that_only_collects_are_no_matter() -> None:
    assert unproven(seen({A: FAILED}), seen({B: PASSED}), {"tests/test_a.py"}) == ()
    assert unproven(seen({"tests/test_a.py": ERROR}), replace(seen({}), collected=3)) == ()


def test_what_was_green_and_is_not_under_mains_own_tests_is_lost() -> None:
    was = seen({A: PASSED, B: FAILED})
    assert lost(was, seen({A: PASSED, B: FAILED})) == ()
    assert lost(was, seen({A: SKIPPED, B: PASSED})) == (A,)
    assert lost(was, seen({B: PASSED})) == (A,)
    assert lost(was, seen({})) == ()  # nothing ran: the exit code is asked


def test_ids_that_change_by_themselves_are_lost_by_their_number() -> None:
    was = seen({"t.py::test_x[c0-a]": PASSED, "t.py::test_x[c1-b]": PASSED})
    now = seen({"t.py::test_x[c0-b]": PASSED, "t.py::test_x[c1-a]": PASSED})
    fewer = seen({"t.py::test_x[c0-b]": PASSED})
    assert len(lost(was, now)) == 2
    assert lost(was, now, {"t.py::test_x"}) == ()
    assert len(lost(was, fewer, {"t.py::test_x"})) == 1
    assert changing_in(was.outcomes, now.outcomes) == {"t.py::test_x"}
    assert changing_in(was.outcomes, was.outcomes) == frozenset()
