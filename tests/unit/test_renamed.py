"""Which missing tests live on under another name."""

from __future__ import annotations

import pytest

from factory.gate.renamed import renamed

A, B = "tests/test_a.py", "tests/test_b.py"


def ask(missing: list[str], new: list[str], source: str = "", touched: tuple[str, ...] = (A, B)) -> frozenset[str]:
    return renamed(missing, new, touched, lambda _: source)


@pytest.mark.parametrize(
    ("missing", "new"),
    [
        ([f"{A}::test_x"], [f"{A}::test_y"]),
        ([f"{A}::test_x"], [f"{B}::test_x"]),
        ([f"{A}::T::test_x"], [f"{A}::U::test_x"]),
        ([f"{A}::test_x[1]"], [f"{A}::test_x[2]"]),
        ([f"{A}::test_x[1]", f"{A}::test_x[2]"], [f"{A}::test_x"]),
        ([f"{A}::test_x[1]", f"{A}::test_x[2]"], [f"{A}::test_loop"]),
        ([f"{A}::test_x", f"{A}::test_y"], [f"{A}::test_z[1]", f"{A}::test_z[2]"]),
    ],
)
def test_a_renamed_test_is_not_missing(missing: list[str], new: list[str]) -> None:
    assert ask(missing, new) == set(missing)


@pytest.mark.parametrize(
    ("missing", "new"),
    [
        ([f"{A}::test_x"], []),
        ([f"{A}::test_x[1]", f"{A}::test_x[2]"], [f"{A}::test_x[3]"]),
        ([f"{A}::test_x", f"{A}::test_y"], [f"{A}::test_z"]),
        ([f"{A}::test_x[1]", f"{A}::test_x[2]"], [f"{A}::test_y[1]"]),
    ],
)
def test_fewer_than_there_were_stand_in_for_nobody(missing: list[str], new: list[str]) -> None:
    assert ask(missing, new) == frozenset()


def test_a_test_that_still_stands_in_its_file_was_not_renamed() -> None:
    assert ask([f"{A}::test_x"], [f"{A}::test_y"], "def test_x():\n    ...\ndel test_x\n") == frozenset()


TWO = """
class T:
    def test_y(self): ...

class U:
    def test_x(self): ...

def test_z(): ...
"""


@pytest.mark.parametrize(("missing", "fine"), [("T::test_x", True), ("test_x", True), ("U::test_x", False)])
def test_a_name_that_stands_in_another_class_was_given_away(missing: str, fine: bool) -> None:
    node = f"{A}::{missing}"
    assert ask([node], [f"{A}::T::test_y"], TWO) == ({node} if fine else frozenset())


@pytest.mark.parametrize(("above", "fine"), [("U", False), ("TestCase", True), ("V", False)])
def test_a_class_has_what_it_inherits(above: str, fine: bool) -> None:
    source = TWO.replace("class T:", f"class V(U): ...\n\nclass T({above}):")
    node = f"{A}::T::test_x"
    assert ask([node], [f"{A}::T::test_y"], source) == ({node} if fine else frozenset())


def test_files_that_nobody_touched_have_no_renamed_tests() -> None:
    assert ask([f"{A}::test_x"], [f"{B}::test_x"], touched=(B,)) == frozenset()


def test_a_changed_parameter_is_fine_beside_a_test_that_is_gone() -> None:
    missing = [f"{A}::test_x[1]", f"{A}::test_gone"]
    assert ask(missing, [f"{A}::test_x[2]"]) == {f"{A}::test_x[1]"}
