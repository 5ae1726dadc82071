"""Text from strangers made safe to show in a terminal and to write into a commit message."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours and cursor moves
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]{0,4096}(?:\x07|\x1b\\|\x9c)"  # titles, links, clipboard
    r"|\x1b[ -/]*[0-~]"
)
_BREAKS = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# C0 and C1, invisible characters, those that turn the reading direction, and the "tags" that only a model reads.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_UNPRINTED = re.compile(rf"{_HIDDEN.pattern}|[\r\v\f\x85\u2028\u2029\ud800-\udfff]")
_BEYOND = re.compile(r"[^\x00-\x7f]+")
_HALF = re.compile(r"[\ud800-\udfff]")


def printable(text: str) -> str:
    """The text without terminal escapes, control and invisible characters; `\\n` and `\\t` stay.

    A lone carriage return becomes a line break: dropped, it would glue what the terminal shows over each other.
    """
    text = _BREAKS.sub("\n", _ESCAPES.sub("", text))
    return _HALF.sub("\ufffd", _HIDDEN.sub("", text))


def words(text: str) -> tuple[str, ...]:
    """A table of single words, as many on a line as fit."""
    return tuple(text.split())


def many(count: int, thing: str) -> str:
    """How many there are: `0 stamps`, `1 stamp`, `2,000 stamps`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def whole_line(text: str, limit: int = 1000) -> str:
    """The text as one line. Too long, it loses its middle: what it begins with tells what is wrong, and its end what to
    do about it."""
    line = " ".join(printable(text).split())
    half = limit * 2 // 5
    return line if len(line) <= limit else f"{line[: limit - half - 3].rstrip()} … {line[-half:].lstrip()}"


def json_text(value: Any, *, sort_keys: bool = False, indent: int | None = 1) -> str:
    """JSON that a person can read: letters of every alphabet as they are, all that a terminal would obey escaped.

    Without an indent it is one line, and written three times as fast."""
    text = json.dumps(value, indent=indent, sort_keys=sort_keys, ensure_ascii=False)
    return _UNPRINTED.sub(lambda found: json.dumps(found[0])[1:-1], text)


def ascii_json(text: str) -> str:
    """The same JSON document in ASCII alone."""
    return _BEYOND.sub(lambda found: json.dumps(found[0])[1:-1], text)


def one_line(text: str, limit: int = 72) -> str:
    """The text as one line of at most `limit` characters, for a subject or a trailer's value.

    No break of any kind is left, so a title cannot bring a trailer of its own.
    """
    line = " ".join(printable(text).split())
    return line if len(line) <= limit else line[: max(limit - 1, 0)].rstrip() + "…"[:limit]


def cells(text: str) -> int:
    """How many columns of a terminal the text takes: two for a wide letter, none for a mark on the letter before it."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _width(letter: str) -> int:
    at = ord(letter)
    if unicodedata.category(letter) in ("Mn", "Me", "Cf") or 0x1160 <= at <= 0x11FF or 0xD7B0 <= at <= 0xD7FF:
        return 0  # the last two: vowels and ends of a Korean syllable that is written in its parts
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    if cells(text) <= columns:
        return text
    kept, left = "", columns - 1
    for letter in text:
        left -= _width(letter)
        if left < 0:
            break
        kept += letter
    return kept + "…"[:columns]


def padded(text: str, columns: int) -> str:
    """The text as wide as a column of a table."""
    return text + " " * (columns - cells(text))
