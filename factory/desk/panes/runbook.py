"""A runbook's text as values, so that a page can show it without reading Markdown itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

HEAD = "## "
ITEM = re.compile(r"(?:(-)|\d+\.) +(.*)")
CODE = re.compile(r"`([^`]+)`")

BlockKind = Literal["text", "items", "steps"]
LineKind = Literal["text", "items", "steps", "more"]


class TextPiece(NamedTuple):
    """A part of a line: words, or what is typed."""

    text: str
    code: bool


class RunbookBlock(NamedTuple):
    """A paragraph (one line), a list, or a list with numbers."""

    kind: BlockKind
    lines: tuple[tuple[TextPiece, ...], ...]


class RunbookSection(NamedTuple):
    """One section, and what stands under its head."""

    head: str
    blocks: tuple[RunbookBlock, ...]


def sections(text: str) -> tuple[RunbookSection, ...]:
    """The sections of a runbook; what stands above the first one is the alert's own name and summary."""
    return tuple(_section(part) for part in re.split(f"(?m)^{HEAD}", text)[1:])


def _section(part: str) -> RunbookSection:
    head, _, body = part.partition("\n")
    found: list[tuple[BlockKind, list[str]]] = []
    for kind, line in _lines(body):
        if kind == "more":
            found[-1][1][-1] += f" {line}"
        elif found and kind != "text" and found[-1][0] == kind:
            found[-1][1].append(line)
        else:
            found.append((kind, [line]))
    blocks = (RunbookBlock(kind, tuple(tuple(_pieces(line)) for line in lines)) for kind, lines in found)
    return RunbookSection(head.strip(), tuple(blocks))


def _lines(body: str) -> Iterator[tuple[LineKind, str]]:
    """Each line with what it begins; `more`: it goes on with the line above it."""
    above = False
    for line in body.splitlines():
        item = ITEM.match(line)
        if item:
            yield ("items" if item[1] else "steps"), item[2]
        elif line.strip():
            yield ("more" if above else "text"), line.strip()
        above = bool(line.strip())


def _pieces(line: str) -> Iterator[TextPiece]:
    for n, text in enumerate(CODE.split(line)):
        if text:
            yield TextPiece(text, bool(n % 2))
