"""Texts that speak to whoever reads the change, an auditor or a model. They are flagged, and refuse nothing."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from factory.linediff import lines_of
from factory.model import Finding
from guards.addressed.phrases import PHRASES
from guards.case import Case, rules, text
from guards.syntax.letters import seen

NAME = "addressed"
RULES = rules(__file__)
LONGEST = 1 << 20  # characters of a file
MARKS = re.compile(r"^[\s#/*>|;%!+-]+")  # what comments, quotes and lists put before a line
BLANKS = re.compile(r"\s+")
SHOWN = 60


def check(case: Case) -> Iterator[Finding]:
    """Judges added lines of text, whatever the file. A phrase may run over several lines, and be spelled oddly."""
    for path in case.touched:
        after = text(case.tree, path)
        if after is None or len(after) > LONGEST or not any(spoken(list(enumerate(lines_of(after), 1)))):
            continue  # nearly always: what was there before need not be looked at
        for line, said in spoken(list(case.fresh(path))):
            shown = " ".join(said.split())[:SHOWN]
            yield RULES["reader"].found(path, f"speaks to whoever reads the change: {shown!r}", line)


def spoken(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """(line, words) of each line where such a phrase begins; `lines` are the added ones, numbered."""
    plain = [MARKS.sub("", _as_read(line)) if not line.strip().startswith("-----") else line for _, line in lines]
    starts, at = [], 0
    for one in plain:
        starts.append(at)
        at += len(one) + 1
    whole = "\n".join(plain)
    found: dict[int, str] = {}
    for phrase in PHRASES:
        for match in phrase.finditer(whole):
            first = bisect.bisect_right(starts, match.start()) - 1
            last = bisect.bisect_right(starts, max(match.start(), match.end() - 1)) - 1
            if lines[last][0] - lines[first][0] == last - first:  # lines that stand apart are no sentence
                found.setdefault(lines[first][0], match[0])
    yield from sorted(found.items())


def _as_read(line: str) -> str:
    return BLANKS.sub(" ", line.lower() if line.isascii() else seen(line))
