"""When a run is to end by itself: `--until 07:00`, or a date-time. Pure: the caller has the clock.

`07:00` is the next moment at which the clocks of the zone show that. Where they skip it (in spring), it is as far away
as if they had not been put forward; where they show it twice (in autumn), it is the next of the two.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from factory.clock import clock_face
from factory.errors import Mistake

REMEDY = "write it as 07:00, or as 2026-11-29T07:00"
OF_DAY = re.compile(r"(\d{1,2}):(\d{2})")
DAYS = 3  # that are looked through: a zone may leave out a day


def must_be_a_time(text: str) -> dt.time | dt.datetime:
    """What was typed. Mistake where it is neither a time of day nor a date-time."""
    try:
        if found := OF_DAY.fullmatch(text):
            return dt.time(int(found[1]), int(found[2]))
        if "T" in text or " " in text:  # a date alone has no time in it
            return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    raise Mistake(f"{text!r} is no time", remedy=REMEDY)


def next_time(wall: dt.time, zone: ZoneInfo, now: float) -> float:
    """The next moment, after now, at which the zone's clocks show this; seconds since the epoch."""
    return min(moment for moment in _moments(wall, zone, now) if moment > now)


def _moments(wall: dt.time, zone: ZoneInfo, now: float) -> Iterator[float]:
    today = dt.datetime.fromtimestamp(now, zone).date()
    for ahead in range(DAYS):
        for fold in (0, 1):
            local = dt.datetime.combine(today + dt.timedelta(days=ahead), wall, zone).replace(fold=fold)
            moment = local.timestamp()
            if fold == 0 or dt.datetime.fromtimestamp(moment, zone).time() == wall:
                yield moment


class Until:
    """When one run ends, however many shifts it has."""

    def __init__(self, text: str, zone: ZoneInfo, now: float) -> None:
        """Mistake where `text` is no time, or one that is over."""
        wanted = must_be_a_time(text)
        self._zone, self._wall = zone, wanted if isinstance(wanted, dt.time) else None
        if isinstance(wanted, dt.time):
            self.at = next_time(wanted, zone, now)
        else:
            self.at = (wanted if wanted.tzinfo else wanted.replace(tzinfo=zone)).timestamp()
        if self.at <= now:
            raise Mistake(f"{text} is over: it is {clock_face(now, zone)}", remedy=REMEDY)
        try:
            str(self)
        except (OverflowError, ValueError, OSError):
            raise Mistake(f"{text} is beyond all calendars", remedy=REMEDY) from None

    def struck(self, now: float) -> bool:
        """Whether it is time. A clock that ran a day ahead and is put right makes no night longer than to the next
        such time of day."""
        if self._wall is not None and now < self.at:
            self.at = min(self.at, next_time(self._wall, self._zone, now))
        return now >= self.at

    def __str__(self) -> str:
        return clock_face(self.at, self._zone)
