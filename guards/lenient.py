"""Paths as a lenient file system, or a lenient reader, sees them."""

from __future__ import annotations

import unicodedata

# Letters of other alphabets that a person reads as Latin ones. Nothing opens the one for the other; a reviewer does.
ALIKE = str.maketrans("асԁеһіјкморԛѕтухԝοαιν", "acdehijkmopqstyxwoaiv")


def fold(path: str) -> str:
    """The path as a file system sees it that knows neither case, nor composed letters, nor trailing dots.

    And as a person reads it: look-alike letters count as one."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", path).casefold() if unicodedata.category(c) != "Cf")
    seen = seen.translate(ALIKE)
    return "/".join(part if set(part) <= {"."} else part.rstrip(". ") for part in seen.split("/"))
