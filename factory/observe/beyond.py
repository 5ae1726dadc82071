"""What git holds of an event beyond the event itself: the time of its stamp, and what the attempts' evidence says.

A stamp's event may be written by the run after a kill, hours later: the stamp's own commit has the true time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from factory.git import objects
from factory.git.store import Store
from factory.model import Event, Oid
from factory.records import papers
from factory.records.papers import CALLS, RESULT, STAMP, Paid


class Beyond(NamedTuple):
    """`paid`: by item; an item without its evidence in this clone is not in it."""

    time: int | None = None  # of the stamp's own commit
    paid: Mapping[str, Paid] = {}


def read(store: Store, events: Iterable[Event]) -> dict[Oid, Beyond]:
    """What git holds beyond these events, by the event's id; of those that say all there is, nothing."""
    judged = [event for event in events if papers.evidence_of(event)]
    asked = [(event, item) for event in judged for item in papers.items_of(event)]
    stamps = dict.fromkeys(stamp for event in judged if (stamp := event.trailers.get(STAMP)))
    times = dict(zip(stamps, map(_time, store.named(f"{stamp}^{{commit}}" for stamp in stamps)), strict=True))
    found: dict[Oid, dict[str, Paid]] = {event.oid: {} for event in judged}
    left = papers.read(store, ((item, papers.evidence_of(event)) for event, item in asked), (RESULT, CALLS))
    for (event, item), one in zip(asked, left, strict=True):
        if paid := papers.paid(one):
            found[event.oid][item] = paid
    return {event.oid: Beyond(times.get(event.trailers.get(STAMP, "")), found[event.oid]) for event in judged}


def _time(commit: bytes | None) -> int | None:
    return None if commit is None else objects.parse_commit(commit).time
