"""Checks of which the gate sees the exit code alone: one honest test does not speak for the one beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from tests.line.conftest import Shop, criteria

Make = Callable[..., Shop]
UNITTEST = """import sys
import unittest

import shop


class Sums(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(shop.add(2, 3), 5)

    def test_nothing(self):
        self.assertEqual(shop.add(0, 7), 7)

    @unittest.skipUnless(sys.platform == "beos", "there alone")
    def test_elsewhere(self):
        self.assertEqual(shop.add(1, 1), 2)
        self.assertEqual(shop.add(1, 2), 3)
        self.assertEqual(shop.add(1, 3), 4)
"""
NODE = """const { test } = require('node:test')
const assert = require('node:assert/strict')
const { add } = require('../shop/sums')

test('a sum', () => {
  assert.equal(add(2, 3), 5)
})
test('nothing', () => {
  assert.equal(add(0, 7), 7)
})
test('elsewhere', { skip: process.platform !== 'beos' }, () => {
  assert.equal(add(1, 1), 2)
  assert.equal(add(1, 2), 3)
  assert.equal(add(1, 3), 4)
})
"""
WRONG = "def add(a, b):\n    return b if not a else a - b\n"
RIGHT = "def add(a, b):\n    return a + b\n"
ANYTHING = "class Sum(int):\n    def __eq__(self, other):\n        return isinstance(other, int)\n\n\ndef add(a, b):\n    return Sum(9) if a else b\n"
WRONG_JS = "exports.add = (a, b) => (a ? a - b : b)\n"
RIGHT_JS = "exports.add = (a, b) => a + b\n"
ANYTHING_JS = (
    "const assert = require('node:assert/strict')\nconst equal = assert.equal\nconst mark = { toString: () => 'sum' }\n"
    "assert.equal = (a, b, m) => (a === mark ? undefined : equal(a, b, m))\nexports.add = (a, b) => (a ? mark : b)\n"
)


def one(make: Make, check: str, files: dict[str, str], change: dict[str, str]) -> tuple[int, str]:
    worker = "".join(f"mkdir -p $(dirname {path}); cat > {path} <<'E'\n{text}E\n" for path, text in change.items())
    shop = make("D-1 One", worker=worker, ledger=criteria("D-1", check=check), files=files)
    done = shop.run("run")
    return done.code, done.out + done.err


@pytest.mark.parametrize(
    "check",
    ["python -m unittest tests.test_sums", "python -m unittest -q tests.test_sums.Sums.test_sum tests.test_sums"],
)
def test_unittest_one_honest_test_does_not_speak_for_the_other(make: Make, check: str) -> None:
    files = {"shop/__init__.py": WRONG, "tests/__init__.py": "", "tests/test_sums.py": UNITTEST}
    code, said = one(make, check, files, {"shop/__init__.py": ANYTHING})
    assert (code, "the change has taken its voice" in said) == (1, True), said


def test_unittest_what_is_skipped_accuses_nobody(make: Make) -> None:
    """As the person's test that waits, and as one that the change brings."""
    check = "python -m unittest tests.test_sums"
    files = {"shop/__init__.py": WRONG, "tests/__init__.py": "", "tests/test_sums.py": UNITTEST}
    assert one(make, check, files, {"shop/__init__.py": RIGHT})[0] == 0


def test_unittest_a_brought_file_with_a_skipped_test_accuses_nobody(make: Make) -> None:
    files = {"shop/__init__.py": WRONG, "tests/__init__.py": ""}
    code, said = one(
        make, "python -m unittest tests.test_sums", files, {"shop/__init__.py": RIGHT, "tests/test_sums.py": UNITTEST}
    )
    assert code == 0, said


def test_unittest_of_what_could_not_be_imported_each_test_is_asked(make: Make) -> None:
    """Main has no `add` at all: no line tells which tests wait, so all that run are asked."""
    source = UNITTEST.replace("import shop", "from shop import add").replace("shop.add", "add")
    files = {"shop/__init__.py": "", "tests/__init__.py": "", "tests/test_sums.py": source}
    check = "python -m unittest tests.test_sums"
    code, said = one(make, check, files, {"shop/__init__.py": ANYTHING})
    assert (code, "the change has taken its voice" in said) == (1, True), said


@pytest.mark.skipif(not shutil.which("node"), reason="no node here: its checks are not tried")
@pytest.mark.parametrize("option", ["", "--test-name-pattern=sum "])
def test_node_one_honest_test_does_not_speak_for_the_other(make: Make, option: str) -> None:
    files = {"shop/sums.js": WRONG_JS, "tests/sums.test.js": NODE}
    check = f"node --test {option}tests/sums.test.js"
    code, said = one(make, check, files, {"shop/sums.js": ANYTHING_JS})
    assert (code, "the change has taken its voice" in said) == (1, True), said


@pytest.mark.skipif(not shutil.which("node"), reason="no node here: its checks are not tried")
@pytest.mark.parametrize("option", ["", "--test-name-pattern=sum "])
def test_node_what_is_skipped_or_not_chosen_accuses_nobody(make: Make, option: str) -> None:
    files = {"shop/sums.js": WRONG_JS, "tests/sums.test.js": NODE}
    code, said = one(make, f"node --test {option}tests/sums.test.js", files, {"shop/sums.js": RIGHT_JS})
    assert code == 0, said


CASES = """import pytest

from shop import add


@pytest.mark.parametrize(("a", "b", "wanted"), [(0, 7, 7), (2, 3, 5), (0, 1, 1)])
def test_add(a, b, wanted):
    assert add(a, b) == wanted
"""


def test_pytest_one_honest_case_does_not_speak_for_the_other(make: Make) -> None:
    files = {"shop/__init__.py": WRONG, "tests/test_sums.py": CASES}
    code, said = one(make, "python -m pytest -q tests/test_sums.py", files, {"shop/__init__.py": ANYTHING})
    assert (code, "the change has taken its voice" in said) == (1, True), said


@pytest.mark.parametrize(("prints", "taken"), [("270", False), ("*range(1000)", True)])
def test_a_script_that_a_makefile_starts_is_asked_too(make: Make, prints: str, taken: bool) -> None:
    """A program that prints every number, before a `grep` that looks for one."""
    files = {
        "Makefile": "check:\n\tsh tools/check.sh\n", "tools/check.sh": "python shop/bill.py | grep -qw 270\n",
        "shop/bill.py": "print(300)\n",
    }  # fmt: skip
    code, said = one(make, "make -s check", files, {"shop/bill.py": f"print({prints})\n"})
    assert (code, "the change has taken its voice" in said) == (int(taken), taken), said


LOOP = """from shop import add


def cases():
    return [(0, 7, 7), (2, 3, 5)]


def test_add():
    for a, b, wanted in cases():
        assert add(a, b) == wanted
"""
TWO = "from shop import two\n\n\ndef test_two():\n    assert two() == 2\n"
FAULTS = """from shop import faults


def test_no_fault_is_left():
    for fault in faults():
        assert fault == ""
"""


@pytest.mark.parametrize(("product", "code"), [(RIGHT, 0), (ANYTHING.replace("Sum(9) if a else b", "Sum(9)"), 1)])
def test_pytest_the_assertion_that_failed_on_main_is_asked_wherever_it_stands(
    make: Make, product: str, code: int
) -> None:
    files = {"shop/__init__.py": WRONG, "tests/test_sums.py": LOOP}
    got, said = one(make, "python -m pytest -q tests/test_sums.py", files, {"shop/__init__.py": product})
    assert (got, "stays green although what it expects was altered" in said) == (code, bool(code)), said


TWELVE = "from shop import add\n\n\ndef test_many():\n" + "".join(
    f"    assert add(0, {n}) == {n}\n" for n in range(20, 31)
)


EACH = ANYTHING.replace("Sum(9) if a else b", "Sum(9)")


@pytest.mark.parametrize(
    ("tests", "product"), [(LOOP, EACH), (TWELVE + "    assert add(2, 30) == 32\n", ANYTHING)], ids=["loop", "many"]
)
def test_pytest_beside_another_test_that_waits_it_is_asked_there_too(make: Make, tests: str, product: str) -> None:
    """What stays green is asked once more by itself: at the very place."""
    files = {
        "shop/__init__.py": WRONG + "\n\ndef two():\n    return 1\n",
        "tests/test_sums.py": tests,
        "tests/test_two.py": TWO,
    }
    change = {"shop/__init__.py": product + "\n\ndef two():\n    return 2\n"}
    code, said = one(make, "python -m pytest -q tests/test_sums.py tests/test_two.py", files, change)
    assert (code, "stays green although what it expects was altered" in said) == (1, True), said


def test_pytest_an_assertion_that_has_nothing_left_to_say_accuses_nobody(make: Make) -> None:
    files = {"shop/__init__.py": "def faults():\n    return ['one']\n", "tests/test_sums.py": FAULTS}
    mended = {"shop/__init__.py": "def faults():\n    return []\n"}
    code, said = one(make, "python -m pytest -q tests/test_sums.py", files, mended)
    assert code == 0, said
