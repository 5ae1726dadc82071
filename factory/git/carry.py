"""A change of a text, made in another version of it: pure, by whole lines, and never by guessing where."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

Lines = Sequence[bytes]
MOST = 2000  # lines between the first and the last difference, where they are not set one by one


def carry(old: bytes, new: bytes, theirs: bytes) -> bytes | None:
    """What changed from old to new, in their version of old; None where a piece of it does not stand there just once.

    A piece that stands there as it is to be is done already: rows that are set twice are set once.
    """
    lines = theirs.splitlines(keepends=True)
    for was, becomes in _pieces(old.splitlines(keepends=True), new.splitlines(keepends=True)):
        at = _only(lines, was)
        if at is not None:
            lines[at : at + len(was)] = becomes
        elif _only(lines, becomes) is None:
            return None
    return b"".join(lines)


def _pieces(old: Lines, new: Lines) -> Iterator[tuple[Lines, Lines]]:
    """What stands there now, and what stands in its place then."""
    if len(old) == len(new):  # rows that are set: each is its own piece
        yield from (([was], [becomes]) for was, becomes in zip(old, new, strict=True) if was != becomes)
        return
    first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    if len(old) + len(new) > MOST:
        yield old, new
        return
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if tag != "equal":
            yield old[a:b], new[c:d]


def _only(lines: Lines, block: Lines) -> int | None:
    """Where a block stands, if it stands there exactly once."""
    if not block:
        return None
    found = [n for n, line in enumerate(lines) if line == block[0] and list(lines[n : n + len(block)]) == list(block)]
    return found[0] if len(found) == 1 else None
