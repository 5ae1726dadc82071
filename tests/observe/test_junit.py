"""JUnit reports of other runners."""

from __future__ import annotations

from pathlib import Path

import pytest

from factory.errors import CouldNotRun
from factory.gate.junit import junit_outcomes
from factory.model import Fate
from tests.observe.conftest import Watch

REPORT = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="s">
<testcase classname="a.B" name="one" time="0.1"/>
<testcase classname="a.B" name="two"><failure message="no">trace</failure></testcase>
<testcase classname="a.B" name="three"><error/></testcase>
<testcase name="four"><skipped/></testcase>
<testcase name="five"><skipped type="pytest.xfail"/></testcase>
<testcase name="six"/><testcase name="six"><failure/></testcase>
</testsuite></testsuites>"""


def test_each_case_has_its_outcome_and_the_worse_of_two_counts() -> None:
    assert {name: outcome.value for name, outcome in junit_outcomes(REPORT).items()} == {
        "s::a.B::one": "passed",
        "s::a.B::two": "failed",
        "s::a.B::three": "error",
        "s::four": "skipped",
        "s::five": "xfailed",
        "s::six": "failed",
    }


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuites>&b;</testsuites>'


@pytest.mark.parametrize(
    "content",
    [
        BOMB.encode(),
        BOMB.encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-7"?>' + BOMB.encode(),
        BOMB.replace("DOCTYPE", "doctype").encode(),
        b"",
        b"not xml",
        b"<testsuites>",
        b"<html></html>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="nonsense"?><testsuites/>',
    ],
)
def test_what_is_no_report_or_could_blow_up_is_refused(content: bytes) -> None:
    with pytest.raises(CouldNotRun, match="JUnit report"):
        junit_outcomes(content)


def test_a_report_over_the_cap_is_refused() -> None:
    with pytest.raises(CouldNotRun, match="the most that is read"):
        junit_outcomes(b" " * ((64 << 20) + 1))


def test_the_report_that_pytest_itself_writes_agrees(watch: Watch, tmp_path: Path) -> None:
    tests = "import pytest\ndef test_a(): pass\ndef test_b(): assert 0\n@pytest.mark.xfail\ndef test_c(): assert 0\n"
    watch({"test_a.py": tests}, "--junitxml=report.xml")
    assert junit_outcomes((tmp_path / "room" / "report.xml").read_bytes()) == {
        "pytest::test_a::test_a": Fate.PASSED,
        "pytest::test_a::test_b": Fate.FAILED,
        "pytest::test_a::test_c": Fate.XFAILED,
    }
