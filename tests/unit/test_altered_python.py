"""Altered judges of Python tests: honest work is red under each of them, and a voice that was taken shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory.gate.altered import MORE, Round, rounds
from factory.gate.altered.questions import NEIGHBOUR

HERE = Path(__file__).parent


def altered(body: str, head: str = "", function: str = "test_it", digest: str = "d", most: int = 9) -> list[str]:
    """The test's lines that differ from main's, one text a round."""
    source = f"import math\nimport re\nimport pytest\nfrom till import total\n{head}\n{body}\n"
    found = rounds({"test_till.py": [function]}, {"test_till.py": source.encode()}, digest, most)
    return [_changed(source, r.files["test_till.py"].decode()) for r in found]


def _changed(old: str, new: str) -> str:
    rows = zip(old.split("\n"), new.split("\n"), strict=True)  # no line may move
    return "\n".join(b.strip() for a, b in rows if a != b)


def is_neighbour(line: str, of: str) -> bool:
    return line.startswith("assert total(1) == (lambda v: ") and line.endswith(f"({of})")


def one(assertion: str, **more: str) -> list[str]:
    return altered(f"def test_it():\n    {assertion}", **more)


@pytest.mark.parametrize(
    ("assertion", "pattern"),
    [
        ("assert total(1) == 270", r"assert total\(1\) == [1-9]\d\d"),
        ("assert 270 == total(1)", r"assert [1-9]\d\d == total\(1\)"),
        ("assert total(1) == -2.5", r"assert total\(1\) == -\d\.\d"),
        ("assert total(1) == 'a b7'", r"assert total\(1\) == '[a-z] [a-z]\d'"),
        ("assert total(1) == b'ab'", r"assert total\(1\) == b'[a-z]{2}'"),
        ("assert total(1) == ''", r"assert total\(1\) == '[a-z]{5}'"),
        ("assert total(1) is True", r"assert total\(1\) is False"),
        ("assert total(1) is None", r"assert total\(1\) is object\(\)"),
        ("assert total(1) is not None", r"assert total\(1\) is None"),
        ("assert total(1) != 3", r"assert total\(1\) == 3"),
        ("assert total(1) == total(2)", r"assert total\(1\) == \(lambda v: .*\)\(total\(2\)\)"),
        ("assert total(1) < 3", r"assert total\(1\) < -\d{31}"),
        ("assert total(1) >= 3", r"assert total\(1\) >= \d{31}"),
        ("assert 3 < total(1)", r"assert \d{31} < total\(1\)"),
        ("assert 'xy' in total(1)", r"assert '[a-z]{12}' in total\(1\)"),
        ("assert 'x' in total(1)", r"assert 'x' not in total\(1\)"),
        ("assert 'x' not in total(1)", r"assert 'x' in total\(1\)"),
        ("assert total(1) in (1, 2)", r"assert total\(1\) in \(\d{13}, \d{13}\)"),
        ("assert total(1)", r"assert not \(total\(1\)\)"),
        ("assert total(1), 'no'", r"assert not \(total\(1\)\), 'no'"),
        ("assert not total(1)", r"assert not \(not total\(1\)\)"),
        ("assert isinstance(total(1), int)", r'assert isinstance\(total\(1\), type\("_Other", \(\), \{\}\)\)'),
        ("assert total(1).startswith('a')", r"assert total\(1\)\.startswith\('[a-z]{12}'\)"),
        ("assert re.match(r'\\d+', total(1))", r"assert re\.match\(r'[a-z]{12}', total\(1\)\)"),
        ("assert math.isclose(total(1), 270.0)", r"assert math\.isclose\(total\(1\), [1-9]\d\d\.\d\)"),
        ("assert math.isclose(total(1), 2, abs_tol=9)", r"assert math\.isclose\(total\(1\), \d{13}, abs_tol=9\)"),
        ("assert total(1) == pytest.approx(270.0, rel=0.5)", r"assert total\(1\) == pytest\.approx\(\d{13}\.5, rel=0\.5\)"),
        ("assert total(1) == {'a': 3}", r"assert total\(1\) == \{'[a-z]': \d\}"),
        ("assert total(1) == 60 * 60", r"assert total\(1\) == \d{4}"),
        ("assert total(1) == f'a{1}'", r"assert total\(1\) == \(f'a\{1\}' \+ '[a-z]{12}'\)"),
        ("assert total(1) == '\\n'", r"assert total\(1\) == '\\n[a-z]{5}'"),
    ],
)  # fmt: skip
def test_an_expectation_is_changed_in_place(assertion: str, pattern: str) -> None:
    line, *_ = one(assertion)
    assert re.fullmatch(pattern, line), line


def test_a_function_of_the_standard_library_is_seen_through() -> None:
    line, *_ = one("assert total(1) == statistics.mean([3, 5, 10])", head="import statistics")
    assert "statistics.mean([" in line
    assert "[3, 5, 10]" not in line


@pytest.mark.parametrize(
    ("assertion", "kept"),
    [
        ("assert total([10, 20], percent=10) == total(3)", "total([10, 20], percent=10)"),
        ("assert total(1)[2:4] == 'ab'", "total(1)[2:4]"),
        ("assert len([1, 2]) == total(1)", "len([1, 2])"),
        ("assert total(1) == pytest.approx(3, abs=0.5)", "abs=0.5"),
    ],
)
def test_inputs_places_and_tolerances_stay_as_they_are(assertion: str, kept: str) -> None:
    line, *_ = one(assertion)
    assert kept in line


def test_both_numbers_of_a_distance_are_asked_for() -> None:
    lines = one("assert abs(total(1) - 270) < 1")
    assert len(lines) == 2
    assert any("- 270) < -" in line for line in lines)
    assert any(line.endswith(") < 1") and "270" not in line for line in lines)


def test_the_exception_and_its_message_are_asked_for() -> None:
    lines = altered("def test_it():\n    with pytest.raises(ValueError, match='no'):\n        total(1)")
    assert "with pytest.raises(type(\"_Other\", (Exception,), {}), match='no'):" in lines
    assert any("ValueError" in line and "'no'" not in line for line in lines)


@pytest.mark.parametrize(
    "body",
    [
        "def test_it():\n    if total(1):\n        assert total(1) == 3",
        "def test_it():\n    if total(1):\n        return\n    assert total(1) == 3",
        "def test_it():\n    for x in total(1):\n        assert x == 3",
        "def test_it():\n    for x in [1]:\n        if x:\n            continue\n        assert x == 3",
        "def test_it():\n    while total(1):\n        assert total(1) == 3",
        "def test_it():\n    try:\n        assert total(1) == 3\n    except AssertionError:\n        pass",
        "def test_it():\n    with pytest.raises(AssertionError):\n        assert total(1) == 3",
        "def test_it(e):\n    with pytest.raises(e) if e else total(2):\n        assert total(1) == 3",
        "def test_it(context):\n    with context:\n        assert total(1) == 3",
        "def test_it():\n    def inner():\n        assert total(1) == 3\n    total(inner)",
        "def test_it():\n    with pytest.raises(KeyboardInterrupt):\n        total(1)",
        "def test_it():\n    return\n    assert total(1) == 3",
        "def test_it():\n    yield\n    assert total(1) == 3",
        "@pytest.mark.xfail\ndef test_it():\n    assert total(1) == 3",
        "def test_it(request):\n    request.applymarker(pytest.mark.xfail)\n    assert total(1) == 3",
        "def test_it():\n    assert total(1) == 3\n\n\ndef test_it():\n    assert total(1) == 4",
        "def test_it():\n    total(1)",
        "def test_it():\n    assert set(total(1)) == {True, False} or total(2)",
        "def test_it(:\n",
    ],
)
def test_what_does_not_surely_run_or_turn_red_stays_unaltered(body: str) -> None:
    found = altered(body)
    assert not any("total(1) ==" in line or "x ==" in line for line in found)
    assert len(found) == ("or total" in body)


STORY = "def test_it():\n" + "".join(f"    assert total({n}) == {n}\n" for n in range(100, 112))


@pytest.mark.parametrize("digest", "abcdefgh")
def test_what_main_did_not_pass_is_asked_first_and_all_of_it(digest: str) -> None:
    """One wrong expectation of twelve is not left to chance."""

    def lines(failed: set[int], unmet: int = MORE) -> list[int]:
        source = {"t.py": STORY.encode()}
        found = rounds({"t.py": ["test_it"]}, source, digest, 4, {"t.py": failed}, unmet)
        return [site.line for each in found for site in each.sites.values()]

    assert set(lines(set())) == set(range(2, 14))  # it failed before the first of them: any may be the criterion
    fifth = lines({6})
    assert fifth[:2] == [6, 6]
    assert set(fifth) >= set(range(6, 14))
    last = lines({13})
    assert last[:2] == [13, 13]
    assert set(last[2:]) <= set(range(2, 13))
    assert len(last) == 4
    assert len(lines({6}, unmet=0)) == 4


def test_what_main_failed_at_over_several_lines_and_in_a_helper_is_asked_first() -> None:
    source = (
        "def same(value):\n    assert value != 5\n    assert value == 7\n\n\n"
        "def test_it():\n    assert total(1) == 10\n    assert total(\n        2\n    ) == 20\n    same(total(3))\n"
    )

    def first(*failed: int) -> int:
        found = rounds({"t.py": ["test_it"]}, {"t.py": source.encode()}, "d", 1, {"t.py": failed})
        return next(iter(found[0].sites.values())).line

    assert (first(7), first(8), first(11, 3), first(3), first(11, 2)) == (7, 10, 3, 3, 2)


def where_main_failed(body: str, line: int) -> list[str]:
    """As above, with a line of the test at which main's product failed."""
    source = f"import pytest\nfrom till import total\n\n\ndef test_it(args):\n{body}\n"
    name = "test_till.py"
    found = rounds({name: ["test_it"]}, {name: source.encode()}, "d", 9, {name: {5 + line}})
    return [_changed(source, r.files[name].decode()) for r in found]


def test_what_stands_where_main_failed_is_altered_though_it_need_not_run() -> None:
    assert where_main_failed("    if args:\n        assert total(args) == 7", 2)[0].startswith("assert total(args) ==")


@pytest.mark.parametrize("context", ["pytest.raises(TypeError)", "pytest.raises((TypeError, ValueError))", "awaits"])
def test_where_an_exception_is_meant_to_come_first_no_assertion_is_altered(context: str) -> None:
    """main's product gave back something false, so it failed there; honest work never comes by."""
    found = where_main_failed(f"    with {context}:\n        assert total('x') % args", 2)
    assert not any("assert" in line for line in found)


def test_a_function_inside_a_test_does_not_end_it() -> None:
    body = "def test_it():\n    def inner():\n        return 1\n    assert total(inner) == 3"
    assert len(altered(body)) == 1, "a single digit has no other way"


@pytest.mark.parametrize("kept", ["Decimal('1.50')", "date(2020, 2, 29)", "time(23, 59)", "UUID('0' * 32)"])
def test_a_constructor_still_works(kept: str) -> None:
    head = "from decimal import Decimal\nfrom datetime import date, time\nfrom uuid import UUID"
    line, *_ = one(f"assert total(1) == {kept}", head=head)
    if kept not in line and "lambda" not in line:
        scope: dict[str, object] = {}
        exec(f"{head}\nvalue = {line.partition(' == ')[2]}", scope)
        assert repr(scope["value"])


def test_a_name_that_the_product_lends_is_no_constructor() -> None:
    (line,) = one("assert total(1) == Decimal('1')", head="from till import Decimal")
    assert is_neighbour(line, "Decimal('1')")


def test_a_constant_of_the_module_is_altered_for_all_that_read_it() -> None:
    source = b"from till import f\nWANT = 270\ndef test_a():\n    assert f(1) == WANT\ndef test_b():\n    assert f(2) == WANT\n"
    found, *_ = rounds({"t.py": ["test_a", "test_b"]}, {"t.py": source}, "d")
    assert b"WANT = 270" not in found.files["t.py"]
    assert {f for _, f in found.sites} == {"test_a", "test_b"}


def test_a_constant_that_is_also_an_input_stays() -> None:
    line, *_ = altered("def test_it():\n    total(WANT)\n    assert total(1) == WANT", head="WANT = 270")
    assert is_neighbour(line, "WANT" if "WANT" in line else "want")


def test_a_test_that_reads_an_altered_constant_is_not_asked_in_another_way() -> None:
    head = b"from till import f\nWANT = 270\ndef test_a():\n    assert f(1) == WANT\n"
    source = head + b"def test_b():\n    assert f(2) == 3\n    if f(3):\n        assert f(3) == WANT\n"
    found = rounds({"t.py": ["test_a", "test_b"]}, {"t.py": source}, "d")
    asked = {
        name: [b"WANT = 270" not in each.files["t.py"] for each in found if ("t.py", name) in each.sites]
        for name in ("test_a", "test_b")
    }
    assert asked == {"test_a": [True, True], "test_b": [False]}
    assert not any(len(each.sites) == 2 for each in found)


@pytest.mark.parametrize("use", ["total(want)", "want.append(4)", "for x in want:\n        total(x)"])
def test_a_name_that_is_used_otherwise_stays(use: str) -> None:
    line, *_ = altered(f"def test_it():\n    want = [270]\n    {use}\n    assert total(1) == want")
    assert is_neighbour(line, "WANT" if "WANT" in line else "want")


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ("[(1, 10), (2, 20)]", "[(1, "),
        ("[pytest.param(1, 10, id='a'), (2, 20)]", "[pytest.param(1, "),
    ],
)
def test_the_expected_column_of_the_parameters_is_altered_in_every_row(rows: str, kept: str) -> None:
    line, *_ = altered(
        f'@pytest.mark.parametrize("x, want", {rows})\ndef test_it(x, want):\n    assert total(x) == want'
    )
    assert kept in line
    assert "(2, " in line
    assert "10" not in line
    assert "20" not in line


def test_a_column_with_a_row_that_is_no_literal_is_left() -> None:
    body = '@pytest.mark.parametrize("x, want", [(1, 10), (2, total(3))])\ndef test_it(x, want):\n    assert total(x) == want'
    (line,) = altered(body)
    assert line.endswith("(want)")


def test_the_rows_of_a_loop_are_altered() -> None:
    """Each in a round of its own: the first that is red hides the others."""
    lines = altered("def test_it():\n    for x, want in [(1, 10), (2, 20)]:\n        assert total(x) == want")
    rows = [ast.literal_eval(line.partition(" in ")[2].rstrip(":")) for line in lines]
    assert all(row[0] == (1, 10) or row[1] == (2, 20) for row in rows)
    assert any(row[0] != (1, 10) for row in rows)
    assert any(row[1] != (2, 20) for row in rows)


@pytest.mark.parametrize("digest", "abcdefgh")
def test_of_several_values_each_is_asked_by_itself_and_so_is_their_order(digest: str) -> None:
    lines = one("assert total(1) == ('tea', 30, 'sugar')", digest=digest)
    found = [ast.literal_eval(line.partition(" == ")[2]) for line in lines]
    changed = [[a for a, b in zip(("tea", 30, "sugar"), new, strict=True) if a != b] for new in found]
    assert sorted(map(len, changed)) == [1, 1, 1, 1, 2]
    assert {new[0] for new in changed if len(new) == 1} == {"tea", 30, "sugar"}
    assert any(sorted(map(str, new)) == ["30", "sugar", "tea"] for new in found), "one round has them in another order"


@pytest.mark.parametrize("digest", "abcdefgh")
def test_another_letter_a_digit_further_up_and_a_key_are_asked_too(digest: str) -> None:
    texts = [line.partition(" == ")[2] for line in one("assert total(1) == 'Tea'", digest=digest)]
    assert sorted(sum(a != b for a, b in zip("'Tea'", text, strict=True)) for text in texts) == [1, 3]
    numbers = [line.partition(" == ")[2] for line in one("assert total(1) == 270", digest=digest)]
    assert sorted(number.endswith("0") for number in numbers) in ([False, True], [True, True])
    rows = [ast.literal_eval(line.partition(" == ")[2]) for line in one("assert total(1) == {'a': 3}", digest=digest)]
    assert any("a" not in row for row in rows)
    assert any(row.get("a", 3) != 3 for row in rows)


@pytest.mark.parametrize("digest", "abcdefgh")
def test_of_a_date_also_the_month_and_the_day_are_asked(digest: str) -> None:
    lines = one("assert total(1) == date(2024, 5, 31)", head="from datetime import date", digest=digest)
    dates = [eval(line.partition(" == ")[2], {"date": __import__("datetime").date}) for line in lines]
    assert {d.month for d in dates} == {5}, "not each month has a 31st"
    assert any(d.day != 31 for d in dates)
    assert any(d.year != 2024 for d in dates)


@pytest.mark.parametrize("side", ["max(3, 5)", "sorted([3, 5])", "{3, 5}"])
def test_where_one_value_may_say_nothing_all_are_altered(side: str) -> None:
    line, *_ = one(f"assert total(1) == {side}")
    assert (re.sub(r"\d+", "x", line), len(re.findall(r"\b[35]\b", line))) == (
        re.sub(r"\d", "x", f"assert total(1) == {side}"),
        int(side == "{3, 5}"),
    )


def test_a_property_that_tries_many_inputs_is_asked_by_its_factors() -> None:
    body = "@given(st.integers())\ndef test_it(x):\n    assert total(x) == x * 90 // 100"
    line, *_ = altered(body, head="from hypothesis import given\nfrom hypothesis import strategies as st")
    assert "90 // 100" not in line


UNITTEST = """import unittest
from till import total
class Base(unittest.TestCase):
    def test_it(self):
        self.assertEqual(total(1), 270)
        self.assertIn("x", total(2))
        self.assertNotEqual(total(1), 3)
        self.assertRaises(ValueError, total, 3)
class Test(Base):
    pass
"""


def test_the_methods_of_unittest_are_read_also_where_they_are_inherited() -> None:
    found = rounds({"t.py": ["Test.test_it"]}, {"t.py": UNITTEST.encode()}, "d", 9)
    lines = {_changed(UNITTEST, r.files["t.py"].decode()) for r in found}
    assert len(lines) == 5
    assert "self.assertEqual(total(1), 3)" in lines
    assert 'self.assertRaises(type("_Other", (Exception,), {}), total, 3)' in lines
    assert all(set(r.sites) == {("t.py", "Test.test_it")} for r in found)


def test_a_test_of_a_base_in_another_file_is_altered_there() -> None:
    sources = {
        "tests/base.py": UNITTEST.encode(),
        "tests/test_a.py": b"from tests.base import Base\nclass A(Base):\n    pass\n",
    }
    found = rounds({"tests/test_a.py": ["A.test_it"]}, sources, "d")
    assert set(found[0].files) == {"tests/base.py"}
    assert set(found[0].sites) == {("tests/test_a.py", "A.test_it")}


def test_another_digest_makes_another_judge_and_the_same_one_the_same() -> None:
    made = {digest: tuple(one("assert total(1) == 270123", digest=digest)) for digest in "abcdefgh"}
    assert len(set(made.values())) > 3
    assert tuple(one("assert total(1) == 270123", digest="a")) == made["a"]


class Anything(int):
    """What an honest person never returns."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


JUDGE = b"""
WANT = [270]
def test_a_number():
    assert total([100, 200], 10) == 270
def test_a_constant():
    assert [total([100, 200], 10)] == WANT
def test_a_row():
    for prices, percent, want in (([400], 25, 300), ([1], 0, 1)):
        assert total(prices, percent) == want
"""
NAMES = ("test_a_number", "test_a_constant", "test_a_row")


def greens(found: Round, total: Callable[[list[int], int], int]) -> list[str]:
    """Which of the judge's tests do not fail, with a product."""
    scope: dict[str, object] = {"total": total}
    exec(found.files["test_till.py"], scope)
    green = []
    for _, name in found.sites:
        test = scope[name]
        assert callable(test)
        try:
            test()
            green.append(name)
        except AssertionError:
            continue
    return green


class Some(int):
    """Equal to every number, and returned for one input alone."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int)

    __hash__ = int.__hash__


ROWS = "[([12], 0, 12), ([1, 2], 0, 3), ([7], 0, 7), ([100, 200], 10, 270), ([5], 0, 5), ([6, 6], 0, 12)]"
ONE_OF_SIX = {
    "a loop": f"for prices, percent, want in {ROWS}:\n        assert total(prices, percent) == want",
    "all": f"assert all(total(prices, percent) == want for prices, percent, want in {ROWS})",
    "all of a constant": "assert all(total(prices, percent) == want for prices, percent, want in ROWS)",
    "a list": "assert [total([1], 0), total([2], 0), total([3], 0), total([9], 10), total([4], 0)] == [1, 2, 3, 8, 4]",
    "a dictionary": "assert {'a': total([1], 0), 'b': total([2], 0), 'c': total([9], 10)} == {'a': 1, 'b': 2, 'c': 8}",
    "a list that is made": "assert [total(p, q) for p, q, _ in ROWS[2:5]] == [want for _, _, want in ROWS[2:5]]",
    "statements": "assert total([1], 0) == 1\n    assert total([2], 0) == 2\n    assert total([9], 10) == 8\n    assert total([4], 0) == 4",
}


@pytest.mark.parametrize("digest", "abcdefgh")
@pytest.mark.parametrize("asked", ONE_OF_SIX.values(), ids=ONE_OF_SIX.keys())
def test_one_wrong_value_among_right_ones_is_not_hidden_by_them(asked: str, digest: str) -> None:
    source = f"ROWS = {ROWS}\ndef test_a_number():\n    {asked}\n".encode()
    made = rounds({"test_till.py": ["test_a_number"]}, {"test_till.py": source}, digest, unmet=MORE)

    def honest(prices: list[int], percent: int) -> int:
        return sum(prices) * (100 - percent) // 100

    def lie(prices: list[int], percent: int) -> int:
        return Some(0) if percent else honest(prices, percent)

    assert made
    assert [greens(found, honest) for found in made] == [[]] * len(made)
    assert any(greens(found, lie) for found in made)


@pytest.mark.parametrize("turns", ["found()", "found() or ()", "[*found()]"])
def test_a_constant_that_no_turn_may_ever_read_is_not_asked(turns: str) -> None:
    whole = f"assert all(total(x) == WANT for x in {turns})"
    assert [line for line in one(whole, head="WANT = 270") if line.startswith("WANT")] == []


@given(st.text("0123456789abcdef", min_size=1))
def test_honest_work_is_red_and_what_equals_everything_is_green(digest: str) -> None:
    for found in rounds({"test_till.py": NAMES}, {"test_till.py": JUDGE}, digest):
        assert greens(found, lambda prices, percent: sum(prices) * (100 - percent) // 100) == []
        assert sorted(greens(found, lambda prices, percent: Anything(1))) == sorted(n for _, n in found.sites)


@pytest.mark.parametrize("file", sorted(HERE.glob("test_*.py")), ids=lambda p: p.name)
@settings(max_examples=3, suppress_health_check=list(HealthCheck), deadline=None)
@given(digest=st.text("0123456789abcdef", min_size=8))
def test_every_altered_file_is_a_file_with_the_same_functions_at_the_same_lines(file: Path, digest: str) -> None:
    source = file.read_bytes()
    tree = ast.parse(source)
    shape = [(n.name, n.lineno, n.end_lineno) for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    names = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    for found in rounds({file.name: names}, {file.name: source}, digest, 2):
        new = found.files[file.name]
        kinds = (ast.FunctionDef, ast.ClassDef)
        assert [(n.name, n.lineno, n.end_lineno) for n in ast.walk(ast.parse(new)) if isinstance(n, kinds)] == shape
        assert new != source
        assert all(f in names and 0 < site.line <= source.count(b"\n") for (_, f), site in found.sites.items())


@pytest.mark.parametrize(
    "source",
    [
        "# -*- coding: latin-1 -*-\ndef test_it():\n    assert f('é') == 'é 5'\n".encode("latin-1"),
        b"\xef\xbb\xbfdef test_it():\r\n    assert f(1) == 270\r\n",
        "def test_it():\n    assert f('가나') == '가나', 270\n".encode(),
        b"def test_it():\n    assert f(1) == '''a\n  b\n'''\n",
        b"async def test_it():\n    assert await f(1) == 3\n",
        b"def test_it():\n    assert f(1) == ('a'\n        'b')\n",
    ],
)
def test_encodings_line_ends_and_texts_over_lines_are_kept(source: bytes) -> None:
    found, *_ = rounds({"t.py": ["test_it"]}, {"t.py": source}, "d")
    new = found.files["t.py"]
    assert new != source
    assert new.count(b"\n") == source.count(b"\n")
    assert new.count(b"\r\n") == source.count(b"\r\n")
    ast.parse(new)


def test_a_container_that_is_said_to_lack_something_may_hold_all_else() -> None:
    lines = altered("def test_it():\n    some = total(1)\n    assert 'xy' in some\n    assert 'ab' not in some")
    assert set(lines) == {"assert 'xy' not in some", "assert 'ab' in some"}


@pytest.mark.parametrize("side", ["(" * 3000 + ")" * 3000, "+".join(["f()"] * 30000), str(["12345"] * 5000)])
def test_a_side_that_is_too_deep_or_too_long_ends_nothing(side: str) -> None:
    assert len(one(f"assert total(1) == {side}")) <= 1


def test_what_a_fixture_of_the_file_gives_is_altered_for_all_that_take_it() -> None:
    head = b"import pytest\nfrom till import f\n@pytest.fixture\ndef want():\n    return 270\n"
    source = head + b"def test_a(want):\n    assert f(1) == want\ndef test_b(want):\n    assert f(want) == 3\n"
    found = rounds({"t.py": ["test_a", "test_b"]}, {"t.py": source}, "d")
    asked = [{name for _, name in each.sites} for each in found if b"return 270" not in each.files["t.py"]]
    assert asked, "it is an expectation in one of them"
    assert all(names == {"test_a"} for names in asked), "and in the other one an input, so this one is not asked then"


@pytest.mark.parametrize("value", [True, 270, 2.5, 1e300, "a", b"a", [1], (1,), {"x": 1}, {1}, None, object()])
def test_a_neighbour_is_another_value_and_of_the_same_type_where_that_is_plain(value: object) -> None:
    new = eval(NEIGHBOUR)(value)
    assert new != value
    assert type(new) is type(value) or type(new) is object
    assert (type(new) is object) == (value is None or value == 1e300 or type(value) is object)
