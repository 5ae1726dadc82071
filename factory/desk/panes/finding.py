"""Search over tickets, errors, events and files."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from factory.desk.panes.watch import Sighting, Watch
from factory.git.ledger import parse_event
from factory.git.repo import LEDGER
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
