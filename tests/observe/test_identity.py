"""A test is known by its session, its file in the tree, and its id."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factory.errors import CouldNotRun
from factory.gate.compare import compare
from factory.gate.junit import junit_outcomes, told
from factory.gate.observe import Observation
from factory.model import Conclusion, Fate, Triage
from tests.observe.conftest import PYTEST, Watch

PASSED, FAILED = Fate.PASSED, Fate.FAILED
ONE = " ".join(PYTEST)


def seen(outcomes: dict[str, Fate], **other: object) -> Observation:
    told = Observation(outcomes, collected=len(outcomes), sessions=1, finished=True)
    return replace(told, **other)  # type: ignore[arg-type]


def test_the_file_of_a_test_is_named_as_the_tree_names_it_wherever_pytest_began(watch: Watch) -> None:
    files = {"back/pytest.ini": "[pytest]\n", "back/tests/test_a.py": "def test_a(): pass\n", "back/bad/test_b.py": "?"}
    got = watch(files, argv=("sh", "-c", f"cd back && {ONE}"))
    assert got.seen.outcomes == {"back/tests/test_a.py::test_a": PASSED, "back/bad/test_b.py": Fate.ERROR}


def test_a_test_outside_of_the_root_that_a_rule_file_gives_is_named_by_its_own_path(watch: Watch) -> None:
    files = {"rules/pytest.ini": "[pytest]\n", "tests/test_a.py": "def test_a(): pass\n"}
    got = watch(files, "-c", "rules/pytest.ini", "tests/test_a.py")
    assert got.seen.outcomes == {"tests/test_a.py::test_a": PASSED}


def test_the_same_test_in_two_sessions_is_two_tests(watch: Watch) -> None:
    test = "import os\ndef test_a(): assert os.environ['WHICH'] == 'one'\n"
    got = watch({"test_a.py": test}, argv=("sh", "-c", f"WHICH=two {ONE}; WHICH=one {ONE}"))
    assert got.seen.outcomes == {"test_a.py::test_a": FAILED, "test_a.py::test_a @2": PASSED}
    assert (got.seen.sessions, got.seen.collected) == (2, 2)


@pytest.mark.parametrize("red", [0, 1])
def test_red_in_one_session_does_not_hide_behind_a_known_red_of_the_other(red: int) -> None:
    node = "test_a.py::test_a"
    base = seen({node: FAILED, f"{node} @2": PASSED} if red else {node: PASSED, f"{node} @2": FAILED})
    after = seen({node: FAILED, f"{node} @2": FAILED})
    got = compare(base, after)
    assert (got.answer, got.tests.failed, got.tests.known_red) == (Conclusion.FAIL, 1, 1)


SUITES = """<testsuites name="all"><testsuite name="web"><testcase name="one"/></testsuite>
<testsuite name="api"><testcase name="one"><failure/></testcase><testcase name="two" file="/room/api/t.js"/>
</testsuite><testsuite name="x" file="lib/t.js"><testsuite name="y"><testcase classname="c" name="one"/></testsuite>
</testsuite></testsuites>"""


def test_the_same_name_in_two_suites_or_files_of_a_report_is_two_tests() -> None:
    assert junit_outcomes(SUITES.encode(), "/room") == {
        "web::one": PASSED,
        "api::one": FAILED,
        "api/t.js::two": PASSED,
        "lib/t.js::y::c::one": PASSED,
    }


@pytest.mark.parametrize("report", [b"no xml at all", b"<testsuites>" * 9000, b"\xff", b"<html/>"])
def test_a_report_that_is_rubbish_could_not_run_and_ends_nothing(report: bytes) -> None:
    got = told(report, 0)
    assert (got.sessions, got.collected, got.finished) == (1, 0, False)
    found = compare(seen({"a": PASSED}), got)
    assert (found.answer, len(found.failed)) == (Conclusion.COULD_NOT_RUN, 1)
    assert found.failed[0].startswith("the JUnit report")
    with pytest.raises(CouldNotRun):
        junit_outcomes(report)


def test_a_report_that_is_deep_is_read() -> None:
    deep = 5000
    text = "<testsuite>" * deep + '<testcase name="a"/>' + "</testsuite>" * deep
    assert junit_outcomes(text.encode()) == {"a": PASSED}


def test_an_exit_code_that_gets_worse_with_all_tests_green_fails_and_says_why(watch: Watch) -> None:
    veto = "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n"
    base = watch({"test_a.py": "def test_a(): pass\n"})
    after = watch({"test_a.py": "def test_a(): pass\n", "conftest.py": veto})
    assert (base.code, after.code, after.seen.finished) == (0, 1, True)
    got = after.against(base.seen)
    assert (got.answer, got.triage, len(got.failed)) == (Conclusion.FAIL, Triage.TEST, 1)
    assert "exit code 1" in got.failed[0]
    assert after.against(after.seen).answer is Conclusion.PASS


def test_an_exit_code_that_red_tests_explain_is_told_by_these() -> None:
    base, red = seen({"t.py::a": PASSED}, code=0), seen({"t.py::a": FAILED}, code=1)
    assert compare(base, red).failed == ("t.py::a: failed",)
    assert compare(base, red, [{"t.py::a": PASSED}]).answer is Conclusion.PASS


CHANGING = [
    ("0b6bd0a4-9a0b-4c8e-b5a4-1de0a1c1f0aa", "b1cd0a41-2a0b-4c8e-a5a4-7de0a1c1f0ff"),
    ("2026-11-27 09:15:12.33", "2026-11-28 10:01:55.71"),
    ("1764234912.25", "1764234990.75"),
    ("/tmp/pytest-of-root/pytest-43/a0", "/tmp/pytest-of-root/pytest-44/a0"),
    ("/tmp/tmpa1b2c3d4", "/tmp/tmpzz_2c3d4"),
    ("worker-3512", "worker-880"),
    ("Zx81kQ_p-9aT2bLm55", "aa81kQ_p-9aT2bLmQ0"),
]


@pytest.mark.parametrize(("was", "now"), CHANGING)
def test_ids_that_change_from_run_to_run_are_matched_by_place_and_said_once(was: str, now: str) -> None:
    base = seen({f"t.py::a[{was}]": PASSED, f"t.py::a[{was}-1]": PASSED, "t.py::b": PASSED})
    after = seen({f"t.py::a[{now}]": PASSED, f"t.py::a[{now}-1]": PASSED, "t.py::b": PASSED})
    got = compare(base, after)
    assert (got.answer, got.tests.missing, len(got.notes)) == (Conclusion.PASS, 0, 1)
    assert got.notes[0].startswith("t.py::a: its ids change")


def test_matched_by_place_there_are_never_fewer_and_none_is_red() -> None:
    base = seen({"t.py::a[1764234912]": PASSED, "t.py::a[1764234913]": PASSED})
    fewer = compare(base, seen({"t.py::a[1764239999]": PASSED}))
    assert (fewer.answer, fewer.tests.missing) == (Conclusion.FAIL, 1)
    assert compare(base, seen({"t.py::a[1764239998]": PASSED, "t.py::a[1764239999]": FAILED})).answer is Conclusion.FAIL
    other = compare(base, seen({"t.py::b[1764239998]": PASSED, "t.py::b[1764239999]": PASSED}))
    assert (other.answer, other.tests.missing) == (Conclusion.FAIL, 2)


def test_a_known_red_whose_id_changes_stays_a_known_red_and_no_second_one_joins_it() -> None:
    base = seen({"t.py::a[1764234912]": FAILED, "t.py::a[1764234913]": PASSED})
    got = compare(base, seen({"t.py::a[1764239998]": FAILED, "t.py::a[1764239999]": PASSED}))
    assert (got.answer, got.tests.known_red) == (Conclusion.PASS, 1)
    both = compare(base, seen({"t.py::a[1764239998]": FAILED, "t.py::a[1764239999]": FAILED}))
    assert (both.answer, both.tests.known_red, both.tests.failed) == (Conclusion.FAIL, 1, 1)


def test_parameters_that_the_product_chose_anew_are_missing() -> None:
    base, after = seen({"t.py::a[GIFT]": PASSED, "t.py::b": PASSED}), seen({"t.py::a[NONE]": PASSED, "t.py::b": PASSED})
    assert compare(base, after).tests.missing == 1
