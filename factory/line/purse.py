"""What the house knows of its money and its day: the caps' zone, today, what still fits, the last success."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from factory.git import history
from factory.line.house import House
from factory.model import Oid, Ticket
from factory.money import budget, wallet
from factory.records.plans import worker_of

FREE = ("patch",)  # kinds of worker that cost nothing


def success(house: House, main: Oid) -> dict[str, Any]:
    """`budget_guard.json` with the ticket that was stamped last, as main tells it."""
    stamp = history.last_stamp(house.repo, main)
    last = stamp.ticket if stamp else None
    return wallet.guard_changes(house.ledger, house.settings, house.clock.now(), last_success_order_id=last)


def must_fit(house: House, ticket: Ticket) -> None:
    """OverBudget where the ticket's worst cost does not fit under a daily cap: then it is not started."""
    worker = house.settings.workers[worker_of(ticket, house.settings)]
    usd = house.settings.budget.cycle_usd if ticket.terms.budget_usd is None else ticket.terms.budget_usd
    if worker.kind not in FREE:
        wallet.must_fit(house.ledger, house.settings, usd, house.clock.now())


def zone(house: House) -> ZoneInfo:
    return ZoneInfo(house.settings.factory.timezone)


def today(house: House) -> datetime.date:
    return budget.day_of(house.clock.now(), zone(house))
