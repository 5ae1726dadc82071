"""The tables in Markdown: what counts as one, and edits that keep every other byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.errors import Mistake
from factory.plain import cells
from factory.ssot.markdown import outline
from factory.ssot.tables import Shape, add_row, escaped, find, rows, set_cells, spans

SHAPE = Shape(("a", "b"), ("a", "b"), "| a | b |")
ODD = [
    "x",
    "`",
    "``",
    "\\",
    "|",
    "-",
    "--",
    ":-",
    "한",
    "글",
    "*",
    "<",
    "<!--",
    "-->",
    "#",
    "~~~",
    "```",
    "+",
    "\t",
    "é",
    " ",
]
VALUES = st.lists(st.sampled_from(ODD), max_size=6).map("".join).map(lambda text: text.strip(" \t"))


def read(text: str | bytes) -> list[tuple[str, ...]]:
    document = outline(text if isinstance(text, bytes) else text.encode(), "p.md")
    return [tuple(row.cells.values()) for row in rows(document, find(document, SHAPE))]


def edit(text: str, line: int, **values: str) -> str:
    document = outline(text.encode(), "p.md")
    set_cells(document, find(document, SHAPE), line, values)
    return document.encode().decode()


def append(text: str, **values: str) -> str:
    document = outline(text.encode(), "p.md")
    add_row(document, find(document, SHAPE), values)
    return document.encode().decode()


def mistake(text: str | bytes) -> str:
    with pytest.raises(Mistake) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("| a | b |\n|---|---|\n", []),
        ("| a | b |\n|---|---|", []),
        ("| A | B |\r\n|---|---|\r\n| x | y |\r\n", [("x", "y")]),
        ("\ufeff| a | b |\n|---|---|\n| x | y |", [("x", "y")]),
        ("a | b\n--|--\nx | y\n", [("x", "y")]),
        ("   | a | b |\n   |:--|--:|\n   | x\t|\ty |\n", [("x", "y")]),
        ("|a|b|\n|-|-|\n|x||\n||y|\n|||\n", [("x", ""), ("", "y")]),
        ("|a|b|\n|-|-|\n|x|\nlazy\n", [("x", ""), ("lazy", "")]),
        ("| a | b |\n|---|---|\n| x | y |\n|---|---|\n| z | w |\n", [("x", "y"), ("---", "---"), ("z", "w")]),
        ("| a | b |\n|---|---|\n| x | y |\n| | |\n| z | w |\n", [("x", "y"), ("z", "w")]),
        ("| a | b |\n|---|---|\n| `p \\| q` | \\\\| z |\n", [("`p | q`", "\\| z")]),
        ("| a | b |\n|---|---|\n| 한국어 표 | y |\n", [("한국어 표", "y")]),
        ("# h\ntext\n| a | b |\n|---|---|\n| x | y |\n# h\n", [("x", "y")]),
    ],
)
def test_a_table_reads_as_github_shows_it(text: str, wanted: list[tuple[str, str]]) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize("quote", ["```\n{}```\n", "~~~~md\n{}~~~~\n", "<!--\n{}-->\n", "    {}", "- l\n\n  {}"])
def test_a_table_inside_a_fence_a_comment_or_a_list_does_not_count(quote: str) -> None:
    inner = "| a | b |\n|---|---|\n| no | no |\n"
    indent = quote[: quote.index("{")].rpartition("\n")[2]
    other = quote.format(inner.replace("\n|", f"\n{indent}|"))
    assert read(f"{other}\n\ntext\n\n| a | b |\n|---|---|\n| x | y |\n") == [("x", "y")]
    assert mistake(other).endswith("its header should be: | a | b |")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "p.md:1: no table with the columns a and b; its header should be: | a | b |"),
        ("\n| a | c |\n|--|--|\n", "p.md:2: no table with the columns a and b; its header should be: | a | b |"),
        (
            "| a | b |\n|--|--|\n\n| b | a |\n|--|--|\n",
            "p.md:4: a second table with the columns a and b (the first is on line 1); keep one of them",
        ),
        ("| a | b | B |\n|--|--|--|\n", "p.md:1: two columns b; the header should be: | a | b |"),
        (
            "| a | b |\n|--|--|\n| `p | q` | z |\n",
            "p.md:3: 3 cells in a table of 2 columns; write a pipe inside a cell as \\|",
        ),
        ("| a | b |\n|--|--|\n| x\x1b[0m | z |\n", "p.md:3: control character U+001B; remove it"),
        ("| a | b |\n|--|--|\n| x\u202e | z |\n", "p.md:3: control character U+202E; remove it"),
        ("| a | b |\n|--|--|\n| x\rz | z |\n", "p.md:3: control character U+000D; remove it"),
        (
            "| a | b |\n|--|--|\n| x | y |\n\n| z | w |\n",
            "p.md:5: a row outside the table; remove the blank line above it, or what else ends the table there",
        ),
        (b"\n\xff", "p.md:2: not UTF-8: byte 0xff; save the file as UTF-8"),
        ("\n\n\0", "p.md:3: a NUL byte; save the file as UTF-8 text"),
    ],
)
def test_a_mistake_names_the_line_and_the_remedy(text: str | bytes, says: str) -> None:
    assert mistake(text) == says


def test_a_backslash_before_an_escaped_pipe_ends_no_cell() -> None:
    document = outline(b"|a|b|c \\\\| d|\n|-|-|-|\n|x|y|z|\n", "p.md")
    assert find(document, SHAPE).columns == ("a", "b", "c \\| d")


def test_a_carriage_return_alone_ends_no_line() -> None:
    assert outline(b"|a|b|\n|-|-|\n|x\r\r|y|\n|z|w|\n", "p.md").tables == (range(4),)


def test_a_table_of_another_kind_may_follow() -> None:
    assert read("| a | b |\n|--|--|\n| x | y |\n\n| c | d |\n|--|--|\n| z | w |\n") == [("x", "y")]


def test_a_column_that_is_missing_is_named() -> None:
    document = outline(b"| a | b |\n|--|--|\n", "p.md")
    with pytest.raises(Mistake, match=r"^p\.md:1: no column c; the header should be: H$"):
        find(document, Shape(("a",), ("a", "c"), "H"))


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("| x | y |", "DONE", "| x | DONE |"),
        ("| x |  |", "DONE", "| x | DONE |"),
        ("|x||", "DONE", "|x| DONE |"),
        ("|x|y|", "z\\", "|x|z\\ |"),
        ("| x |\ty\t|", "z", "| x |\tz\t|"),
        ("| x |", "z", "| x | z |"),
        ("| x", "z", "| x | z |"),
        ("x | y", "p|q", "x | p\\|q"),
        ("| x | y |", "", "| x |  |"),
        ("| x |   |", "한", "| x | 한 |"),
    ],
)
def test_one_cell_changes_and_its_blanks_stay(before: str, value: str, after: str) -> None:
    head = "| a | b |\r\n|-|-|\r\n"
    assert edit(f"{head}{before}\r\nend", 2, b=value) == f"{head}{after}\r\nend"


@pytest.mark.parametrize("value", ["y", "가", "가나", "é"])
def test_a_column_that_is_padded_as_it_is_shown_stays_so(value: str) -> None:
    """A wide letter takes two columns, as editors and formatters count it."""
    text = "| a    | b  |\n|------|----|\n| 한글 | x  |\n| z    | 값 |\n"
    for line, was in ((2, "한글"), (3, "z   ")):
        new = edit(text, line, a=value)
        assert new == text.replace(f"| {was} |", f"| {value}{' ' * (4 - cells(value))} |")
        assert {cells(row) for row in new.splitlines()} == {13}


def test_a_padded_column_stays_aligned() -> None:
    table = "| a | b           |\n|---|-------------|\n| x | IN_PROGRESS |\n| y | DONE        |\n"
    assert edit(table, 2, b="DONE") == table.replace("IN_PROGRESS", "DONE       ")
    assert edit(table, 3, b="IN_PROGRESS") == table.replace("DONE       ", "IN_PROGRESS")
    assert edit(table, 3, b="longer than the column") == table.replace("DONE       ", "longer than the column")


def test_an_empty_first_cell_gets_the_pipe_that_it_needs() -> None:
    assert read(edit("a | b\n--|--\nx | y\n", 2, a="")) == [("", "y")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("| a | b |\n|---|---|\n", "| a | b |\n|---|---|\n| x | y\\|z |\n"),
        ("| a | b |\r\n|---|---|", "| a | b |\r\n|---|---|\r\n| x | y\\|z |"),
        (" |b|c|a|\n |-|-|-|\n|1|2|3|\n\nend", " |b|c|a|\n |-|-|-|\n|1|2|3|\n | y\\|z |  | x |\n\nend"),
        ("\ufeff|a|b|\n|-|-|\n", "\ufeff|a|b|\n|-|-|\n| x | y\\|z |\n"),
    ],
)
def test_a_new_row_comes_last_and_keeps_the_line_endings(before: str, after: str) -> None:
    assert append(before, a="x", b="y|z") == after


def test_a_value_of_two_lines_is_refused() -> None:
    with pytest.raises(Mistake, match="control character U\\+000A"):
        escaped("x\ny")


Cells = list[tuple[str, str]]


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, Cells, int]:
    """A document with a table, its rows, and the line that the first row is on."""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    cells = draw(st.lists(st.tuples(VALUES, VALUES).filter(any), min_size=1, max_size=5))
    pad = draw(st.sampled_from(["", " ", "  "]))
    shown = [f"|{pad}{escaped(a)} |{escaped(b)} {pad}|" for a, b in cells]
    before = draw(st.sampled_from(["", "\ufeff", "# h\n", "text\n", "```\n|a|b|\n|-|-|\n```\n"])).replace("\n", end)
    after = draw(st.sampled_from(["", end, f"{end}{end}text |", f"{end}# h{end}"]))
    text = before + end.join(["|a|b|", "|-|-|", *shown]) + after
    return text, cells, before.count("\n") + 2


@given(tables())
def test_what_is_written_is_read(drawn: tuple[str, Cells, int]) -> None:
    text, cells, _ = drawn
    assert read(text) == cells


@given(tables(), st.data())
def test_an_edit_changes_its_cell_and_no_other_byte(drawn: tuple[str, Cells, int], data: st.DataObject) -> None:
    text, cells, first = drawn
    row = data.draw(st.integers(0, len(cells) - 1))
    value = data.draw(VALUES)
    edited = edit(text, first + row, b=value)

    old, new = text.split("\n"), edited.split("\n")
    left, right = spans(old[first + row])[1]
    kept, tail = old[first + row][:left], old[first + row][right:]
    assert old[: first + row] + old[first + row + 1 :] == new[: first + row] + new[first + row + 1 :]
    assert new[first + row].startswith(kept)
    assert new[first + row].endswith(tail)
    assert read(edited) == [c for c in [*cells[:row], (cells[row][0], value), *cells[row + 1 :]] if any(c)]


@given(tables(), VALUES.filter(bool), VALUES)
def test_a_row_added_is_read_last(drawn: tuple[str, Cells, int], a: str, b: str) -> None:
    text, cells, _ = drawn
    added = append(text, a=a, b=b)
    assert read(added) == [*cells, (a, b)]
    assert added.count("\r") - text.count("\r") == (added.count("\n") - text.count("\n")) * ("\r" in text)


@given(VALUES)
def test_escaping_is_undone_by_reading(value: str) -> None:
    assert escaped(value).replace("\\|", "|") == value
    assert len(spans(f"| {escaped(value)} |")) == 1
