"""A table in Markdown: its rows as values, and edits that change one cell and keep every other byte.

A cell ends at a pipe that no backslash stands before, in code spans too, as on GitHub: `\\\\|` writes a pipe.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise, zip_longest
from typing import NamedTuple

from factory.errors import Mistake
from factory.plain import cells, padded
from factory.ssot.encoding import BOM
from factory.ssot.markdown import Document

BLANK = " \t"
KEPT_LINES = 4096  # lines that stay read: a stamp changes one row, and the table is read anew after it
PIPE = re.compile(r"(?<!\\)\|")
# C0 and C1, line separators, and the marks that turn text around: they would reach a terminal and a commit's subject.
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Shape(NamedTuple):
    """What tells a table apart, and what it must have. Names of columns in lower case."""

    marks: tuple[str, ...]
    required: tuple[str, ...]
    header: str


class Row(NamedTuple):
    line: int
    cells: dict[str, str]


class Table(NamedTuple):
    """Lines `lines` of a document: header, dashes, rows."""

    columns: tuple[str, ...]
    lines: range


def find(document: Document, shape: Shape) -> Table:
    """The one table whose header has the shape's marks. Raises Mistake."""
    tables = [Table(_names(document, lines), lines) for lines in document.tables]
    found = [table for table in tables if set(shape.marks) <= set(table.columns)]
    if len(found) != 1:
        raise _not_one(document, shape, found)
    _check_header(document, shape, found[0])
    return found[0]


def _names(document: Document, lines: range) -> tuple[str, ...]:
    return tuple(_value(document.lines[lines.start], span).casefold() for span in spans(document.lines[lines.start]))


def _not_one(document: Document, shape: Shape, found: list[Table]) -> Mistake:
    marks = " and ".join(shape.marks)
    if found:
        first, second = (table.lines.start + 1 for table in found[:2])
        what = f"a second table with the columns {marks} (the first is on line {first})"
        return Mistake(what, path=document.path, line=second, remedy="keep one of them")
    line = document.tables[0].start + 1 if document.tables else 1
    what = f"no table with the columns {marks}"
    return Mistake(what, path=document.path, line=line, remedy=f"its header should be: {shape.header}")


def _check_header(document: Document, shape: Shape, table: Table) -> None:
    line, remedy = table.lines.start + 1, f"the header should be: {shape.header}"
    for name in shape.required:
        if name not in table.columns:
            raise Mistake(f"no column {name}", path=document.path, line=line, remedy=remedy)
        if table.columns.count(name) > 1:
            raise Mistake(f"two columns {name}", path=document.path, line=line, remedy=remedy)


def rows(document: Document, table: Table) -> Iterator[Row]:
    """Every row that says something. Cells are unescaped; a cell that a short row lacks is empty. Raises Mistake."""
    _check_end(document, table)
    for line in table.lines[2:]:
        text = document.lines[line]
        values, control = _read(text)
        if len(values) > len(table.columns):
            what = f"{len(values)} cells in a table of {len(table.columns)} columns"
            raise Mistake(what, path=document.path, line=line + 1, remedy="write a pipe inside a cell as \\|")
        if control:
            what = f"control character U+{ord(control):04X}"
            raise Mistake(what, path=document.path, line=line + 1, remedy="remove it")
        if any(values):
            yield Row(line, dict(zip_longest(table.columns, values, fillvalue="")))


def cells_of(text: str) -> tuple[str, ...]:
    """The cells of one line, unescaped, whatever table it is of."""
    return tuple(_value(text, span) for span in spans(text))


@functools.lru_cache(KEPT_LINES)
def _read(text: str) -> tuple[tuple[str, ...], str]:
    """The cells of a line, unescaped, and the first control character in it."""
    control = CONTROL.search(text.removesuffix("\r"))
    return cells_of(text), control[0] if control else ""


def _check_end(document: Document, table: Table) -> None:
    """A blank line ends a table in Markdown: the rows below it would be lost without a word."""
    line = table.lines.stop
    while line < len(document.lines) and not document.lines[line].strip():
        line += 1
    follows = any(other.start == line for other in document.tables)
    if line < len(document.lines) and document.lines[line].lstrip(BLANK).startswith("|") and not follows:
        remedy = "remove the blank line above it, or what else ends the table there"
        raise Mistake("a row outside the table", path=document.path, line=line + 1, remedy=remedy)


def spans(text: str) -> list[tuple[int, int]]:
    """Where the cells of a line are, blanks around the content included."""
    start, end = len(text) - len(text.lstrip(BOM + BLANK)), len(text.rstrip(BLANK + "\r"))
    cuts = [pipe.start() for pipe in PIPE.finditer(text, start, end)]
    if not cuts or cuts[0] != start:
        cuts.insert(0, start - 1)
    if len(cuts) == 1 or cuts[-1] != end - 1:
        cuts.append(end)
    return [(left + 1, right) for left, right in pairwise(cuts)]


def _value(text: str, span: tuple[int, int]) -> str:
    return text[span[0] : span[1]].strip(BLANK).replace("\\|", "|")


def escaped(value: str, path: str = "") -> str:
    """A value as it stands in a cell. Raises Mistake for what no cell can hold."""
    if control := CONTROL.search(value):
        what = f"control character U+{ord(control[0]):04X} in {value[:40]!r}"
        raise Mistake(what, path=path, remedy="a cell is one line of text")
    return value.strip(BLANK).replace("|", "\\|")


def set_cells(document: Document, table: Table, line: int, values: Mapping[str, str]) -> None:
    """Changes cells of one line, in place; every other byte stays."""
    for name, value in values.items():
        column = table.columns.index(name)
        text = document.lines[line]
        cut = spans(text)
        while len(cut) <= column:  # a short row: GitHub shows the missing cells as empty
            text = _with_a_cell(text)
            cut = spans(text)
        document.lines[line] = _replaced(document, table, text, cut[column], column, escaped(value, document.path))


def _with_a_cell(text: str) -> str:
    body = text.rstrip(BLANK + "\r")
    closed = PIPE.match(body, len(body) - 1) is not None
    return body + ("  |" if closed else " |  |") + text[len(body) :]


def _replaced(document: Document, table: Table, text: str, span: tuple[int, int], column: int, value: str) -> str:
    left, right = span
    raw = text[left:right]
    before = raw[: len(raw) - len(raw.lstrip(BLANK))] if raw.strip(BLANK) else " "
    after = raw[len(raw.rstrip(BLANK)) :] if raw.strip(BLANK) else " "
    if column == 0 and not value and not text[:left].endswith("|"):
        before = "| "  # a row without its first pipe: an empty first cell needs it
    if value.endswith("\\"):
        after = after or " "  # else the backslash would take the pipe for its own
    new = before + value + after
    if _aligned(document, table, column, cells(raw)):
        new = padded(before + value, cells(raw) - 1) + " "
    return text[:left] + new + text[right:]


def _aligned(document: Document, table: Table, column: int, width: int) -> bool:
    """Whether the column is padded to one width, as it is shown: then a new value is, too."""
    head = ((text, spans(text)) for text in (document.lines[line] for line in table.lines[:2]))
    return all(column < len(cut) and cells(text[slice(*cut[column])]) == width for text, cut in head)


def add_row(document: Document, table: Table, values: Mapping[str, str]) -> None:
    """A row after the last one, in place, with its line ending and the header's indentation."""
    header, last = document.lines[table.lines.start].lstrip(BOM), table.lines.stop - 1
    indent = header[: len(header) - len(header.lstrip(BLANK))]
    cells = "".join(f" {escaped(values.get(name, ''), document.path)} |" for name in table.columns)
    end = "\r" if header.endswith("\r") else ""
    unended = last == len(document.lines) - 1  # no final newline: the new row takes that over
    if unended:
        document.lines[last] += end
    document.lines.insert(last + 1, f"{indent}|{cells}" + ("" if unended else end))
