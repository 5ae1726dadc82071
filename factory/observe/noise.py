"""How many of the messages that went out nobody had to act on. Pure, but for the look at main.

A message is one event `notice` of the ledger; one that says that all is done asks nobody for anything, and is left out.
Somebody acted where within a day after it a person gave a command or committed to main, or, where it told that a run
had ended, the next one was begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from factory.git import objects
from factory.git.repo import Repo
from factory.model import Event, Oid
from factory.notices.causes import ABOUT, NOTICE
from factory.observe.trying import BY_A_PERSON
from factory.reports.daily import STOP

WITHIN = 86400  # seconds: who did nothing until then had nothing to do
LATELY = 100  # messages that a share is taken of
CHANGES = 2000  # of main's newest commits, that are looked through
NO_ALERT = "finished"
ENDED = ("stopped", "storm")  # of a message that a run had ended, and not for the day's budget
BY_SOMEBODY = (*BY_A_PERSON, "resume", "note")
STOPPED_BY_A_PERSON = ("operator", "held", "interrupted")


class ToldNotice(NamedTuple):
    """A message that asked for somebody. `time`: seconds since the epoch."""

    time: int
    ended: bool  # it told that a run had ended
    acted: bool = False  # the ledger says that somebody did something after it


class NoiseCount(NamedTuple):
    """Of the messages that are decided, how many were for nothing."""

    noisy: int = 0
    decided: int = 0


def heard(told: tuple[ToldNotice, ...], event: Event) -> tuple[ToldNotice, ...]:
    """The messages after one more event, the newest."""
    if event.name == NOTICE:
        about = event.trailers.get(ABOUT, "")
        return told if about == NO_ALERT else (*told, ToldNotice(event.time, about in ENDED))[-LATELY:]
    by_person = event.name in BY_SOMEBODY or event.trailers.get(STOP, "") in STOPPED_BY_A_PERSON
    if not by_person and event.name != "run":
        return told
    return tuple(
        one._replace(acted=True) if _after(one, event.time) and (by_person or one.ended) else one for one in told
    )


def _after(one: ToldNotice, time: int) -> bool:
    return 0 <= time - one.time <= WITHIN


def noise(told: Iterable[ToldNotice], changes: Sequence[int], now: float) -> NoiseCount:
    """`changes`: when persons committed to main, in seconds since the epoch. What is younger than a day, and was not
    acted on yet, is not decided."""
    found = [(one, one.acted or any(_after(one, time) for time in changes)) for one in told]
    decided = [acted for one, acted in found if acted or now - one.time > WITHIN]
    return NoiseCount(decided.count(False), len(decided))


def changes_of_people(repo: Repo, main: Oid, told: Sequence[ToldNotice]) -> list[int]:
    """When persons committed to main; not asked where no message depends on it."""
    if all(one.acted for one in told):
        return []
    newest = repo.log(main, limit=CHANGES)
    return [one.time for one in newest if "Factory-Event" not in objects.trailers(one.message)]
