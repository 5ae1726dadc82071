"""Text as a lenient reader, or a lenient file system, sees it."""

from __future__ import annotations

import functools
import unicodedata

# Letters of other alphabets that a person reads as Latin ones. Nothing opens the one for the other; a reviewer does.
ALIKE = str.maketrans("асԁеһіјкморԛѕтухԝοαιν", "acdehijkmopqstyxwoaiv")


def seen(text: str) -> str:
    """Small letters, composed, none that are invisible, and look-alikes as the letters that they show."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if unicodedata.category(c) != "Cf").translate(ALIKE)


@functools.lru_cache(4096)  # each guard asks it of the same globs, at every change
def fold(path: str) -> str:
    """The path as a person reads it, and a file system that knows neither case nor trailing dots."""
    return "/".join(part if set(part) <= {"."} else part.rstrip(". ") for part in seen(path).split("/"))
