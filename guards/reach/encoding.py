"""A declared encoding by which Python reads other code than what stands in the file."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

from guards.case import Rule

ENCODING = Rule(
    "reach/encoding",
    forbids="a declared encoding in which plain letters are something else: `unicode_escape`, `utf-7`",
    why="Python reads other code than a reviewer sees: a comment becomes a statement",
    bad="shop/prices.py\n+# coding: raw_unicode_escape\n+# Three prices.\\u000areturn = 7",
    good="shop/prices.py\n+# coding: euc-kr\n+# Three prices.",
)


def objections(data: bytes) -> Iterator[str]:
    """Plain letters stay what they are in every encoding that people write in; in `unicode_escape` they do not."""
    try:
        name, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except (SyntaxError, UnicodeError):
        return  # Python does not read it either
    plain = bytes(byte for byte in data if byte < 128)
    try:
        is_same = plain.decode(name) == plain.decode("ascii")
    except (UnicodeError, LookupError):
        is_same = False
    if not is_same:
        yield f"declares the encoding {name}, by which Python reads other code than a reader sees"
