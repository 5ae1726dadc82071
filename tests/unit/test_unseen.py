"""What a run says of itself where no runner reports to the gate."""

from __future__ import annotations

import pytest

from factory.gate.altered import literal_rounds
from factory.gate.altered.functions import around, failing, listed
from factory.gate.sides import Sides
from factory.gate.unseen import blamed, places
from factory.model import Terms

TREE = [
    "src/sums.py",
    "tests/test_sums.py",
    "tests/sums.test.js",
    "sums_test.go",
    "checks/one.sh",
    "other/test_sums.py",
]
SIDES = Sides(("src/**",), Terms())
SOURCE = b"""import unittest


def helper(x):
    return x


class Sums(unittest.TestCase):
    def test_one(self):
        self.assertEqual(1, 1)

    def test_two(self):
        with self.subTest():
            self.assertEqual(2, 2)
"""


@pytest.mark.parametrize(
    ("line", "path", "number"),
    [
        ('  File "/room/tests/test_sums.py", line 9, in test_one', "tests/test_sums.py", 9),
        ("    at TestContext.<anonymous> (/room/tests/sums.test.js:8:10)", "tests/sums.test.js", 8),
        ("test at tests/sums.test.js:5:1", "tests/sums.test.js", 5),
        ("    sums_test.go:12: got 1, want 2", "sums_test.go", 12),
        ("checks/one.sh: line 3: [: too many", "checks/one.sh", 3),
        ("./checks/one.sh: line 3: no", "checks/one.sh", 3),
    ],
)
def test_each_runner_names_the_line_at_which_it_failed(line: str, path: str, number: int) -> None:
    assert places(f"...\n{line}\n...", TREE, SIDES) == {path: {number}}


def test_the_product_and_what_is_not_in_the_tree_are_no_judges() -> None:
    said = 'File "/room/src/sums.py", line 3\nFile "/usr/lib/unittest/case.py", line 57\nhttp://sums:80\n'
    assert places(said, TREE, SIDES) == {}


def test_a_bare_name_may_be_any_file_of_that_name() -> None:
    assert places("test_sums.py:4: no", TREE, SIDES) == {"tests/test_sums.py": {4}, "other/test_sums.py": {4}}


def test_unittest_blames_by_class_and_name() -> None:
    said = "FAIL: test_one (tests.test_sums.Sums.test_one)\nERROR: test_two (tests.test_sums.Sums)\nok\n"
    assert blamed(said) == {("tests.test_sums.Sums.test_one", "test_one"), ("tests.test_sums.Sums", "test_two")}


def test_the_tests_around_a_line() -> None:
    assert listed(SOURCE) == ["Sums.test_one", "Sums.test_two"]
    assert around(SOURCE, {10}) == ["Sums.test_one"]
    assert around(SOURCE, {1, 5}) == []
    assert around(b"def broken(", {1}) == []


@pytest.mark.parametrize("name", ["Sums.test_one", "Sums.test_two"])
def test_a_test_that_fails_when_it_is_run(name: str) -> None:
    source = failing(SOURCE, name)
    assert source is not None
    space: dict[str, type] = {}
    exec(compile(source, "x", "exec"), space)
    method = name.partition(".")[2]
    with pytest.raises(AssertionError):
        getattr(space["Sums"](method), method)()
    assert failing(SOURCE, "Sums.test_none") is None
    assert failing(b"def test_x(): assert 1\n", "test_x") is None, "nothing can stand before it on a line of its own"


def test_the_literal_that_is_nearest_to_a_line() -> None:
    source = b"test('a', () => {\n  assert.equal(f(), 1)\n})\n\n\n\n\ntest('b', () => {\n  assert.equal(f(), 2)\n})\n"
    for line, said in ((2, "1 ->"), (9, "2 ->"), (10, "2 ->")):
        found = literal_rounds("x.test.js", source, "seed", near=line)
        assert [next(iter(each.sites.values())).what[:4] for each in found] == [said]
    assert literal_rounds("x.test.js", source, "seed", near=40) == ()
