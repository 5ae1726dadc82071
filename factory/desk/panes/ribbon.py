"""The ribbon: the few numbers that say how the day goes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from factory.desk.kpi import percentile
from factory.desk.panes.chronicle import AttemptEnd, is_of_card
from factory.desk.panes.watch import Release, Sighting
from factory.line.knowledge import recurrence
from factory.money.budget import day_of

BY_HAND = "submit"  # the worker of a change that a person handed in


class Ribbon(NamedTuple):
    """None: nothing to measure yet."""

    state: str  # READY, RUNNING, RECOVERABLE or FAIL_STOP
    done: int  # tickets and cards stamped today
    failed: int  # attempts that failed today
    lead_minutes: float | None  # from a ticket's first start to its stamp: half of today's took at most this
    recurrence: float | None  # how often an error came back after its fix was known, on average
    autonomy: float | None  # of the last stamps those at the first attempt with no person, 0 to 1
    spent: float  # dollars of today, settled and reserved
    cap: float
    release: Release | None


def ribbon(look: Sighting) -> Ribbon:
    """The ribbon of one look."""
    leads = [end.minutes for end in today(look) if end.passed and end.minutes is not None]
    stamps = [end for end in look.ended if end.passed and not is_of_card(end)]
    again = recurrence(look.lessons)
    return Ribbon(
        state=look.seen.state,
        done=look.today.stamped + look.today.cards,
        failed=look.today.failed,
        lead_minutes=percentile(leads, 50),
        recurrence=again["after"] if again["lessons"] else None,
        autonomy=sum(_alone(look, end) for end in stamps) / len(stamps) if stamps else None,
        spent=float(look.seen.budget.used.usd),
        cap=look.settings.budget.daily_usd,
        release=look.release,
    )


def today(look: Sighting) -> Iterator[AttemptEnd]:
    """The attempts that ended on the day of the look, in the factory's zone."""
    day = day_of(look.seen.at, look.zone)
    return (end for end in look.ended if day_of(float(end.event.time), look.zone) == day)


def _alone(look: Sighting, end: AttemptEnd) -> bool:
    took = look.paid.get(end.event.oid)
    return end.alone and (took is None or took.worker != BY_HAND)
