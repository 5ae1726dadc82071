"""Altered judges in other languages, and of examples in documents."""

from __future__ import annotations

import doctest

import pytest

from factory.gate.altered import literal_rounds


def altered(path: str, source: str) -> set[int]:
    """The lines that are altered in one round or another; each round alters one of them."""
    lines = set()
    for found in literal_rounds(path, source.encode(), "d", 50):
        new = found.files[path].decode()
        changed = [n for n, (a, b) in enumerate(zip(source.split("\n"), new.split("\n"), strict=True), 1) if a != b]
        (site,) = found.sites.values()
        assert changed == [site.line]
        lines.add(site.line)
    return lines


@pytest.mark.parametrize(
    ("path", "lines", "wanted"),
    [
        ("a.test.js", ["expect(f(2)).toBe(270);", "expect(f(3)).toEqual('a b');", "expect(x).not.toBe(3);"], {1, 2}),
        ("a.js", ["assert.equal(f(1, 2), 'ab', 'a message');", "assert(x === 270)", "f(3)"], {1, 2}),
        ("a.js", ["assert.equal(x, y, 'a message');", "assert(x === 270 || y)", "// assert.equal(x, 3)"], set()),
        ("a_test.go", ["\tif got := f(3); got != 270 {", '\t\tt.Errorf("x %d", got)', "\t}"], {1}),
        ("a_test.go", ["\tif x != 270 {", "\t\treturn", "\t}", "\tassert.Equal(t, 5, f(3))"], {4}),
        ("a.rs", ["assert_eq!(f(1), 270);", "assert!(f(3) == 3);", "assert!(x == 3 || y);"], {1, 2}),
        ("check.sh", ["python -c 'from till import total; assert total([1], percent=10) == 270'", 'x=5; [ "$x" = 5 ] && y'], {1}),
        ("check.sh", ['[ "$x" = 5 ] || exit 1', 'test "$x" -eq 6 || exit 1', 'echo "= 5"'], {1, 2}),
        ("Makefile", ["check:", "\tpython -c 'assert f(1) == 270'"], {2}),
        ("a_test.rb", ["assert_equal 270, f(3)", "expect(f(1)).to eq(270)", "x = 3"], {1, 2}),
        ("ATest.java", ["assertEquals(270, f(3));", 'assertThat(x).isEqualTo("a");', 'assertEquals("why", a, b);'], {1, 2}),
        ("a_test.cc", ["EXPECT_EQ(f(1), 270);", "assert(f(2) == 270);", "EXPECT_NE(f(1), 3);"], {1, 2}),
        ("a.unknown", ["assert x == 3"], set()),
    ],
)  # fmt: skip
def test_a_literal_of_a_line_that_asserts_is_altered(path: str, lines: list[str], wanted: set[int]) -> None:
    assert altered(path, "\n".join(lines)) == wanted


DOCUMENT = """Usage
>>> 1 + 269
270
>>> print("a\\nb")
a
b

Errors:

>>> int("x")
Traceback (most recent call last):
  ...
ValueError: invalid literal for int() with base 10: 'x'
>>> f()  # doctest: +SKIP
3
>>> x = 3
"""


def test_each_expected_output_of_a_document_turns_red() -> None:
    found = literal_rounds("docs/usage.txt", DOCUMENT.encode(), "d", 9)
    assert {site.line for r in found for site in r.sites.values()} == {3, 6, 13}
    for judge in found:
        text = judge.files["docs/usage.txt"].decode()
        test = doctest.DocTestParser().get_doctest(text, {}, "usage", None, 0)
        failed = doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None).failed
        assert failed == 1


def test_the_examples_of_a_docstring_are_read_up_to_its_end() -> None:
    source = 'def f():\n    """Of f.\n\n    >>> f()\n    270\n    """\n    return 270\n'
    assert altered("till.py", source) == {5}


def test_two_rounds_are_made_unless_more_are_asked_for() -> None:
    assert len(literal_rounds("docs/usage.txt", DOCUMENT.encode(), "d")) == 2


def test_bytes_that_are_no_text_are_left() -> None:
    assert literal_rounds("a.sh", b"\xff[ 1 = 1 ]", "d") == ()


def test_a_round_number_stays_round_for_a_comparison_may_be_content_with_that() -> None:
    source = b"test('a', () => {\n  assert.strictEqual(total([100, 200], 10), 2700);\n});\n"
    for digest in "abcdefgh":
        (only,) = literal_rounds("test/a.test.js", source, digest)
        (site,) = only.sites.values()
        old, _, new = site.what.partition(" -> ")
        assert old == "2700"
        assert new != old
        assert new.endswith("00")
