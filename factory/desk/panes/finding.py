"""Search over tickets, errors, events and files, and the page for when something is wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from factory.desk.kpi import stale
from factory.desk.panes.landed import errors_pane, people_pane
from factory.desk.panes.line import queue_pane
from factory.desk.panes.watch import Sighting, Watch
from factory.git.history import lately
from factory.git.ledger import parse_event
from factory.git.repo import LEDGER, Logged
from factory.line import knowledge
from factory.line.knowledge import Lesson
from factory.model import Event
from factory.money.budget import WARN_AT
from factory.money.spend import DayCaps, measures
from factory.plain import printable
from factory.reports.runs import RunTold

T = TypeVar("T")
MOST = 30  # of each kind
EVENTS = 20_000  # the newest, that are looked through
CHANGES = 20  # of main
LONGEST = 200  # characters that are looked for


class FoundTicket(NamedTuple):
    """A ticket that was found."""

    id: str
    title: str
    state: str


class SearchPage(NamedTuple):
    """What was found."""

    words: str
    tickets: tuple[FoundTicket, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    events: tuple[Event, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.tickets or self.lessons or self.events or self.files)


def search(watch: Watch, look: Sighting, asked: str) -> SearchPage:
    """What has all of these words, large or small letters; nothing for no word."""
    words = " ".join(printable(asked)[:LONGEST].split())
    if not words:
        return SearchPage("")
    fits = _fits(words)
    return SearchPage(
        words,
        tickets=tuple(_some(_tickets(watch, look, fits))),
        lessons=tuple(knowledge.search(look.lessons, words))[:MOST],
        events=tuple(_some(_events(watch, fits))),
        files=tuple(_some(_files(watch, fits))),
    )


def _fits(words: str) -> Callable[[str], bool]:
    wanted = words.casefold().split()
    return lambda text: all(word in text.casefold() for word in wanted)


def _some(found: Iterator[T]) -> Iterator[T]:
    return itertools.islice(found, MOST)


def _tickets(watch: Watch, look: Sighting, fits: Callable[[str], bool]) -> Iterator[FoundTicket]:
    states = {item.id: item.state.value for item in look.seen.items}
    for ticket in watch.view().tickets:
        if fits(f"{ticket.id} {ticket.title}"):
            yield FoundTicket(ticket.id, ticket.title, states.pop(ticket.id, ticket.status.value))
    yield from (FoundTicket(id, "", state) for id, state in states.items() if fits(id))


def _events(watch: Watch, fits: Callable[[str], bool]) -> Iterator[Event]:
    if look_at := watch.repo.tip(LEDGER):
        for logged in watch.repo.log(look_at, limit=EVENTS):
            if fits(logged.message.partition("\n")[0]):
                yield parse_event(logged.oid, logged.time, logged.message)


def _files(watch: Watch, fits: Callable[[str], bool]) -> Iterator[str]:
    return (path for path in watch.repo.store.flat(watch.repo.store.tree_of(watch.main())) if fits(path))


# --- when something is wrong


class Firing(NamedTuple):
    """One thing that is wrong now. `priority`: 1 is the worst; `what` is a key of the words, filled by `told`."""

    what: str
    priority: int
    told: str
    do: str  # a command, or the pane to look at


class IncidentPage(NamedTuple):
    """What fires, what went before it, and what was done."""

    fires: tuple[Firing, ...]
    stops: tuple[RunTold, ...]  # runs that did not end by themselves, the newest first
    changes: tuple[Logged, ...]  # of main, the newest first
    fails: tuple[Event, ...]
    asked: tuple[Event, ...]


def incident_page(watch: Watch, look: Sighting) -> IncidentPage:
    """How it stands when somebody is called."""
    people = people_pane(look)
    return IncidentPage(
        fires=tuple(sorted(_fires(look), key=lambda one: one.priority)),
        stops=tuple(run for run in people.runs if run.kind not in ("", "done")),
        changes=tuple(lately(watch.repo, look.seen.main, CHANGES)),
        fails=errors_pane(look).fails,
        asked=people.asked,
    )


def _fires(look: Sighting) -> Iterator[Firing]:
    seen, people = look.seen, people_pane(look)
    if seen.state in ("FAIL_STOP", "RECOVERABLE"):
        yield Firing("fire_stopped", 1 if seen.state == "FAIL_STOP" else 2, seen.why or seen.state, seen.next)
    if count := stale(seen.running, seen.at):
        yield Firing("fire_stale", 2, str(count), "factory status --watch")
    for name, used, most in measures(seen.budget.used, DayCaps.model_validate(look.settings.budget)):
        if most and used >= most * WARN_AT:
            yield Firing("fire_budget", 2 if used >= most else 3, f"{name} {float(used):,.2f} / {float(most):,.2f}", "")
    if seen.red:
        yield Firing("fire_red", 3, str(len(seen.red)), "factory gate")
    if people.waits:
        first = people.waits[0].id
        yield Firing("fire_blocked", 3, str(len(people.waits) + people.more), f"factory log {first}")
    if again := [row for row in errors_pane(look).rows if row.came_back]:
        yield Firing("fire_recurs", 3, str(len(again)), f"factory kb show {again[0].fingerprint[:12]}")
    if starving := [row for row in queue_pane(look).rows if row.starves]:
        yield Firing("fire_starves", 4, str(len(starving)), f"factory log {starving[0].id}")
