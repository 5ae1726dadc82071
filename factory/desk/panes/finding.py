"""Search over tickets, errors, attempts by an id, events and files."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from factory.desk.panes.tracing import FoundAttempt, attempts_of
from factory.desk.panes.watch import Sighting, Watch
from factory.git.ledger import parse_event
from factory.git.repo import LEDGER, Logged
from factory.line import knowledge
from factory.line.knowledge import Lesson
from factory.model import Event
from factory.plain import printable

T = TypeVar("T")
MOST = 30  # of each kind
EVENTS = 20_000  # the newest, that are looked through
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
    attempts: tuple[FoundAttempt, ...] = ()  # that the id of a trace, a commit or a run leads to
    events: tuple[Event, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.tickets or self.lessons or self.attempts or self.events or self.files)


def search(watch: Watch, look: Sighting, asked: str) -> SearchPage:
    """What has all of these words, large or small letters; nothing for no word."""
    words = " ".join(printable(asked)[:LONGEST].split())
    if not words:
        return SearchPage("")
    fits, newest = _fits(words), _newest(watch)
    return SearchPage(
        words,
        tickets=tuple(_some(_tickets(watch, look, fits))),
        lessons=tuple(knowledge.search(look.lessons, words))[:MOST],
        attempts=tuple(_some(attempts_of(watch, words, newest))),
        events=tuple(_some(_events(newest, fits))),
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


def _newest(watch: Watch) -> tuple[Logged, ...]:
    tip = watch.repo.tip(LEDGER)
    return tuple(watch.repo.log(tip, limit=EVENTS)) if tip else ()


def _events(newest: Iterable[Logged], fits: Callable[[str], bool]) -> Iterator[Event]:
    for logged in newest:
        if fits(logged.message.partition("\n")[0]):
            yield parse_event(logged.oid, logged.time, logged.message)


def _files(watch: Watch, fits: Callable[[str], bool]) -> Iterator[str]:
    return (path for path in watch.repo.store.flat(watch.repo.store.tree_of(watch.main())) if fits(path))
