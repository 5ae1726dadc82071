"""The catalogue: each reason as the code words it, with `{}` where something varies, and the same in Korean.

It lies in the `.toml` files beside this one, by who words the reason. A gap of the Korean sentence is numbered by its
place in the English one. Particles are written in both forms, as in 을(를): `josa` chooses when the gap is filled.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

_WORD = re.compile(r"(?<![\w{}])[A-Za-z]{2,}(?![\w{}])")


class Phrasing(NamedTuple):
    """One row. `pieces`: what of the English does not vary, in order, between its gaps."""

    english: str
    korean: str
    pieces: tuple[str, ...]

    @property
    def weight(self) -> int:
        """How much of a text it accounts for: of two rows that fit, the heavier knows more."""
        return sum(map(len, self.pieces))

    def gaps(self, text: str) -> tuple[str, ...] | None:
        """What stands in the gaps, each as short as can be, where it is this reason. It never goes back in the text."""
        first, last = self.pieces[0], self.pieces[-1]
        if len(self.pieces) == 1:
            return () if text == first else None
        if not (text.startswith(first) and text.endswith(last)):
            return None
        at, end, found = len(first), len(text) - len(last), []
        for piece in self.pieces[1:-1]:
            start = text.find(piece, at, end)
            if start < 0:
                return None
            found.append(text[at:start])
            at = start + len(piece)
        return (*found, text[at:end]) if at <= end else None


class Catalogue(NamedTuple):
    """The rows, and where to look: every row under the rarest of its words, or under none where it has no word."""

    rows: dict[str, Phrasing]
    by_word: dict[str, list[Phrasing]]
    nouns: dict[str, str]  # what is counted -> how Korean counts it, with `{0}` for the number
    words: dict[str, str]  # what alone fills a gap, as how a test ended

    def candidates(self, text: str) -> list[Phrasing]:
        """Who may fit the text: those first that know most of its beginning, then the heaviest."""
        found = [row for word in set(_WORD.findall(text)) for row in self.by_word.get(word, ())]
        return sorted(found, key=lambda row: (-len(row.pieces[0]), -row.weight))


@functools.cache
def catalogue() -> Catalogue:
    """Read when the first reason is asked for: who speaks no Korean pays nothing for it."""
    rows: dict[str, Phrasing] = {}
    nouns: dict[str, str] = {}
    fates: dict[str, str] = {}
    for path in files():
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        nouns |= said.pop("nouns", {})
        fates |= said.pop("words", {})
        rows |= {english: Phrasing(english, korean, tuple(english.split("{}"))) for english, korean in said.items()}
    words = {english: set(_WORD.findall(english)) for english in rows}
    counts = Counter(word for its in words.values() for word in its)
    by_word: dict[str, list[Phrasing]] = {}
    for english, row in rows.items():
        by_word.setdefault(min(words[english], key=lambda word: (counts[word], word)), []).append(row)
    return Catalogue(rows, by_word, nouns, fates)


def files() -> list[Path]:
    return sorted(Path(__file__).parent.glob("*.toml"))
