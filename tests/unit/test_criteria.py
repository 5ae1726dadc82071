"""What the passes of one check prove, and what they do not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest

from factory.gate.criteria import Passes, Touching, judge
from factory.gate.failures import last_heard
from factory.gate.observe import Observation
from factory.gate.proving import dim, proven
from factory.gate.tally import Tally
from factory.gate.trial import Ran
from factory.model import Fate, PlanCriterion, Triage

P, F = Fate.PASSED, Fate.FAILED
A, B = "tests/test_a.py::test_a", "tests/test_a.py::test_b"
SCRIPT = "sh tools/check.sh"


def ran(outcomes: dict[str, Fate] | None = None, code: int | None = None, command: str = "pytest") -> Ran:
    red = any(out is F for out in (outcomes or {}).values())
    seen = Observation()
    if outcomes is not None:
        seen = replace(seen, outcomes=outcomes, collected=len(outcomes), sessions=1, finished=True)
    return Ran(command=command, code=int(red) if code is None else code, timed_out=False, seconds=0.1, seen=seen)


def judged(
    passes: Passes,
    brought: Collection[str] = ("tests/test_a.py",),
    new: Collection[str] = (),
    check: str = "pytest",
) -> Tally:
    tally = Tally()
    touching = Touching(frozenset({*brought, "shop/a.py"}), frozenset(brought), frozenset(new))
    judge(tally, PlanCriterion(id="AC-1", text="", check=check), passes, (), touching)
    return tally


def test_red_by_both_judges_before_and_green_by_both_after_is_proof() -> None:
    passes = Passes(ran({A: F}), ran({A: F, B: F}), ran({A: P}), ran({A: P, B: P}))
    assert judged(passes).passing
    assert proven(passes) == (A, B)


def test_green_by_the_changes_own_judge_alone_is_no_proof() -> None:
    tally = judged(Passes(ran({A: F}), ran({A: F}), ran({A: F}), ran({A: P})))
    assert tally.why is Triage.TEST
    assert "only with what the change made of tests/test_a.py" in tally.failed[0]
    assert f"{A}: was red, and is failed now" in tally.failed


def test_what_the_change_brings_must_be_red_on_mains_product_or_mains_own_judge_turn_green() -> None:
    moved = judged(Passes(ran({A: F}), ran({A: P}), ran({A: F}), ran({A: P})))
    assert "only with what the change made of" in moved.failed[0]
    brings = Passes(ran({A: F}), ran({A: P}), ran({A: F}), ran({A: P}))
    assert judged(brings, new=["tests/test_new.py"]).why is Triage.VACUOUS
    missing = ran({}, code=4)  # main has no such file, so its judge says nothing
    assert judged(Passes(missing, ran({A: P}), missing, ran({A: P})), new=["tests/test_a.py"]).why is Triage.VACUOUS
    assert judged(Passes(ran({}), ran({A: P}), ran({}), ran({A: P}))).why is Triage.VACUOUS
    assert judged(Passes(ran({A: F}), ran({A: P}), ran({A: P}), ran({A: P}))).passing


def test_a_green_neighbour_that_main_alone_sees_break_is_no_proof() -> None:
    passes = Passes(ran({A: F, B: P}), ran({A: F, B: F}), ran({A: P, B: F}), ran({A: P, B: P}))
    assert judged(passes).why is Triage.TEST


@pytest.mark.parametrize("new", [{"tools/check.sh"}, {"tools/check.sh", "tools/data.json"}])
def test_a_script_that_main_does_not_have_is_judged_by_what_the_change_brings(new: set[str]) -> None:
    red, green = ran(code=2, command=SCRIPT), ran(code=0, command=SCRIPT)
    assert judged(Passes(red, red, red, green), new, new, SCRIPT).passing
    assert judged(Passes(red, red, red, green), new, {"tools/data.json"}, SCRIPT).why is Triage.TEST


@pytest.mark.parametrize("check", ["python -m unittest tests.test_new", "pytest tests/", "node ./tests/test_new.py"])
def test_a_check_names_a_new_judge_by_path_by_folder_or_as_a_module(check: str) -> None:
    red, green = ran(code=1, command=check), ran(code=0, command=check)
    new = {"tests/test_new.py"}
    assert judged(Passes(red, red, red, green), new, new, check).passing


def test_a_second_command_of_a_check_that_main_alone_sees_fail_is_no_proof() -> None:
    passes = Passes(ran({A: F}), ran({A: F}), ran({A: P}, code=1), ran({A: P}))
    assert judged(passes).why is Triage.TEST


def test_a_program_that_the_change_lets_be_started_was_red_before() -> None:
    before, after = ran(code=126, command="tools/x.sh"), ran(code=0, command="tools/x.sh")
    assert judged(Passes(before, before, after, after), {"tools/x.sh"}, set(), "tools/x.sh").passing
    assert judged(Passes(before, before, after, after), set(), set(), "tools/x.sh").why is Triage.ENVIRONMENT


def test_a_second_run_must_be_green_too_and_ids_that_change_are_not_looked_for() -> None:
    assert dim(ran({A: P}), (A,)) == []
    assert dim(ran({A: P}), (A, f"{B}[1e4]")) == []
    assert dim(ran({A: F}), (A,)) == [f"{A}: failed"]
    assert dim(ran(code=3), ()) == ["exit code 3"]


def test_what_the_next_attempt_is_told_of_the_log_is_the_run_that_failed() -> None:
    tally = Tally()
    failed = "=== FAILURES ===\n" + "E   assert 1 == 2\n" * 60
    tally.heard("AC-1 before", ran({A: F}).model_copy(update={"output": f"{failed}of main"}))
    tally.heard(
        "AC-1 after", ran({A: F}).model_copy(update={"output": f"{failed}== 1 failed in 0.1s: ==\nof the change"})
    )
    tally.log.append("known red: x")
    said = last_heard(tally.verdict().log)
    assert said.startswith("== AC-1 after: pytest\n")
    assert "of main" not in said
    assert "of the change" in said
    assert said.endswith("known red: x\n")
    assert last_heard("the worker ended\n") == "the worker ended\n"
