"""What the day's report is worded by: one language's words, and how long something took in them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from factory.model import Triage
from factory.money.spend import dollars


class Phrases(NamedTuple):
    """One language's words. Fields in braces are filled by `report`."""

    title: str
    language: str  # as [factory] language names it
    page: str  # the title of a page of its own
    as_of: str
    days: tuple[str, str]  # what the page's day is called on that day, and later; fills {day}
    money: str
    counts: tuple[str, ...]  # the table's head
    today: str
    nothing_today: str
    no_reader: str
    failed: str
    boxes: str
    box_failed: str
    box_returned: str
    box_stopped: str
    spent: str
    reserved: str
    reasons: str
    no_reasons: str
    over: str
    runs: str
    no_runs: str
    one_run: str
    one_run_on: str
    one_run_from_before: str
    duration: Callable[[float], str]
    table: tuple[str, ...]  # the head of the table of the day's tickets
    not_known: str  # in a table
    blocked_title: str
    shows: str
    shows_file: str
    diary: str
    diary_line: str
    diary_silent: str
    due: str
    due_none: str
    due_waits: str
    due_more: str
    due_planned: str
    blocked: str
    waits: str
    red: str
    run: dict[str, str]  # how a run is that has no end
    asleep: str  # a run is on and waits; fills in what for
    latest: str  # until when at the latest
    waits_for: dict[str, str]
    cards: str
    cards_counts: tuple[str, ...]  # the table's head
    cards_today: str
    strikes: str
    no_strikes: str
    action: dict[str, str]  # what a STRIKE card's record says it did
    next: str
    next_none: str
    next_blocked: str
    next_no_stamp: str
    child: str
    child_none: str
    child_all: str
    child_some: str
    child_day: str
    child_day_more: str
    child_hard: str
    child_waiting: str
    child_cards: str
    child_spent: str
    unread: str
    absent: str
    absent_brings: str
    unsent: str
    untold: str
    detail: Callable[[str, str], str | None]  # (kind, an exact reason) -> the same in this language, where it has it
    by_hand: dict[str, str]  # what no failure blocked: why, as the ledger says it
    why: dict[Triage, str]
    stop: dict[str, str]

    def paid(self, usd: float | Decimal) -> str:
        """Dollars as this language writes them, small sums as they are."""
        return self.money.format(dollars(usd))


def english(seconds: float) -> str:
    return _lasted(seconds, ("{0} s", "{0} min", "{0} h {1} min"))


def korean(seconds: float) -> str:
    return _lasted(seconds, ("{0}초", "{0}분", "{0}시간 {1}분"))


def _lasted(seconds: float, forms: tuple[str, str, str]) -> str:
    """A duration as a person says it."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return forms[0].format(round(seconds))
    return forms[1].format(minutes) if minutes < 90 else forms[2].format(*divmod(minutes, 60))
