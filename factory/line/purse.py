"""What the house knows of its money and its day: the caps' zone, today, what still fits, the last success."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from factory.errors import Mistake
from factory.git import history
from factory.line.house import House
from factory.line.item import Item
from factory.model import Oid, Ticket
from factory.money import budget, wallet
from factory.money.budget import Book
from factory.money.wallet import OverBudget
from factory.records.plans import worker_of
from factory.records.view import ROADMAP, SETTINGS
from factory.ssot.settings import Settings
from factory.workers import load


def success(house: House, main: Oid) -> dict[str, Any]:
    """`budget_guard.json` with the ticket that was stamped last, as main tells it."""
    stamp = history.last_stamp(house.repo, main)
    last = stamp.ticket if stamp else None
    return wallet.guard_changes(house.ledger, house.settings, house.clock.now(), last_success_order_id=last)


def fitting(house: House, items: Iterable[Item], running: Iterable[Item]) -> tuple[list[Item], dict[str, OverBudget]]:
    """The items whose worst cost fits under what is left of the day beside the worst of those before them and of the
    running ones; and of each other one why it does not fit."""
    settings, now = house.settings, house.clock.now()
    book = wallet.read_book(house.ledger, settings, now)
    beside = sum(_to_come(item, book) for item in running)
    fit: list[Item] = []
    over: dict[str, OverBudget] = {}
    for item in items:
        try:
            if item.usd is not None:
                wallet.must_fit(house.ledger, settings, item.usd, now, beside)
                beside += item.usd
            fit.append(item)
        except OverBudget as error:
            over[item.id] = error
    return fit, over


def _to_come(item: Item, book: Book) -> float:
    """What a running attempt may cost beyond what is set aside for it: at most, for what it has paid counts twice."""
    aside = sum(float(spend.usd) for id, spend in book.open.items() if f":{item.id}#" in id)
    return max(0.0, (item.usd or 0.0) - aside)


def must_ever_fit(settings: Settings, ticket: Ticket) -> None:
    """Mistake where the ticket's worst cost is more than a whole day may cost: waiting does not help."""
    usd, cap = worst_of_ticket(settings, ticket), settings.budget.daily_usd
    if usd is not None and usd > cap:
        raise Mistake(
            f"{ticket.id} may cost ${usd:.2f}, and a whole day ${cap:.2f}",
            path=ROADMAP,
            line=ticket.line,
            remedy=f"lower its budget_usd, or raise [budget] in {SETTINGS}",
        )


def worst_of_ticket(settings: Settings, ticket: Ticket) -> float | None:
    usd = ticket.terms.budget_usd
    worst = settings.budget.cycle_usd if usd is None else usd
    return worst if _costs(settings, worker_of(ticket, settings)) else None


def worst_of_card(settings: Settings, worker: str) -> float | None:
    return settings.budget.cycle_usd if worker and _costs(settings, worker) else None


def _costs(settings: Settings, worker: str) -> bool:
    """A kind says itself that it costs nothing: `FREE = True` in its module."""
    return worker in settings.workers and not getattr(load(settings.workers[worker].kind), "FREE", False)


def zone(house: House) -> ZoneInfo:
    return ZoneInfo(house.settings.factory.timezone)


def today(house: House) -> datetime.date:
    return budget.day_of(house.clock.now(), zone(house))
