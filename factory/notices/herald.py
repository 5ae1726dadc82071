"""Who decides what is told, and when: from the ledger's events, each cause once a day, in the ledger before it goes
out. A kill in between leaves a message unsent, and never sends one twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from factory.errors import FactoryError
from factory.git import history
from factory.git.ledger import Ledger
from factory.git.repo import LEDGER
from factory.model import Event, Oid
from factory.money import budget
from factory.notices import causes, wording
from factory.notices.causes import DayHeard, did
from factory.notices.notice import Cause, Notice, Urgency
from factory.notices.post import Post
from factory.notices.wording import EVENTS, HowEnded, NoticeFrame
from factory.reports.daily import UNSENT
from factory.reports.trail import between

GATHER = 600.0  # seconds that a cause waits for others of its kind, so that ten tickets are one message


class HeraldNeeds(NamedTuple):
    """What a herald needs of its run: whose days count, and how its messages are made."""

    zone: ZoneInfo
    around: Callable[[], NoticeFrame]
    clean: Callable[[str], str]  # takes secrets out


class Herald:
    """The messages of one run. All of it is called from the thread that writes the ledger."""

    def __init__(self, ledger: Ledger, post: Post, told: HeraldNeeds) -> None:
        self._ledger, self.post, self._of = ledger, post, told
        self._day: dt.date | None = None
        self._seen: Oid | None = None
        self._born = ledger.tip  # what follows is this run's
        self._heard = DayHeard()
        self._unsent = 0

    # --- what is known

    def _catch_up(self, now: float) -> DayHeard:
        """What the ledger says of today so far. What is left of yesterday is told first: from midnight on each cause
        counts anew."""
        today = budget.day_of(now, self._of.zone)
        if self._day != today:
            if self._day is not None:
                self._listen()
                self._tell(wording.of_cause(one, self._of.around()) for one in list(self._heard.waiting.values()))
            begin = budget.day_turns(today - dt.timedelta(days=1), self._of.zone).timestamp()
            self._day, self._heard = today, DayHeard()
            self._seen = history.before(self._ledger.repo, LEDGER, begin)
        self._listen()
        return self._heard

    def _listen(self) -> None:
        tip = self._ledger.tip
        if tip != self._seen:
            for event in between(self._ledger.repo, tip, self._seen):
                self._heard.hear(event)
            self._seen = tip

    # --- what is told

    def look(self, now: float, *, all: bool = False) -> None:
        """Tell the causes that have waited for long enough; with `all` every one."""
        waiting = list(self._catch_up(now).waiting.values())
        due = [one for one in waiting if all or one.event == "budget" or now - one.since >= GATHER]
        self._tell(wording.of_cause(one, self._of.around()) for one in due)

    def ended(self, now: float, stop: HowEnded, main: Oid) -> None:
        """Tell how the run ended, and of what is left. What it ended by is told once, and not of each item as well; a
        stop by the same cause is told anew only after main has moved."""
        heard, key = self._catch_up(now), self._key(stop, main)
        run = did(between(self._ledger.repo, self._ledger.tip, self._born))
        within = [one for one in heard.waiting.values() if _is_within(one, stop)]
        rest = [one for one in heard.waiting.values() if one not in within]
        self._tell((wording.of_cause(one, self._of.around()) for one in rest), anyway=True)
        if key not in heard.told and (stop.kind != "done" or any(run)):
            notice = wording.of_stop(stop, key, run, self._of.around())
            keys = " ".join((key, *(one.key for one in within)))
            also = tuple(dict.fromkeys(one.event for one in within))
            self._tell([notice._replace(key=keys, also=also)], anyway=True)

    def _key(self, stop: HowEnded, main: Oid) -> str:
        event = EVENTS.get(stop.kind, "stopped")
        return f"{event}:{stop.kind}:{causes.same('', stop.why)}:{main[:12]}"

    def alert(self, now: float, name: str, told: str, urgency: Urgency) -> None:
        """Tell that a number is beyond its threshold, once a day."""
        notice = wording.of_alert(name, told, urgency, self._of.around())
        if notice.key not in self._catch_up(now).told:
            self._tell([notice])

    def _tell(self, notices: Iterable[Notice], *, anyway: bool = False) -> None:
        """`anyway`: also where the ledger takes nothing any more, which may be why the run ended."""
        for notice in notices:
            if not self.post.wanted(notice):
                continue
            event = self._event(notice)
            try:  # in the ledger first: what is sent is never sent again, also where the next moment is a kill
                self._ledger.append(event, {})
            except (FactoryError, OSError):
                if not anyway:
                    raise
            self._heard.hear(event)
            self.post.put(self._clean(notice))

    def _clean(self, notice: Notice) -> Notice:
        clean = self._of.clean
        title, happened, todo = (clean(part) for part in (notice.title, notice.happened, notice.todo))
        return notice._replace(title=title, happened=happened, todo=todo)

    def _event(self, notice: Notice) -> Event:
        trailers = {causes.ABOUT: notice.event, causes.CAUSE: notice.key}
        item = notice.items[0] if len(notice.items) == 1 and notice.event in ("blocked", "waits") else ""
        text = self._of.clean(notice.title)
        return Event(name=causes.NOTICE, ticket=item, text=text, trailers=trailers)

    # --- what did not go out

    def count(self, failed: int) -> None:
        self._unsent += failed

    def close(self) -> None:
        """The count of what did not go out, for the morning."""
        if self._unsent:
            text = f"messages that did not go out: {self._unsent}"
            self._ledger.append(Event(name="unsent", text=text, trailers={UNSENT: str(self._unsent)}), {})
            self._unsent = 0


def _is_within(cause: Cause, stop: HowEnded) -> bool:
    """Whether the end of the run tells of it: it ended by that very reason, or by a storm of such failures."""
    if cause.event == "waits":
        why = cause.why.removeprefix(causes.PASSED)
        return (why != "" and why in stop.why) or causes.same("", why) == causes.same("", stop.why)
    return cause.event == "blocked" and stop.kind == "storm"
