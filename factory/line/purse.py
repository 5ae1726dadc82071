"""What the house knows of its money and its day: the caps' zone, today, what still fits, the last success."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from factory.errors import Mistake
from factory.git import history
from factory.line.house import House
from factory.model import Oid, Ticket
from factory.money import budget, wallet
from factory.money.budget import Book
from factory.money.wallet import OverBudget
from factory.records.plans import worker_of
from factory.records.state import Record
from factory.records.view import ROADMAP, SETTINGS
from factory.ssot.settings import Settings

FREE = ("patch",)  # kinds of worker that cost nothing


def success(house: House, main: Oid) -> dict[str, Any]:
    """`budget_guard.json` with the ticket that was stamped last, as main tells it."""
    stamp = history.last_stamp(house.repo, main)
    last = stamp.ticket if stamp else None
    return wallet.guard_changes(house.ledger, house.settings, house.clock.now(), last_success_order_id=last)


def fitting(
    house: House, tickets: Iterable[Ticket], records: Mapping[str, Record], running: Iterable[Ticket]
) -> tuple[list[Ticket], dict[str, OverBudget]]:  # fmt: skip
    """The tickets whose worst cost fits under what is left of the day beside the worst of those before them and of the
    running ones, and those whose attempt is made; and of each other ticket why it does not fit."""
    settings, now = house.settings, house.clock.now()
    made = {id for id, record in records.items() if record.passed}
    book = wallet.read_book(house.ledger, settings, now)
    beside = sum(_to_come(settings, ticket, book) for ticket in running if ticket.id not in made)
    fit: list[Ticket] = []
    over: dict[str, OverBudget] = {}
    for ticket in tickets:
        try:
            if ticket.id not in made and _costs(settings, ticket):
                worst = _worst(settings, ticket)
                wallet.must_fit(house.ledger, settings, worst, now, beside)
                beside += worst
            fit.append(ticket)
        except OverBudget as error:
            over[ticket.id] = error
    return fit, over


def _to_come(settings: Settings, ticket: Ticket, book: Book) -> float:
    """What a running attempt may cost beyond what is set aside for it: at most, for what it has paid counts twice."""
    aside = sum(float(spend.usd) for id, spend in book.open.items() if f":{ticket.id}#" in id)
    return max(0.0, _worst(settings, ticket) - aside) if _costs(settings, ticket) else 0.0


def must_ever_fit(settings: Settings, ticket: Ticket) -> None:
    """Mistake where the ticket's worst cost is more than a whole day may cost: waiting does not help."""
    usd, cap = _worst(settings, ticket), settings.budget.daily_usd
    if _costs(settings, ticket) and usd > cap:
        raise Mistake(
            f"{ticket.id} may cost ${usd:.2f}, and a whole day ${cap:.2f}", path=ROADMAP, line=ticket.line,
            remedy=f"lower its budget_usd, or raise [budget] in {SETTINGS}",
        )  # fmt: skip


def _worst(settings: Settings, ticket: Ticket) -> float:
    usd = ticket.terms.budget_usd
    return settings.budget.cycle_usd if usd is None else usd


def _costs(settings: Settings, ticket: Ticket) -> bool:
    return settings.workers[worker_of(ticket, settings)].kind not in FREE


def zone(house: House) -> ZoneInfo:
    return ZoneInfo(house.settings.factory.timezone)


def today(house: House) -> datetime.date:
    return budget.day_of(house.clock.now(), zone(house))
