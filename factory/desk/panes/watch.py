"""A repository that is watched: opened once, looked at again and again, and what a look costs is what is new in it."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from factory.desk.panes.chronicle import AttemptEnd, Chronicle, DayTotals
from factory.desk.snapshot import Snapshot, read
from factory.errors import Mistake
from factory.git import history, lock
from factory.git.ledger import Ledger, parse_event
from factory.git.places import private_dir
from factory.git.repo import LEDGER, Repo
from factory.line.knowledge import Lesson
from factory.model import Event, Oid
from factory.money.budget import day_of
from factory.observe.released import Released, released
from factory.records import papers
from factory.records.papers import CALLS, PLAN, RESULT, Paid
from factory.records.state import View
from factory.records.view import find_main, look, main_ref
from factory.reports.trail import between
from factory.ssot.settings import Settings

AT_ONCE = 5000  # events that are read by one program
STEPS = 200  # events that are read one by one, before a program is started for them
JUDGED = 300  # the newest attempts whose evidence is read
TREES = 700  # that stay in memory: a process that looks for days sees new ones at each look
TAGS_SECONDS = 10.0  # between two questions for the newest tag
Signs = tuple[tuple[int, int, int], ...]


class Release(NamedTuple):
    """The newest tag. `time`: seconds since the epoch."""

    name: str
    time: float


@dataclass(frozen=True)
class Sighting:
    """All that the panes are made of, as it was at one look."""

    seen: Snapshot
    settings: Settings
    today: DayTotals
    ended: tuple[AttemptEnd, ...] = ()  # the newest attempts that ended, oldest first
    recent: tuple[Event, ...] = ()
    asked: tuple[Event, ...] = ()  # what persons asked for
    waits: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # item -> its last word, attempts begun since
    released: Mapping[str, int] = field(default_factory=dict)  # ticket -> when its row last said so
    starts: tuple[int, ...] = ()  # when the newest attempts were begun, oldest first
    paid: Mapping[Oid, Paid] = field(default_factory=dict)  # event -> what the attempt took that it ended
    lessons: tuple[Lesson, ...] = ()
    release: Release | None = None
    events: int = 0  # that the ledger holds

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.seen.zone)


class Watch:
    """Writes nothing. Safe to share between threads: what is new is heard while a look is under way. Close it."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.path, self.clock = path, clock
        self._aside = tempfile.TemporaryDirectory(prefix="factory-watch-")  # a proof is made of trees that nobody keeps
        try:
            self.repo = Repo(path, durable=False, aside=Path(self._aside.name))
            self.repo.store.kept_trees = self.repo.store.walk.kept = TREES
            settings, _ = find_main(self.repo)
        except BaseException:
            self._aside.cleanup()
            raise
        self._refs = (LEDGER, main_ref(settings))
        self._zone = ZoneInfo(settings.factory.timezone)
        self._chronicle = Chronicle(self._zone)
        self._ledger = Ledger(self.repo, clock)
        self._paid: dict[Oid, Paid | None] = {}
        self._released = Released()
        self._release: tuple[float, Release | None] = (0.0, None)
        self._hearing, self._looking = threading.RLock(), threading.Lock()

    def close(self) -> None:
        """End the child processes, and take away what was written beside the repository."""
        self.repo.close()
        self._aside.cleanup()

    def signs(self) -> Signs:
        """What differs as soon as main or the ledger moved, or a run began or ended: a few looks at names of files."""
        at, private = self.repo.common_dir, private_dir(self.repo)
        refs = (*(at / ref for ref in self._refs), at / "packed-refs", at / "reftable")
        return tuple(map(_sign, (*refs, private / lock.LOCK)))

    def runs(self) -> bool:
        """Whether a run is on; one that was killed leaves no other sign."""
        return bool(lock.holder(private_dir(self.repo)))

    # --- what is new

    def hear(self) -> tuple[Event, ...]:
        """The newest events, oldest first, with all that came since the last call folded in."""
        with self._hearing:
            tip = self.repo.tip(LEDGER)
            if tip != self._chronicle.cursor:
                self._fold(tip)
            return tuple(self._chronicle.recent)

    def _fold(self, tip: Oid | None) -> None:
        since = self._chronicle.cursor
        near = self._near(tip, since)
        if near is not None:
            self._chronicle.feed(near)
            return
        if tip is None or (since and not history.on_line(self.repo, tip, since)):
            self._chronicle, since = Chronicle(self._zone), None
        for some in self._far(tip, since):
            self._chronicle.feed(some)

    def _near(self, tip: Oid | None, since: Oid | None) -> list[Event] | None:
        """The events after a place, where they are few; None where they are not, or the place is not among them."""
        found, at = list[Event](), tip
        while at and at != since and len(found) < STEPS:
            commit = self.repo.store.commit(at)
            found.append(parse_event(at, commit.time, commit.message))
            at = next(iter(commit.parents), None)
        return found[::-1] if at == since else None

    def _far(self, tip: Oid | None, since: Oid | None) -> Iterator[list[Event]]:
        asked = ("rev-list", "--first-parent", "--reverse", *([tip] if tip else []), *([f"^{since}"] if since else []))
        oids = self.repo.call(*asked, "--").decode().split() if tip else []
        for start in range(0, len(oids), AT_ONCE):
            yield between(self.repo, oids[start : start + AT_ONCE][-1], oids[start - 1] if start else since)

    def places(self, item: str) -> tuple[Oid, ...]:
        """The ids of the last events of an item, oldest first."""
        self.hear()
        with self._hearing:
            return tuple(place.hex() for place in self._chronicle.places.get(item, ()))

    def main(self) -> Oid:
        """Main's tip now."""
        return find_main(self.repo)[1]

    # --- a look

    def look(self) -> Sighting:
        """How everything stands now. Mistake where main's tables or settings cannot be read."""
        with self._looking:
            if not self.repo.common_dir.is_dir():
                raise Mistake(f"{self.repo.common_dir} is no repository any more", remedy="it was moved or taken away")
            self.hear()
            now = self.clock()
            self._ledger.reload()
            seen = read(self.repo, now, "open", os.environ, self._ledger)
            settings, _ = find_main(self.repo)
            self._released = released(self.repo, seen.main, self._released)
            lessons = self._ledger.read_all("knowledge", Lesson.model_validate).values()
            with self._hearing:
                tale = self._chronicle
                today = tale.day(day_of(now, ZoneInfo(seen.zone)))  # it goes on being counted
                waits = {item: (wait.word, tale.begun - wait.turn) for item, wait in tale.waits.items()}
                found = Sighting(
                    seen=seen,
                    settings=settings,
                    today=replace(today, hours=list(today.hours), items=dict(today.items)),
                    ended=tuple(tale.ended),
                    recent=tuple(tale.recent),
                    asked=tuple(tale.asked),
                    waits=waits,
                    released=self._released.since,
                    starts=tuple(sorted(tale.starts)),
                    lessons=tuple(lessons),
                    release=self._newest_tag(now),
                    events=tale.count,
                )
            return replace(found, paid=self._paid_for(found.ended))

    def view(self) -> View:
        """Main's tables now, and what the last look knew of the ledger."""
        with self._looking:
            return look(self.repo, self._ledger, self.main())

    def _paid_for(self, ended: tuple[AttemptEnd, ...]) -> Mapping[Oid, Paid]:
        wanted = {end.event.oid: end.event for end in ended[-JUDGED:]}
        new = [event for oid, event in wanted.items() if oid not in self._paid]
        asked = [(event.ticket, papers.evidence_of(event)) for event in new]
        left = papers.read(self.repo.store, asked, (PLAN, RESULT, CALLS))
        known = self._paid | {event.oid: papers.paid(one) for event, one in zip(new, left, strict=True)}
        self._paid = {oid: known[oid] for oid in wanted}
        return {oid: one for oid, one in self._paid.items() if one}

    def _newest_tag(self, now: float) -> Release | None:
        asked, known = self._release
        if abs(now - asked) > TAGS_SECONDS:
            out = self.repo.call(
                *("for-each-ref", "--sort=-creatordate", "--count=1"),
                *("--format=%(creatordate:unix) %(refname:short)", "refs/tags"),
            )
            time_, _, name = out.decode("utf-8", "replace").strip().partition(" ")
            known = Release(name, float(time_ or 0)) if name else None
            self._release = (now, known)
        return known


def _sign(path: Path) -> tuple[int, int, int]:
    with suppress(OSError):
        found = path.stat()
        return found.st_mtime_ns, found.st_ino, found.st_size
    return 0, 0, 0
