"""Who raised a skip or an expected failure: a mark, the test's own file, or the product."""

from __future__ import annotations

import pytest

from factory.gate.held import unproven
from tests.observe.conftest import Watch

GIFT = """
import unittest, pytest
def skips(): pytest.skip("no gifts today")
def raises(): raise unittest.SkipTest("no gifts today")
def fails_on_purpose(): pytest.xfail("later")
def hides():
    __tracebackhide__ = True
    pytest.skip("hidden")
def made(): exec(compile("raise unittest.SkipTest('x')", "/nowhere/x.py", "exec"))
CODES = {}
"""
TESTS = """
import unittest, pytest
from shop import gift

@pytest.mark.skip
def test_marked(): pass
@pytest.mark.skipif("True", reason="so")
def test_marked_if(): pass
@pytest.mark.xfail
def test_expected(): assert 0
@pytest.mark.xfail(run=False)
def test_not_run(): pass
def test_own(): pytest.skip("here")
def test_own_import(): pytest.importorskip("nowhere_at_all")
@pytest.fixture
def fixture(): pytest.skip("in the fixture")
def test_fixture(fixture): pass
def test_skips(): gift.skips()
def test_raises(): gift.raises()
def test_xfails(): gift.fails_on_purpose()
def test_hides(): gift.hides()
def test_made(): gift.made()
@pytest.mark.parametrize("code", sorted(gift.CODES))
def test_codes(code): pass
class TestU(unittest.TestCase):
    @unittest.skip("no")
    def test_marked(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    def test_own(self): self.skipTest("here")
    def test_raises(self): gift.raises()
"""
WHO = {
    "test_marked": "",
    "test_marked_if": "",
    "test_expected": "",
    "test_not_run": "",
    "test_own": "tests/test_a.py",
    "test_own_import": "tests/test_a.py",
    "test_fixture": "tests/test_a.py",
    "test_skips": "shop/gift.py",
    "test_raises": "shop/gift.py",
    "test_xfails": "shop/gift.py",
    "test_hides": "shop/gift.py",
    "test_made": "shop/gift.py",
    "test_codes[NOTSET]": "empty",
    "TestU::test_marked": "",
    "TestU::test_expected": "",
    "TestU::test_own": "tests/test_a.py",
    "TestU::test_raises": "shop/gift.py",
}
FILES = {
    "tests/test_a.py": TESTS,
    "shop/__init__.py": "",
    "shop/gift.py": GIFT,
    "pytest.ini": "[pytest]\npythonpath=.\n",
}


@pytest.mark.parametrize("extra", [(), ("-n2",)])
def test_each_excuse_is_told_by_who_raised_it(watch: Watch, extra: tuple[str, ...]) -> None:
    got = watch(FILES, *extra)
    assert {node.partition("::")[2]: who for node, who in got.seen.excused.items()} == WHO
    assert (got.seen.tampered, got.seen.doubts, got.seen.finished) == ("", frozenset(), True)


def test_a_module_that_the_product_skips_is_told(watch: Watch) -> None:
    got = watch({**FILES, "tests/test_a.py": "from shop import gift\ngift.raises()\n"})
    assert got.seen.excused == {"tests/test_a.py": "shop/gift.py"}


def test_an_xfail_that_the_product_puts_into_a_fixture_of_another_file_is_told_by_that_file(watch: Watch) -> None:
    conftest = "import pytest\n@pytest.fixture(autouse=True)\ndef no():\n    pytest.xfail('never')\n"
    got = watch({**FILES, "tests/conftest.py": conftest, "tests/test_a.py": "def test_a(): pass\n"})
    assert got.seen.excused == {"tests/test_a.py::test_a": "tests/conftest.py"}


def test_what_could_not_be_collected_is_not_proven_by_tests_that_the_product_skips(watch: Watch) -> None:
    test = "from shop import gift\ndef test_one(): assert gift.skips\ndef test_two(): gift.skips()\n"
    before = watch({"tests/test_a.py": test})
    after = watch({**FILES, "tests/test_a.py": test})
    assert (before.code, after.code) == (1, 0), after.output
    (line,) = unproven(before.seen, after.seen)
    assert line == "tests/test_a.py::test_two: tests/test_a.py was red, and this is skipped now (said by shop/gift.py)"
