"""Which lines two texts do not share, in work that grows with their length. All that counts lines asks here.

Lines that each text has once are held on to first (patience); between them the shortest way is looked for, a window of
edits at a time (Myers), so that no input makes it look for long. What it says is right always, and least nearly always.
"""

from __future__ import annotations

import bisect
import functools
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import AnyStr, NamedTuple

WINDOW = 32  # edits that are weighed against each other before the best way so far is taken
LEVELS = 3  # how often what lies between two held lines is searched for such lines again

Pair = tuple[int, int]
NOWHERE = (-1, None)
Span = tuple[int, int, int, int]  # from and to in the old text, from and to in the new one


def added_lines(before: str, after: str) -> Iterator[tuple[int, str]]:
    """The lines of `after` that `before` does not have in that place: number from 1, and text without its ending."""
    lines = [line.removesuffix("\r") for line in lines_of(after)]
    yield from ((at + 1, lines[at]) for at in _added(before, after))


@functools.lru_cache(maxsize=8)
def _added(before: str, after: str) -> tuple[int, ...]:
    """Remembered: several guards ask the same of the same file, one after the other."""
    old, new = ([line.removesuffix("\r") for line in lines_of(text)] for text in (before, after))
    return tuple(differences(old, new)[1])


def lines_of(text: AnyStr) -> list[AnyStr]:
    """As git numbers lines: a form feed or a line separator of Unicode ends none."""
    lines = text.split("\n" if isinstance(text, str) else b"\n")
    return lines if lines[-1] else lines[:-1]


def differences(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[list[int], list[int]]:
    """Places from 0: of what `old` has and `new` has not, and the other way round."""
    if not old or not new:
        return list(range(len(old))), list(range(len(new)))
    numbers: dict[Hashable, int] = {}
    left, right = ([numbers.setdefault(line, len(numbers)) for line in lines] for lines in (old, new))
    gone, added = bytearray(b"\1" * len(left)), bytearray(b"\1" * len(right))
    for i, j in _common(left, right):
        gone[i] = added[j] = 0
    return [i for i, is_gone in enumerate(gone) if is_gone], [j for j, is_added in enumerate(added) if is_added]


def _common(old: list[int], new: list[int]) -> Iterator[Pair]:
    """Pairs of places that hold the same line; their order is the same in both texts."""
    todo: list[tuple[Span, int]] = [((0, len(old), 0, len(new)), 0)]
    while todo:
        (i, to_i, j, to_j), level = todo.pop()
        while i < to_i and j < to_j and old[i] == new[j]:
            yield i, j
            i, j = i + 1, j + 1
        while i < to_i and j < to_j and old[to_i - 1] == new[to_j - 1]:
            to_i, to_j = to_i - 1, to_j - 1
            yield to_i, to_j
        span = (i, to_i, j, to_j)
        held = _held(old, new, span) if level < LEVELS else []
        yield from held or _walked(old, new, span)
        if held:
            starts, ends = [(i, j), *((a + 1, b + 1) for a, b in held)], [*held, (to_i, to_j)]
            todo += [((a, c, b, d), level + 1) for (a, b), (c, d) in zip(starts, ends, strict=True)]


def _held(old: list[int], new: list[int], span: Span) -> list[Pair]:
    """The longest row of lines that both parts have exactly once, in the order of both."""
    i, to_i, j, to_j = span
    once_old = {line for line, count in Counter(old[i:to_i]).items() if count == 1}
    once = once_old & {line for line, count in Counter(new[j:to_j]).items() if count == 1}
    where = {old[at]: at for at in range(i, to_i) if old[at] in once}
    ends: list[int] = []  # per length of a row, where in the old text the best row of that length ends
    rows: list[tuple[Pair, int]] = []  # each pair, with the one before it
    at_end: list[int] = []
    for at in range(j, to_j):
        if (here := where.get(new[at])) is not None:
            length = bisect.bisect_left(ends, here)
            rows.append(((here, at), at_end[length - 1] if length else -1))
            ends[length : length + 1], at_end[length : length + 1] = [here], [len(rows) - 1]
    found, last = [], at_end[-1] if at_end else -1
    while last >= 0:
        pair, last = rows[last]
        found.append(pair)
    return found[::-1]


def _walked(old: list[int], new: list[int], span: Span) -> Iterator[Pair]:
    """The shortest way through a part; after a window of edits the way that led furthest is taken, and no other."""
    i, to_i, j, to_j = span
    both = set(old[i:to_i]) & set(new[j:to_j])  # what one part alone has is on no way
    left = [at for at in range(i, to_i) if old[at] in both]
    right = [at for at in range(j, to_j) if new[at] in both]
    mine, others, i, j = [old[at] for at in left], [new[at] for at in right], 0, 0
    while i < len(left) and j < len(right):
        x, y, way = _way(mine, others, i, j)
        while way is not None:
            yield from ((left[i + at], right[j + at - way.diagonal]) for at in range(way.start, way.end))
            way = way.before
        i, j = i + x, j + y


class SharedRun(NamedTuple):
    """A run of shared lines, from and to in the old text; in the new one it lies `diagonal` lines before."""

    diagonal: int
    start: int
    end: int
    before: SharedRun | None


Fronts = dict[int, tuple[int, SharedRun | None]]  # per diagonal: how far in the old text, and on what way


def _way(old: list[int], new: list[int], i: int, j: int) -> tuple[int, int, SharedRun | None]:
    """Where one window's best way ends, counted from its start at `i` and `j`, and the way."""
    width, height = len(old) - i, len(new) - j
    fronts: Fronts = {0: (0, None)}
    for edits in range(WINDOW):
        if edits:
            fronts = _edited(fronts, width, height)
        for k, (x, way) in fronts.items():
            start = x
            while x < width and x - k < height and old[i + x] == new[j + x - k]:
                x += 1
            if x > start:
                fronts[k] = x, SharedRun(k, start, x, way)
        best = max(fronts, key=lambda k: 2 * fronts[k][0] - k)
        x, way = fronts[best]
        if 2 * x - best == width + height:
            break
    return x, x - best, way


def _edited(fronts: Fronts, width: int, height: int) -> Fronts:
    """One edit further from each front: a line of either text left out. Of two ways to a diagonal the longer one."""
    found: Fronts = {}
    for k, (x, way) in fronts.items():
        if x - k < height and found.get(k - 1, NOWHERE)[0] < x:
            found[k - 1] = x, way
        if x < width and found.get(k + 1, NOWHERE)[0] < x + 1:
            found[k + 1] = x + 1, way
    return found
