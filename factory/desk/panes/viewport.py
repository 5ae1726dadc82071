"""A part of a text that may be long: a window of lines with its place in bytes, so that no wire carries all of it."""

from __future__ import annotations

import os
from typing import NamedTuple

from factory.records.bounded import is_binary
from factory.records.redact import redact, secret_values

LINES, BYTES = 400, 128 << 10  # of a window, at most


class Viewport(NamedTuple):
    """The window. Places are bytes; None: there is nothing before it, or after it."""

    text: str  # masked
    start: int
    end: int
    size: int
    previous: int | None
    next: int | None
    last: int  # where the last window begins
    binary: bool = False


def viewport(content: bytes, at: int, lines: int = LINES) -> Viewport:
    """The lines from a place on, or from the line that begins after it; a place beyond the end is the last window."""
    size, lines = len(content), max(1, min(lines, LINES))
    if is_binary(content):
        return Viewport("", 0, 0, size, None, None, 0, binary=True)
    last = _back(content, size, lines)
    start = last if at >= size else _line_start(content, max(0, at))
    end = _forward(content, start, lines)
    return Viewport(
        text=redact(content[start:end].decode("utf-8", "replace"), secret_values(os.environ)),
        start=start,
        end=end,
        size=size,
        previous=_back(content, start, lines) if start else None,
        next=end if end < size else None,
        last=last,
    )


def _line_start(content: bytes, at: int) -> int:
    """The beginning of a line at a place or after it; in a line without an end, the place itself."""
    if at == 0 or content[at - 1 : at] == b"\n":
        return at
    found = content.find(b"\n", at, at + BYTES)
    return found + 1 if 0 <= found < len(content) - 1 else at


def _forward(content: bytes, start: int, lines: int) -> int:
    end, most = start, min(len(content), start + BYTES)
    for _ in range(lines):
        found = content.find(b"\n", end, most)
        if found < 0:
            return most
        end = found + 1
    return end


def _back(content: bytes, end: int, lines: int) -> int:
    start, least = end, max(0, end - BYTES)
    for _ in range(lines):
        if start <= least:
            return least
        found = content.rfind(b"\n", least, start - 1)
        start = found + 1 if found >= 0 else least
    return start
