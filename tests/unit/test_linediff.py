"""What two texts have in common, line by line: right, near the least, and in work that grows with their length."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factory.linediff import added_lines, differences
from tests.work import work

LINES = st.lists(st.sampled_from("abcdef"), max_size=40)


def kept(lines: list[str], without: list[int]) -> list[str]:
    gone = set(without)
    return [line for at, line in enumerate(lines) if at not in gone]


@given(LINES, LINES)
def test_what_is_left_of_both_is_the_same(old: list[str], new: list[str]) -> None:
    gone, added = differences(old, new)
    assert kept(old, gone) == kept(new, added)


@given(LINES)
def test_equal_texts_differ_in_nothing(lines: list[str]) -> None:
    assert differences(lines, list(lines)) == ([], [])


def least(old: list[str], new: list[str]) -> int:
    table = [0] * (len(new) + 1)
    for one in old:
        table = _row(table, one, new)
    return len(old) + len(new) - 2 * table[-1]


def _row(above: list[int], one: str, new: list[str]) -> list[int]:
    row = [0]
    for at, other in enumerate(new):
        row.append(above[at] + 1 if one == other else max(above[at + 1], row[at]))
    return row


@settings(
    derandomize=True
)  # nearly always, and not for every text that there is: `acdaaabaabaa` to `acaaabaabaad` is not
@given(LINES, LINES)
def test_short_texts_without_lines_of_their_own_are_told_in_few_lines(old: list[str], new: list[str]) -> None:
    doubled = [old * 2, new * 2]  # no line is alone, so nothing but the shortest way decides
    gone, added = differences(*doubled)
    assert len(gone) + len(added) <= 2 * least(*doubled) + 4


def edited(lines: list[str], edits: int, chance: random.Random) -> list[str]:
    out = list(lines)
    for number in range(edits):
        at = chance.randrange(len(out))
        match chance.randrange(3):
            case 0:
                out[at] = f"changed {number}"
            case 1:
                out.insert(at, chance.choice(lines))
            case _:
                del out[at]
    return out


@pytest.mark.parametrize("kinds", [2, 7, 100, 3000])
def test_scattered_edits_are_told_about_as_briefly_as_by_a_full_comparison(kinds: int) -> None:
    chance = random.Random(kinds)
    old = [f"line {chance.randrange(kinds)}" for _ in range(3000)]
    new = edited(old, 60, chance)
    gone, added = differences(old, new)
    assert kept(old, gone) == kept(new, added)
    assert len(gone) + len(added) <= 2 * 60


def test_a_block_that_is_replaced_costs_no_line_behind_it() -> None:
    old = [f"a {n}" for n in range(500)] + [f"end {n}" for n in range(500)]
    new = [f"b {n}" for n in range(300)] + [f"end {n}" for n in range(500)]
    assert differences(old, new) == (list(range(500)), list(range(300)))


def test_an_inserted_function_takes_no_blank_line_of_the_others_with_it() -> None:
    block = ["def f():", "    pass", "", ""]
    old = [line.replace("f", f"f{n}", 1) if line else line for n in range(200) for line in block]
    gone, added = differences(old, [*block, *old])
    assert (gone, len(added)) == ([], 4)


SHAPES = {
    "two words": lambda n: (["a", "b"] * n, ["b", "a", "a"] * n),
    "one word, more of it": lambda n: (["x"] * n, ["y", *["x"] * n, "y", "x"]),
    "nothing in common": lambda n: ([f"a{i}" for i in range(n)], [f"b{i}" for i in range(n)]),
    "turned round": lambda n: ([f"a{i}" for i in range(n)], [f"a{i}" for i in reversed(range(n))]),
    "every line but one of a pair": lambda n: (
        [w for i in range(n) for w in (f'"{i}": {{', '"version": 1', "},")],
        [w for i in range(n) for w in (f'"{i}": {{', '"version": 2', "},")],
    ),
    "words by chance": lambda n: (random.Random(1).choices("abc", k=n), random.Random(2).choices("abc", k=n)),
    "pairs that part late": lambda n: (
        [str(i // 2) for i in range(n)],
        [str(i // 2) for i in range(n) if i % 7],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_grows_with_the_length_and_not_with_its_square(shape: str) -> None:
    small, large = (SHAPES[shape](n) for n in (400, 1600))
    first, second = (work(lambda pair=pair: differences(*pair)) for pair in (small, large))
    assert second < 4 * first * 1.6


def test_lines_are_numbered_as_git_numbers_them() -> None:
    assert list(added_lines("a\nb\n", "a\nx\x0cy\u2028z\nb\nlast")) == [(2, "x\x0cy\u2028z"), (4, "last")]
    assert list(added_lines("", "")) == []


def test_another_line_ending_is_no_other_line_here() -> None:
    assert list(added_lines("a\nb\n", "a\r\nb\r\nc\r\n")) == [(3, "c")]


def test_a_long_file_with_few_edits_is_told_in_those_edits() -> None:
    old = [f"line {n % 50}" for n in range(2000)]
    new = [*old[:700], "new", *old[700:1500], *old[1510:]]
    gone, added = differences(old, new)
    assert (len(gone), added) == (10, [700])
