"""What of a day is to be told, as the ledger's events say it: a fold, so that a kill loses none and nothing is told
twice. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from factory.gate.failures import fingerprint
from factory.model import Event, Triage
from factory.money.wallet import WARNED
from factory.notices.notice import Cause
from factory.records.papers import cards_named
from factory.ssot.settings import Word

NOTICE = "notice"  # the event of a message that went out
ABOUT, CAUSE = "Factory-Notice", "Factory-Cause"  # its trailers: the kind of event, and the cause's key
SAME = "Factory-Fingerprint"  # of a `block` event: how its failure is told from others
PASSED = "passed, and waits: "  # begins the text of such an event where the attempt is kept
WAITS, PERSON = "Factory-Waits-For", "person"  # of an event after which an item waits for somebody
MENDED = ("start", "stamped", "release", "retry", "replan", "cancel", "rewind", "wait")  # the item goes on, or is gone


class RunDid(NamedTuple):
    """What one run has done: stamped items, failed attempts, and what is BLOCKED by it."""

    stamped: int = 0
    failed: int = 0
    blocked: tuple[str, ...] = ()


def did(events: Iterable[Event]) -> RunDid:
    """The fold of a run's events, which come oldest first."""
    stamped = failed = 0
    blocked: dict[str, None] = {}
    for event in events:
        stamped += (len(cards_named(event)) or 1) if event.name == "stamped" else 0
        failed += event.name == "fail"
        if event.name == "block":
            blocked[event.ticket] = None
        elif event.name in MENDED:
            blocked.pop(event.ticket, None)
    return RunDid(stamped, failed, tuple(blocked))


class DayHeard:
    """The causes of one day that nobody was told yet."""

    def __init__(self) -> None:
        self.told = set[str]()
        self.waiting: dict[str, Cause] = {}  # by key

    def hear(self, event: Event) -> None:
        """Events come oldest first."""
        trailers, name = event.trailers, event.name
        if name == NOTICE:
            self._hear_told(*trailers.get(CAUSE, "").split())
        elif name == "block":
            key = trailers.get(SAME) or same(trailers.get("Factory-Triage", ""), event.text)
            self._add("blocked", key, trailers.get("Factory-Triage", ""), event)
        elif trailers.get(WAITS) == PERSON:
            self._add("waits", same("", event.text), "", event)
        elif name in MENDED and event.ticket:
            self._drop(event.ticket)
        if said := trailers.get(WARNED):
            self._keep(Cause("budget", "budget:near", "near", said, since=event.time))

    def _hear_told(self, *keys: str) -> None:
        self.told.update(keys)
        for key in keys:
            self.waiting.pop(key, None)

    def _add(self, word: Word, same: str, kind: str, event: Event) -> None:
        self._drop(event.ticket)
        key = f"{word}:{same}"
        before = self.waiting.get(key) or Cause(word, key, kind, event.text, (), event.time)
        self._keep(before._replace(items=(*before.items, event.ticket)))

    def _keep(self, cause: Cause) -> None:
        if cause.key not in self.told:
            self.waiting[cause.key] = cause

    def _drop(self, item: str) -> None:
        for key, cause in list(self.waiting.items()):
            if item in cause.items:
                self.waiting[key] = left = cause._replace(items=tuple(one for one in cause.items if one != item))
                if not left.items:
                    del self.waiting[key]


def same(triage: str, why: str) -> str:
    """What two reasons have in common that differ in places, times and numbers alone."""
    return fingerprint(Triage(triage) if triage else Triage.ENVIRONMENT, why)
