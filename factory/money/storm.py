"""When it is better to stop than to go on failing. Pure.

What counts is an attempt that failed, in the order in which attempts end: the gate refused it, or its worker did not do
its work. Several in a row are a storm. A stamp ends the row. One ticket counts for a third of a limit at most, so that
it takes three to make a storm: a ticket that is too hard is taken off the line by its own cap. Nobody's failure counts
for nothing: a rate limit, a conflict with what landed meanwhile, an attempt that was broken off.

The defaults are made of a night of 120 tickets whose attempts fail by themselves, three in ten: of a hundred such
nights one ends in a storm at most. A worker that is broken fails three tickets three times each: half a box.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from factory.model import Triage, Value
from factory.plain import many

TICKETS = 3  # that it takes to make a storm


class Weather(enum.StrEnum):
    """How one attempt ended, as the storm guard sees it."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    RATE_LIMIT = "RATE_LIMIT"  # no attempt: nothing is learnt about the work


class StormLimits(Protocol):
    """The settings' `[storm]`: how many in a row are too many."""

    @property
    def failures(self) -> int: ...
    @property
    def rate_limits(self) -> int: ...
    @property
    def box_failures(self) -> int: ...


class Failure(Value):
    """One attempt that failed, and what of: that is how a cause which several share is known."""

    ticket: str
    box: str
    worker: str = ""
    triage: Triage = Triage.TEST
    fingerprint: str = ""
    why: str = ""
    ends: bool = False  # it was the ticket's last attempt: it is BLOCKED


class Storm(Value):
    """What came in a row."""

    failures: tuple[Failure, ...] = ()  # since the last stamp
    rate_limits: int = 0


def after(storm: Storm, weather: Weather, failure: Failure | None = None) -> Storm:
    """The rows after one more attempt. `failure` tells of it where it failed."""
    match weather:
        case Weather.RATE_LIMIT:
            return storm.model_copy(update={"rate_limits": storm.rate_limits + 1})
        case Weather.SUCCESS:
            return Storm()
    return Storm(failures=(*storm.failures, failure) if failure else storm.failures)


def reason(storm: Storm, limits: StormLimits) -> str | None:
    """Why to stop, in words for a person; None: go on."""
    row = storm.failures
    if _counted(row, limits.failures) >= limits.failures:
        return f"{many(len(row), 'attempt')} failed in a row{cause(row)}"
    if storm.rate_limits >= limits.rate_limits:
        return f"the model's server refused {many(storm.rate_limits, 'call')} in a row"
    for box in sorted({failure.box for failure in row}):
        inside = [failure for failure in row if failure.box == box]
        if _counted(inside, limits.box_failures) >= limits.box_failures:
            return f"{many(len(inside), 'attempt')} failed in a row in {box}{cause(inside)}"
    return None


def _counted(row: Sequence[Failure], limit: int) -> int:
    """How many of them count towards the limit."""
    most = -(-limit // TICKETS)
    return sum(min(times, most) for times in Counter(failure.ticket for failure in row).values())


def cause(row: Sequence[Failure]) -> str:
    """What they have in common, in words that are true of each that is counted: the same failure, class or worker."""
    tickets, workers = {failure.ticket for failure in row}, {failure.worker for failure in row}
    of = f", of {many(len(tickets), 'ticket')}" if len(tickets) > 1 else f", of {row[0].ticket}"
    by = f", all by worker {row[0].worker}" if len(workers) == 1 and row[0].worker else ""
    return f"{of}{by}: {_alike(row)}"


def _alike(row: Sequence[Failure]) -> str:
    """The failure that most of them are, word for word; else how many are of each class."""
    found = Counter((f.triage, f.fingerprint) for f in row if f.fingerprint)
    (triage, fingerprint), times = found.most_common(1)[0] if found else ((Triage.TEST, ""), 0)
    if times > 1 and 2 * times > len(row):
        why = next(f.why for f in reversed(row) if (f.triage, f.fingerprint) == (triage, fingerprint))
        return f"{times} of {len(row)} failed alike, with {triage.value}: {why}"
    classes = Counter(failure.triage.value for failure in row).most_common()
    told = ", ".join(f"{times} {name}" for name, times in classes)
    return f"{told}; no cause that most of them share"
