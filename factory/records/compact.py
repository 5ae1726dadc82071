"""A worker's summary as a page that people read: at most eight bullets and a `Risks` section. Pure.

Up to the soft limit it is kept; over it, trimmed, and the page says so; over the hard limit it is no summary any more:
the attempt is blocked for length, never silently cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field

from factory.model import Value
from factory.plain import one_line, printable

BULLETS = 8
SOFT, HARD = 2_000, 3_500  # tokens
RISKS_SHARE = 4  # a quarter of the soft limit at most is for risks

_BULLET = re.compile(r"^\s{0,3}(?:[-*+•]|\d{1,3}[.)])\s+(?P<text>.*)$")
_HEADING = re.compile(r"^(?:#{1,6}\s.*|(?P<mark>\*\*|__).{1,80}?(?P=mark):?|[^:]{1,80}:)$")
_RISKS = re.compile(
    r"^\s{0,3}(?:[-*+•]\s+|#{1,6}\s*)?(?:\*\*|__)?(?:risks?|위험)\b\s*(?:\*\*|__)?\s*(?::|$)(?:\*\*)?\s*", re.I
)
_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\U0001f000-\U0003ffff]")


class Page(Value):
    """The compact summary. `blocked` says why the attempt is BLOCKED; then there is no text."""

    text: str = ""
    tokens: int = Field(default=0, description="of the summary as the worker gave it, estimated")
    trimmed: bool = False
    blocked: str = ""


def tokens(text: str) -> int:
    """An estimate that is rather too high: a token for four bytes, and one and a half for each wide character."""
    wide = len(_WIDE.findall(text))
    rest = len(_WIDE.sub("", text).encode("utf-8", "replace"))
    return -(-rest // 4) + -(-wide * 3 // 2)


def compact(summary: str) -> Page:
    """The summary as a page within the limits, or the reason why it is blocked."""
    clean = printable(summary).strip()
    size = tokens(clean)
    if size > HARD:
        return Page(tokens=size, blocked=f"the worker's summary has about {size:,} tokens; the limit is {HARD:,}")
    points, risks = _points(clean)
    kept, fits = _trim(points, SOFT - SOFT // RISKS_SHARE - 60)
    kept_risks, risks_fit = _trim(risks, SOFT // RISKS_SHARE)
    lines = [*kept, "", "## Risks", "", *(kept_risks or ["- none named"])]
    return Page(text="\n".join(lines).strip() + "\n", tokens=size, trimmed=not (fits and risks_fit))


def _trim(points: list[str], limit: int) -> tuple[list[str], bool]:
    """(at most eight bullets within so many tokens, whether all is said).

    Long points end in `…`; where points are left out, the last bullet counts them.
    """
    fits = sum(tokens(point) + 2 for point in points) <= limit
    kept = points if len(points) <= BULLETS else points[: BULLETS - 1]
    lines = [f"- {point if fits else _shortened(point, limit // BULLETS - 2)}" for point in kept]
    if len(kept) == len(points):
        return lines, fits
    return [*lines, f"- [{len(points) - len(kept)} more left out]"], False


def _shortened(point: str, limit: int) -> str:
    while tokens(point) > limit:
        point = one_line(point, len(point) * 3 // 4)
    return point


def _points(text: str) -> tuple[list[str], list[str]]:
    """(what was done, what is risky), one line each."""
    points, risks = list[str](), list[str]()
    into = points
    for block in _blocks(text):
        match = _RISKS.match(block)
        if match:
            into, block = risks, block[match.end() :]
        elif _HEADING.match(block) and not _BULLET.match(block):
            into = points
            continue
        bullet = _BULLET.match(block)
        words = one_line(bullet["text"] if bullet else block, len(block) + 1)
        if words:
            into.append(words)
    return points, risks


def _blocks(text: str) -> Iterator[str]:
    """Bullets and paragraphs, each on one line: a line that continues the one before belongs to it."""
    block = ""
    for line in [*text.split("\n"), ""]:
        if not line.strip() or _BULLET.match(line) or line.startswith("#") or _RISKS.match(line):
            if block:
                yield block
            block = ""
        block = f"{block} {line.strip()}" if block else line.strip()
        if line.startswith("#") and block:
            yield block
            block = ""
    if block:
        yield block
