"""The runs of a day, from its events: when each began and ended, why, and what it brought. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from factory.model import Event
from factory.records.papers import cards_named
from factory.reports.stops import KILLED_KIND as KILLED

__all__ = ["KILLED", "RUN", "STOP", "RunTold", "runs"]

STOP = "Factory-Stop"  # the trailer of a stop that ended a run: its kind
RUN = "Factory-Run"


class RunTold(NamedTuple):
    """One run. Times are seconds since the epoch; None: not on this day."""

    run: str = ""
    began: int | None = None
    ended: int | None = None  # of one that was killed: its last word
    kind: str = ""  # a key of `stops.STOPS`, or KILLED; empty: it has not ended
    why: str = ""
    stamped: int = 0  # tickets and cards
    failed: int = 0  # attempts
    mended: int | None = None  # when a later run began, or a person let it go on

    @property
    def over(self) -> bool:
        return self.mended is not None


def runs(events: Iterable[Event], *, on: bool = False, killed: bool = False) -> tuple[RunTold, ...]:
    """Oldest first. `on`: one was on when the day began; `killed`: the last one is dead, and said nothing."""
    ended: list[RunTold] = []
    now = RunTold() if on else None
    for event in events:
        if event.name in ("run", "resume") and ended and not ended[-1].over:
            ended[-1] = ended[-1]._replace(mended=event.time)
        if event.name == "run":
            if now:
                ended.append(now._replace(kind=KILLED, mended=event.time))
            now = RunTold(run=event.trailers.get(RUN, ""), began=event.time, ended=event.time)
        elif event.name == "stop" and (kind := event.trailers.get(STOP)):
            ended.append((now or RunTold())._replace(ended=event.time, kind=kind, why=event.text))
            now = None
        elif now and event.trailers.get(RUN, "") == (now.run or event.trailers.get(RUN, "")):
            now = _counted(now, event)
    if now:
        ended.append(now._replace(kind=KILLED) if killed else now)
    return tuple(ended)


def _counted(run: RunTold, event: Event) -> RunTold:
    stamped = max(1, len(cards_named(event))) if event.name == "stamped" else 0
    return run._replace(
        run=run.run or event.trailers.get(RUN, ""),
        ended=event.time,
        stamped=run.stamped + stamped,
        failed=run.failed + (event.name == "fail"),
    )
