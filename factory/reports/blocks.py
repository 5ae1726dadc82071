"""A page as values, before it is Markdown or HTML.

Text is the factory's own, and may hold `code` and **strong** words. A stranger's words go in as `said` makes them: no
mark of theirs is one on the page.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from factory.plain import whole_line

# What Markdown reads as a mark, and no more: a page is read as text, too.
_MARKS = re.compile(
    r"[\\`*\[\]<|]"
    r"|(?<!\w)_|_(?!\w)|~(?=~)|&(?=#|\w+;)|(?<=\w):(?=//)|(?<=\bwww)\."
    r"|^[#>]|^[-+=](?=\s|$)|(?<=^\d)[.)]"
)


class Title(NamedTuple):
    """`level`: 1 for the page's own title."""

    text: str
    level: int = 2


class Paragraph(NamedTuple):
    """One paragraph."""

    text: str


class Bullets(NamedTuple):
    """A list, an entry a line."""

    entries: tuple[str, ...]


class Grid(NamedTuple):
    """A table."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Printed(NamedTuple):
    """Something as it was printed, line by line: a log, a diff, a failure."""

    text: str
    language: str = ""


Block = Title | Paragraph | Bullets | Grid | Printed


def said(text: str, limit: int = 300) -> str:
    """A stranger's words on one line, as words."""
    return _escaped(whole_line(text, limit))


def worded(text: str, limit: int = 1000) -> str:
    """Words of the factory's own with a stranger's among them: what stands between ticks stays code."""
    pieces = whole_line(text, limit).split("`")
    if len(pieces) % 2 == 0 or not all(pieces[1::2]):
        return said(text, limit)
    return "".join(f"`{piece}`" if at % 2 else _escaped(piece) for at, piece in enumerate(pieces))


def _escaped(text: str) -> str:
    return _MARKS.sub(lambda found: "\\" + found[0], text)


def quoted(text: str) -> str:
    """A stranger's words on one line, as code."""
    return "`" + whole_line(text).replace("`", "'") + "`"
