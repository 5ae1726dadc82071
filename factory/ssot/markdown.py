"""Markdown -> where its tables, headings and fences are, by line.

What lies inside fences, quotes, lists and HTML is somebody's example and does not count.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from factory.ssot import encoding as encodings
from factory.ssot.encoding import BOM

if TYPE_CHECKING:
    from tree_sitter import Node


class Heading(NamedTuple):
    """`below` is the first line after it: a heading that is underlined has two."""

    line: int
    below: int
    level: int
    text: str


class Fence(NamedTuple):
    """Lines `first` (the opening fence) to `last` (exclusive, past the closing one)."""

    first: int
    last: int
    info: str
    closed: bool


class Document(NamedTuple):
    """A file's lines, without their \\n, and its blocks. Lines count from 0; joined by \\n they are the file."""

    path: str
    lines: list[str]
    tables: tuple[range, ...]
    headings: tuple[Heading, ...]
    fences: tuple[Fence, ...]
    comments: tuple[range, ...] = ()  # what a person took out of the text
    encoding: str = "utf-8"  # the file keeps its own

    def encode(self) -> bytes:
        return "\n".join(self.lines).encode(self.encoding)


def outline(content: bytes, path: str) -> Document:
    """The caller's own to change. Raises Mistake where the file is no text that says its encoding."""
    found = _outlined(content, path)
    return found._replace(lines=list(found.lines))


@functools.lru_cache(4)  # a roadmap and a ledger, before and after an edit: parsing is what a table of thousands costs
def _outlined(content: bytes, path: str) -> Document:
    text, encoding = encodings.read(content, path)
    nodes = list(_blocks(text))
    lines = text.split("\n")
    return Document(
        path,
        lines,
        tuple(_joined(_lines(node) for node in nodes if node.type == "pipe_table")),
        tuple(_heading(node, lines) for node in nodes if node.type in ("atx_heading", "setext_heading")),
        tuple(_fence(node) for node in nodes if node.type == "fenced_code_block"),
        tuple(_lines(node) for node in nodes if node.type == "html_block" and _is_comment(node)),
        encoding,
    )


def _for_the_parser(text: str) -> bytes:
    """The same lines, with what the grammar trips over replaced: it takes an empty cell for an error, a row of
    empty cells for a delimiter row, a last line without its end for a paragraph, and splits `\\\\|`."""
    text = text.replace("\\|", "xx")
    text = re.sub(r"\|(?=[ \t]*\|)", "|x", text)
    return re.sub(r"\r(?!\n)", " ", text).encode() + b"\n"


def _blocks(text: str) -> Iterator[Node]:
    """The document's own blocks, in order; sections are opened."""
    import tree_sitter
    import tree_sitter_markdown

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_markdown.language()))
    stack = [parser.parse(_for_the_parser(text)).root_node]
    while stack:
        node = stack.pop()
        if node.type in ("document", "section"):
            stack.extend(reversed(node.children))
        else:
            yield node


def _lines(node: Node) -> range:
    row, column = node.end_point
    return range(node.start_point[0], row + (column > 0))


def _joined(tables: Iterator[range]) -> Iterator[range]:
    """A row of dashes inside a table begins a new one for the grammar; for GitHub it is a row, and so it is here."""
    last: range | None = None
    for table in tables:
        if last is not None and table.start == last.stop:
            table = range(last.start, table.stop)
        elif last is not None:
            yield last
        last = table
    if last is not None:
        yield last


def _heading(node: Node, lines: list[str]) -> Heading:
    first = node.start_point[0]
    below = _lines(node).stop
    marks = [int(child.type[-len("1_marker")]) for child in node.children if child.type.startswith("atx_h")]
    level = marks[0] if marks else 1 + any(child.type == "setext_h2_underline" for child in node.children)
    return Heading(first, below, level, lines[first].lstrip(BOM + " \t").lstrip("#").strip())


def _is_comment(node: Node) -> bool:
    """One without its end is none: it would take out all that follows."""
    text = node.text or b""
    return text.lstrip().startswith(b"<!--") and b"-->" in text


def _fence(node: Node) -> Fence:
    where = _lines(node)
    info = next((child.text or b"" for child in node.children if child.type == "info_string"), b"").decode()
    closed = sum(child.type == "fenced_code_block_delimiter" for child in node.children) > 1
    return Fence(where.start, where.stop, info.strip(), closed)
