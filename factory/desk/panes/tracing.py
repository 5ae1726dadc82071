"""The attempts that an id leads to: a trace's or a commit's, whole or its beginning, or the name of a run."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from factory.desk.panes.one import ended_attempts
from factory.desk.panes.watch import Watch
from factory.git import objects
from factory.git.repo import Logged
from factory.records.yard import attempts_of as cards_tried

SHORTEST = 4  # letters of an id: git knows no shorter ones
ID = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}")
ALIKE = 50  # objects whose ids begin alike, that are looked at
RUN = "Factory-Run: "


class FoundAttempt(NamedTuple):
    """An attempt, and what led to it: the name of an event or of a step, and the commit's id."""

    item: str
    attempt: int
    what: str
    oid: str
    ended: bool  # there is a page of it


def attempts_of(watch: Watch, asked: str, newest: Iterable[Logged]) -> Iterator[FoundAttempt]:
    """Each attempt once. `newest`: the ledger's last events, in which a run is looked for."""
    found = itertools.chain(_by_commit(watch, asked), _by_run(asked, newest))
    seen, ended = set[tuple[str, int]](), dict[str, set[int]]()
    for item, attempt, what, oid in found:
        if (item, attempt) not in seen:
            seen.add((item, attempt))
            if item not in ended:
                ended[item] = ended_attempts(watch, item)
            yield FoundAttempt(item, attempt, what, oid, ended=attempt in ended[item])


def _by_commit(watch: Watch, asked: str) -> Iterator[tuple[str, int, str, str]]:
    """A trace's id is how its plan commit's begins."""
    if not ID.fullmatch(name := asked.lower()):
        return
    for oid in watch.repo.call("rev-parse", f"--disambiguate={name}").decode().split()[:ALIKE]:
        known = watch.repo.store.get(oid)
        if known and known[1] == "commit":
            yield from _named(oid, watch.repo.store.commit(oid).message)


def _by_run(asked: str, newest: Iterable[Logged]) -> Iterator[tuple[str, int, str, str]]:
    begins = f"\n{RUN}{asked}"
    for logged in newest if len(asked) >= SHORTEST else ():
        if begins in logged.message:
            yield from _named(logged.oid, logged.message)


def _named(oid: str, message: str) -> Iterator[tuple[str, int, str, str]]:
    """The attempts that a commit of ours is about; of any other commit none."""
    told = objects.trailers(message)
    item, number, what = (told.get(f"Factory-{name}", "") for name in ("Ticket", "Attempt", "Event"))
    what = what or message.partition("(")[0][:20]
    if item and number.isascii() and number.isdecimal():
        yield item, int(number), what, oid
    for card, attempt in cards_tried(told.get("Factory-Cards", "")).items():
        yield card, attempt, what, oid
