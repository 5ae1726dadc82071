"""Where the cards stand, as a snapshot tells it."""

from __future__ import annotations

from collections.abc import Iterator

from factory.desk.shown import DayRow, Listed, ShownCards, ShownItem, TruckRow, set_aside
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import Oid, State
from factory.money.budget import Book
from factory.records.card_standing import DayStands, standing
from factory.records.truck import states
from factory.records.yard import Yard


def shown_cards(repo: Repo, ledger: Ledger, main: Oid, listed: Listed, book: Book) -> ShownCards:
    """Those of all days at one commit of main."""
    yard = Yard(repo, ledger, main)
    days = standing(yard)
    return ShownCards(
        counts={state: sum(day.counts[state] for day in days) for state in State},
        items=tuple(_items(days, listed, book)),
        trucks=tuple(_trucks(yard)),
        days=tuple(DayRow(day=d.day, counts=d.counts, trucks=len(yard.packed(d.day))) for d in days),
    )


def _items(days: list[DayStands], listed: Listed, book: Book) -> Iterator[ShownItem]:
    cards = {} if listed == "counts" else {id: card for day in days for id, card in day.cards.items()}
    for id, card in sorted(cards.items()):
        if card.state is not State.DONE or listed == "all":
            record, lease = card.record, card.record.lease if card.state is State.INFLIGHT else None
            yield ShownItem(
                id=id,
                trade="card",
                state=card.state,
                attempts=record.attempts,
                attempt=record.attempt,
                stamp=card.stamp,
                triage=record.triage,
                why=record.waits or record.why,
                since=lease.since if lease else None,
                beat=lease.beat if lease else None,
                usd=set_aside(book, id) if lease else 0.0,
            )


def _trucks(yard: Yard) -> Iterator[TruckRow]:
    for day in yard.days:
        for truck in () if yard.day(day).over else yard.trucks(day):
            found = list(states(truck).values())
            yield TruckRow(
                name=truck.name,
                cards=len(found),
                done=found.count(State.DONE),
                blocked=found.count(State.BLOCKED),
                half=truck.open_half.name if truck.open_half else "",
                left=truck.left,
            )
