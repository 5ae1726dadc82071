"""Blocks as Markdown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from factory.plain import printable
from factory.reports.blocks import Block, Bullets, Grid, Paragraph, Printed, Title

BAR, ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)[|]"), r"\1\\|"  # one that no backslash keeps from ending a cell


def markdown(blocks: Iterable[Block]) -> str:
    """The page."""
    return "\n\n".join(map(_one, blocks)) + "\n"


def _one(block: Block) -> str:
    match block:
        case Title(text, level):
            return f"{'#' * level} {text}"
        case Paragraph(text):
            return text
        case Bullets(entries):
            return "\n".join(f"- {entry}" for entry in entries)
        case Grid(head, rows):
            lines = [_row(head), f"|{'---|' * len(head)}", *map(_row, rows)]
            return "\n".join(lines)
        case Printed(text, language):
            return _fenced(printable(text).strip("\n"), language)


def _row(cells: Iterable[str]) -> str:
    """A bar within code would end its cell, too."""
    return f"| {' | '.join(BAR.sub(ESCAPED, cell) for cell in cells)} |"


def _fenced(text: str, language: str) -> str:
    """Between marks that are longer than any in the text."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{text}\n{marks}"
