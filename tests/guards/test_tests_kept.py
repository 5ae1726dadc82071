"""No test is deleted, skipped or weakened; and right changes to tests are let pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from factory.model import Terms, Triage
from guards.tests_kept import REMEDY
from tests.guards.cases import GONE, changed, found, said

T = "tests/test_a.py"
HEAD = "import pytest\nimport unittest\nimport contextlib\n\n"


def after(before: str, now: str, **more: str) -> list[str]:
    return said(changed({T: HEAD + before}, {T: HEAD + now, **more}), "tests_kept")


PLAIN = "def test_a():\n    assert f(2) == 4\n"

BLOCK = re.compile(r"=== (.+?)(?: -> (.+))?\n--- before\n((?:.*\n)*?)--- after\n((?:.*\n)*?)(?=\n?(?:=== |\Z))")


def read(name: str) -> dict[str, tuple[str, str, str]]:
    """The examples of a text file beside this one: name -> before, after, and what a finding must say."""
    text = Path(__file__).with_name(name).read_text()
    found = {match[1]: (match[3], match[4], match[2] or "") for match in BLOCK.finditer(text)}
    assert len(found) == text.count("=== ")
    return found


WEAKER, FINE = read("weaker.txt"), read("fine.txt")


@pytest.mark.parametrize("name", WEAKER)
def test_a_weaker_test_is_named_with_its_line(name: str) -> None:
    before, now, why = WEAKER[name]
    findings = after(before, now)
    assert any(why in one for one in findings), findings
    assert all(one.startswith(f"{T}:") and one.split(":")[1].isdigit() for one in findings)


@pytest.mark.parametrize("name", FINE)
def test_a_right_edit_of_a_test_is_let_pass(name: str) -> None:
    before, now, _ = FINE[name]
    assert after(before, now) == []


@pytest.mark.parametrize("name", [*WEAKER, *FINE])
def test_a_test_that_did_not_change_is_not_weaker(name: str) -> None:
    for source in (WEAKER | FINE)[name][:2]:
        assert after(source, source + "\n# a word\n") == []


def test_a_moved_test_is_fine_and_a_weakened_moved_one_is_not() -> None:
    gone = {T: GONE}
    assert said(changed({T: PLAIN}, {**gone, "tests/unit/test_b.py": PLAIN}), "tests_kept") == []
    weak = PLAIN.replace(" == 4", "")
    assert "says less" in said(changed({T: PLAIN}, {**gone, "tests/unit/test_b.py": weak}), "tests_kept")[0]


def test_a_file_renamed_to_where_no_runner_looks_loses_its_tests() -> None:
    findings = said(changed({T: PLAIN}, {T: GONE, "tests/old_a.py": PLAIN}), "tests_kept")
    assert findings == [f"tests/test_a.py:1: test_a was deleted, or renamed so that no runner finds it; {REMEDY}"]


def test_a_weakened_helper_in_a_file_of_its_own_is_named() -> None:
    case = changed(
        {"tests/tools.py": "def check(x):\n    assert x == 1\n"}, {"tests/tools.py": "def check(x):\n    pass\n"}
    )
    assert said(case, "tests_kept") == [f"tests/tools.py:1: check: was emptied; {REMEDY}"]


def test_a_fixture_that_asserts_keeps_its_assertion() -> None:
    source = "import pytest\n@pytest.fixture\ndef db():\n    d = make()\n    assert d.rows == 3\n    return d\n"
    case = changed({"tests/conftest.py": source}, {"tests/conftest.py": source.replace("    assert d.rows == 3\n", "")})
    assert "asserts less" in said(case, "tests_kept")[0]


def test_a_ticket_may_allow_it() -> None:
    case = changed({T: PLAIN}, {T: GONE}, terms=Terms(allow=("tests_kept",)))
    assert said(case, "tests_kept") == []


def test_source_that_is_no_test_may_lose_functions() -> None:
    assert said(changed({"src/a.py": "def test_mode(): assert x == 1\n"}, {"src/a.py": "x = 1\n"}), "tests_kept") == []


def test_a_file_that_cannot_be_parsed_is_judged_by_its_words() -> None:
    newer = PLAIN + "def test_b():\n    assert g[1, *] =:= 2\n"
    case = changed({T: newer}, {T: newer.replace("    assert f(2) == 4\n", "    pass\n")})
    assert said(case, "tests_kept") == [f"{T}:1: cannot be parsed, and has 1 assertions where it had 2; {REMEDY}"]
    assert said(changed({T: newer}, {T: newer + "# more\n"}), "tests_kept") == []


def test_a_deleted_test_file_of_another_language_is_named_and_a_moved_one_is_not() -> None:
    gone = changed({"web/a.test.ts": "it()"}, {"web/a.test.ts": GONE})
    assert said(gone, "tests_kept") == [f"web/a.test.ts: a file of tests was deleted; {REMEDY}"]
    moved = changed({"web/a.test.ts": "it()"}, {"web/a.test.ts": GONE, "web/b/a.test.ts": "it()"})
    assert said(moved, "tests_kept") == []


def test_the_triage_is_guard() -> None:
    assert found(changed({T: PLAIN}, {T: GONE}), "tests_kept")[0].triage is Triage.GUARD


def test_a_decorator_of_the_source_that_runs_nothing_is_named_and_one_that_runs_it_is_not() -> None:
    use = f"from shop.timing import timed\n\n\n@timed\n{PLAIN}"
    quiet = "def timed(f):\n    def run():\n        return None\n    return run\n"
    files = {T: use, "src/shop/timing.py": quiet}
    assert "new decorator, shop.timing.timed" in said(changed({T: PLAIN}, files), "tests_kept")[0]
    loud = quiet.replace("None", "f()")
    assert said(changed({T: PLAIN}, {**files, "src/shop/timing.py": loud}), "tests_kept") == []
