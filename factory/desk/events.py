"""The ledger followed as values. A reader's place in it is the oid of the last event that it saw, and nothing else:
one that comes back with it, from wherever and whenever, has lost nothing."""

from __future__ import annotations

import time
from pathlib import Path

from factory.git import history
from factory.git.ledger import parse_event
from factory.git.repo import LEDGER, Repo
from factory.model import Event, Oid, Value

LOOK = 0.2  # seconds between looks
MOST = 1000  # events at once
LONGEST = 60.0  # seconds that one call waits at the most


class News(Value):
    """The events after a place, oldest first, and the place to ask from next."""

    events: tuple[Event, ...] = ()
    cursor: Oid | None = None
    lost: bool = False  # the place is not in this ledger: begin anew, from a snapshot
    more: bool = False  # there are more already


def follow(path: Path, since: Oid | None, wait: float = 0.0, most: int = MOST) -> News:
    """The next events after `since` (None: from the first one on), as soon as there is one; none after `wait` seconds.

    A snapshot's `ledger` is a place too: what happened since then follows it.
    """
    until = time.monotonic() + min(wait, LONGEST)
    while True:
        with Repo(path) as repo:  # anew each time: what another process wrote is then seen
            tip = repo.tip(LEDGER)
            if tip != since:
                return _between(repo, tip, since, most)
        if (left := until - time.monotonic()) <= 0:
            return News(cursor=since)
        time.sleep(min(LOOK, left))


def _between(repo: Repo, tip: Oid | None, since: Oid | None, most: int) -> News:
    if tip is None or (since and not history.on_line(repo, tip, since)):
        return News(cursor=tip, lost=True)
    found = list(repo.log(tip, *([f"^{since}"] if since else [])))[::-1]
    events = tuple(parse_event(one.oid, one.time, one.message) for one in found[:most])
    return News(events=events, cursor=events[-1].oid, more=len(found) > most)
