"""What the makers of altered judges hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Site(NamedTuple):
    """One place at which a judge says something else than main's."""

    path: str
    function: str  # "Class.test_x"; "" where the file is data, a document or another language
    line: int
    what: str  # "270 -> 853"
    literal: bool = True  # and not an object, or a word, in the place of what has no literal
    sure: bool = True  # it runs when the test passes; else it is only known that it ran on main's product


class Round(NamedTuple):
    """One altered judge: files to lay over the tree for one run. Every case of a site's function must turn red."""

    files: Mapping[str, bytes]
    sites: Mapping[tuple[str, str], Site]


class How(Enum):
    """How a value is altered, so that honest work is red."""

    SAME = "another value of the same shape"  # no change can tell it from a true expectation
    LIKE = "as like it as can be: another digit further up, another letter"
    NEAR = "the same, where a comparison has its usual small tolerance"
    FAR = "a value beyond any tolerance, and in no container"
    LOW = "a bound below everything"
    HIGH = "a bound above everything"
    DIGITS = "the same text with other digits"
    YEAR = "another year"
    DAY = "another day or month that each year has"
    HOUR = "another hour"


class Swap(NamedTuple):
    """Characters of a source, and what stands there instead."""

    start: int
    end: int
    text: str


class Group(NamedTuple):
    """What is altered together: one side of one expectation."""

    line: int
    what: str
    edits: tuple[Swap, ...]
    names: frozenset[str] = frozenset()  # of the module, for these bind the file's other functions as well
    literal: bool = True
    sure: bool = True
    unmet: bool = False  # it asks what nothing asked yet, and main's product did not pass that


def told(old: str, new: str, more: int = 0) -> str:
    """The change in words for a person."""
    rest = f" and {more} more" if more else ""
    return f"{_short(old)} -> {_short(new)}{rest}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:37] + "..."
