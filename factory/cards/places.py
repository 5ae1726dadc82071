"""Where plans, cards and packets lie, and which cards they name: all that needs no card to be read."""

from __future__ import annotations

import datetime
import re

PLANS = "ssot/plans"
BACKLOG = "ssot/backlog"
PACKETS = "ssot/packets"
_ID = re.compile(rb'"id":"(L[1-8]_[A-Z][A-Z0-9]*_[0-9]{6})"')


def day_plan_path(day: str) -> str:
    return f"{PLANS}/dayplan_{day}.yaml"


def week_plan_path(day: str) -> str:
    """The plan of the ISO week that a day (YYYYMMDD) lies in."""
    year, week, _ = datetime.date.fromisoformat(day).isocalendar()
    return f"{PLANS}/weekplan_{year}{week:02}.yaml"


def backlog_path(day: str, follow: str = "") -> str:
    """Where a day's cards are kept; a follow-up's cards have a file of their own."""
    return f"{BACKLOG}/backlog_{day}{'_' if follow else ''}{follow}.jsonl"


def packet_path(day: str, truck: int, packet: str) -> str:
    """Where packet `A` or `B` of a day's truck is kept; trucks count from 1."""
    return f"{PACKETS}/{day}/truck_{truck:03}/packet_{packet}.jsonl"


def ids_in(content: bytes) -> tuple[str, ...]:
    """The ids of a backlog in order, a hundred times faster than its cards: a line's first `"id"` is its card's."""
    found, at = [], 0
    while match := _ID.search(content, at):
        found.append(match[1].decode())
        at = content.find(b"\n", match.end()) + 1 or len(content)
    return tuple(found)
