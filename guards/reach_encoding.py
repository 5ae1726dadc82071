"""A declared encoding by which Python reads other code than what stands in the file."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator


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
