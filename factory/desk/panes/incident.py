"""The page for when something is wrong: the alerts that fire, how the line stands, and what went before. The alerts are
those of `factory alerts`, by the same judge: there is no second set of rules."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from factory import pages
from factory.desk.metrics import ANEW, judged
from factory.desk.panes.landed import errors_pane, people_pane
from factory.desk.panes.runbook import RunbookSection, sections
from factory.desk.panes.watch import Sighting, Watch
from factory.desk.panes.words import LANGUAGES
from factory.git.history import lately
from factory.git.repo import Logged
from factory.model import Event
from factory.observe.alerts import AlertRule, Fired
from factory.observe.condition import promql
from factory.reports.runs import RunTold

CHANGES = 20  # of main


class Alarms:
    """Judges every alert, again and again: the first time all events are read, and later those of the last day."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path, self._clock = path, clock
        self._yesterday = ANEW
        self._judging = threading.Lock()

    def fired(self) -> list[Fired]:
        """The alerts that fire now, the pages first."""
        with self._judging:
            found = judged(self._path, self._clock(), self._yesterday)
            self._yesterday = found.yesterday
        return sorted(found.fired, key=lambda one: one.rule.priority)


class Firing(NamedTuple):
    """One alert that fires."""

    rule: AlertRule
    value: float
    when: str  # all conditions, as Prometheus reads them
    runbook: Mapping[str, tuple[RunbookSection, ...]]  # by language


class IncidentPage(NamedTuple):
    """What fires, what went before it, and what was done."""

    fires: tuple[Firing, ...]
    state: str
    why: str
    next: str  # the command that goes on
    stops: tuple[RunTold, ...]  # runs that did not end by themselves, the newest first
    changes: tuple[Logged, ...]  # of main, the newest first
    fails: tuple[Event, ...]
    asked: tuple[Event, ...]


def incident_page(watch: Watch, look: Sighting, alarms: Alarms) -> IncidentPage:
    """How it stands when somebody is called."""
    people, seen = people_pane(look), look.seen
    return IncidentPage(
        fires=tuple(map(_firing, alarms.fired())),
        state=seen.state,
        why=seen.why or "",
        next=seen.next if seen.state != "RUNNING" else "",
        stops=tuple(run for run in people.runs if run.kind not in ("", "done")),
        changes=tuple(lately(watch.repo, seen.main, CHANGES)),
        fails=errors_pane(look).fails,
        asked=people.asked,
    )


def _firing(one: Fired) -> Firing:
    when = " and ".join(map(promql, one.rule.when))
    runbook = {language: sections(pages.page(one.rule.runbook, language)) for language in LANGUAGES}
    return Firing(one.rule, one.value, when, runbook)
