"""What a day held of cards: how many stand where, what was stamped and failed on it, and the strikes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Set
from typing import NamedTuple

from factory.cards.backlog import json_lines
from factory.cards.card import card_parts, is_card
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import Event, Oid, State, Triage
from factory.records.card_standing import standing
from factory.records.papers import cards_named
from factory.records.yard import Yard


class BlockedCard(NamedTuple):
    """A card that a person must look at."""

    card: str
    triage: Triage | None
    why: str


class CardsDay(NamedTuple):
    """The cards at the day's end: `created` = `done` + blocked + `waiting`, always; and what the day did to them."""

    created: int
    done: int
    waiting: int
    blocked: tuple[BlockedCard, ...]
    stamped: int  # on this day
    failed: int  # attempts that failed on this day
    strikes: tuple[tuple[str, int], ...]  # what this day's STRIKE cards did -> how often
    struck: int  # files that they name


def cards_day(repo: Repo, ledger: Ledger, main: Oid | None, events: Collection[Event]) -> CardsDay | None:
    """None where there is no card. `events`: the day's."""
    if main is None or not (yard := Yard(repo, ledger, main)).days:
        return None
    found = standing(yard)
    counts = {state: sum(day.counts[state] for day in found) for state in State}
    stamped = dict.fromkeys(card for event in events if event.name == "stamped" for card in cards_named(event))
    done, files = _strikes(yard, {card for card in stamped if card_parts(card)[1] == "STRIKE"})
    cards = {name: card for day in found for name, card in day.cards.items() if card.state is State.BLOCKED}
    blocked = (BlockedCard(name, card.record.triage, card.record.why) for name, card in cards.items())
    return CardsDay(
        created=sum(counts.values()),
        done=counts[State.DONE],
        waiting=counts[State.PENDING] + counts[State.INFLIGHT],
        blocked=tuple(sorted(blocked)),
        stamped=len(stamped),
        failed=failures(events),
        strikes=tuple(sorted(done.items())),
        struck=len(files),
    )


def failures(events: Iterable[Event]) -> int:
    """Attempts at cards that failed."""
    return sum(event.name == "fail" and is_card(event.ticket) for event in events)


def _strikes(yard: Yard, cards: Set[str]) -> tuple[Counter[str], set[str]]:
    """What these STRIKE cards wrote: action -> how often, and the files."""
    done: Counter[str] = Counter()
    files: set[str] = set()
    for path in _outputs(yard, cards):
        for _, record in json_lines(yard.repo.store.file(yard.main, path) or b"", path):
            done[str(record.get("action", "error"))] += 1
            files.add(str(record.get("path", "")))
    return done, files


def _outputs(yard: Yard, cards: Set[str]) -> Iterator[str]:
    if cards:
        for day in yard.days:
            yield from (card.output for card in yard.some(day, cards))
