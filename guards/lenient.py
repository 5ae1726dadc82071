"""Paths as a lenient file system sees them."""

from __future__ import annotations

import unicodedata


def fold(path: str) -> str:
    """The path as a file system sees it that knows neither case, nor composed letters, nor trailing dots."""
    seen = "".join(c for c in unicodedata.normalize("NFKC", path).casefold() if unicodedata.category(c) != "Cf")
    return "/".join(part if set(part) <= {"."} else part.rstrip(". ") for part in seen.split("/"))
