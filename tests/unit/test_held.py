"""What a criterion's red tests must become, and what of a change is held against main's own goal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factory.gate.held import goal, movable, unproven
from factory.gate.observe import Observation
from factory.model import Changed, Outcome
from factory.tree import Entry

PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR
SKIPPED, XFAILED = Outcome.SKIPPED, Outcome.XFAILED
A, B = "tests/test_a.py::test_a", "tests/test_a.py::test_b"
OLD, NEW = "0" * 40, "1" * 40


def seen(outcomes: dict[str, Outcome]) -> Observation:
    return replace(Observation(), outcomes=outcomes, collected=len(outcomes), sessions=1, finished=True)


def change(path: str, old: str = OLD, new: str = NEW) -> Changed:
    modes = ["100644" if oid else "" for oid in (old, new)]
    return Changed(path=path, old_mode=modes[0], old=old, new_mode=modes[1], new=new)


@pytest.mark.parametrize("before", [FAILED, ERROR])
@pytest.mark.parametrize("now", [SKIPPED, XFAILED, None])
def test_a_red_test_that_is_not_green_after_proves_nothing(before: Outcome, now: Outcome | None) -> None:
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
    whole: str, now: Outcome, who: str | None, proven: bool
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


TESTS = ("tests/test_a.py", "tests/cases.json", "tests/test_new.py")
CHANGED = (change(TESTS[0]), change(TESTS[1]), change(TESTS[2], old=""), change("shop/a.py"))
MAIN = {c.path: Entry("100644", OLD) for c in CHANGED if c.old} | {"tools/check.sh": Entry("100755", OLD)}
CHECK = "python -m pytest -q"


def held(changed: tuple[Changed, ...], tests: tuple[str, ...], check: str, was: Observation) -> set[str]:
    return set(goal(movable(changed, tests, check, MAIN), changed, check, was))


def test_tests_that_waited_red_are_held_as_main_has_them_with_all_that_lies_beside_them() -> None:
    assert held(CHANGED, TESTS, CHECK, seen({A: FAILED})) == {"tests/test_a.py", "tests/cases.json"}


def test_tests_that_were_green_or_are_new_may_change() -> None:
    assert held(CHANGED, TESTS, CHECK, seen({A: PASSED})) == set()
    assert held(CHANGED, TESTS, CHECK, seen({"tests/test_other.py::test_c": FAILED})) == set()


def test_a_waiting_test_that_moved_is_held_where_it_was() -> None:
    moved = (change("tests/test_a.py", new=""), change("tests/unit/test_a.py", old=""))
    tests = tuple(c.path for c in moved)
    laid = goal(movable(moved, tests, CHECK, MAIN), moved, CHECK, seen({A: FAILED}))
    assert laid == {"tests/test_a.py": Entry("100644", OLD), "tests/unit/test_a.py": None}


def test_a_script_that_judges_is_held_and_one_that_is_judged_is_not() -> None:
    both = (change("tools/check.sh"), change("shop/a.py"))
    assert held(both, (), "sh tools/check.sh", seen({})) == {"tools/check.sh"}
    assert held(both, (), "python shop/a.py", seen({})) == set()
