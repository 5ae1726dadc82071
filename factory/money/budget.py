"""Money and quota of one day: reserve the worst before a call, book the truth after it. Pure.

A cap cannot be passed, because what is settled and what is reserved count against it together; a crash leaves the
reservation spent (`wallet` gives back those that nobody could spend). The one exception: a call that costs more than
was reserved for it is booked whole, even over the cap (it was paid); from then on nothing more is let through on that
day.

A call belongs to the day on which it was reserved, however late it is settled: keep the books of past days that still
have open reservations. The day of the latest book
is the high-water mark: a clock that is set back opens no earlier day again, and after one that was set far ahead the
caps of that day hold until the time is really there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from decimal import Decimal

from pydantic import Field

from factory.model import Value
from factory.money.spend import DayCaps, Spend, measures, said

__all__ = (
    "Book",
    "DayCaps",
    "Refused",
    "Spend",
    "day_of",
    "day_turns",
    "guard_json",
    "month_summary",
    "recover",
    "reserve",
    "settle",
    "turned",
    "warn",
)

WARN_AT = Decimal("0.8")  # of any daily cap


class Book(Value):
    """One day: `budget/<date>.json` in the ledger's tree."""

    date: dt.date
    settled: Spend = Spend()
    open: dict[str, Spend] = Field(
        default={}, description="worst cost of the calls that are not settled, by reservation id"
    )
    warned: bool = Field(default=False, description="that a cap is nearly reached was said today")

    @property
    def used(self) -> Spend:
        """All that counts against the caps: settled and reserved."""
        return sum(self.open.values(), self.settled)


class Refused(Value):
    """A reservation that was not made, and why, in words for a person."""

    reason: str
    until: dt.datetime | None = Field(default=None, description="when the day turns, if that would help")


def day_of(now: dt.datetime | float, zone: dt.tzinfo) -> dt.date:
    """The calendar day in the zone. `now` is aware (ValueError where it is not), or seconds since the epoch."""
    if isinstance(now, dt.datetime):
        if now.tzinfo is None:
            raise ValueError("a time without a zone has no day")
        return now.astimezone(zone).date()
    return dt.datetime.fromtimestamp(now, zone).date()


def day_turns(date: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The moment at which the day after `date` begins in the zone, also where clocks change at midnight; in UTC."""
    return dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)


def turned(book: Book, now: dt.datetime | float, zone: dt.tzinfo) -> Book:
    """The book of the day that `now` is in: this one, or a new one. Never an earlier one, whatever the clock says."""
    day = day_of(now, zone)
    return Book(date=day) if day > book.date else book


NOTHING = Spend()


def reserve(
    book: Book, caps: DayCaps, id: str, worst: Spend, now: dt.datetime, cycle: Spend = NOTHING
) -> Book | Refused:
    """Today's book with the worst cost set aside. `book` is the latest, `now` a time in the zone of its days; `cycle`:
    what this attempt has used so far.

    Where the day has turned, the book that comes back is a new one: keep the old one as well.
    """
    zone = now.tzinfo or dt.UTC
    book = turned(book, now, zone)
    if id in book.open:
        return Refused(reason=f"{id} has an open reservation already")
    if cycle.usd + worst.usd > caps.cycle_usd:
        return Refused(
            reason=f"the attempt would cost up to ${cycle.usd + worst.usd:f}; its cap is ${caps.cycle_usd:f}"
        )
    for name, used, cap in measures(book.used + worst, caps):
        if used > cap:
            fits = getattr(worst, name) <= cap
            return Refused(reason=_over(book, name, used, cap), until=day_turns(book.date, zone) if fits else None)
    return book.model_copy(update={"open": {**book.open, id: worst}})


def settle(book: Book, id: str, true_cost: Spend | None) -> Book:
    """The reservation replaced by what the call cost; by its own worst where that is unknown (None).

    KeyError where this book has no such reservation.
    """
    worst = book.open[id]
    rest = {key: value for key, value in book.open.items() if key != id}
    return book.model_copy(update={"open": rest, "settled": book.settled + (worst if true_cost is None else true_cost)})


def recover(book: Book, alive: Collection[str] = ()) -> Book:
    """After a crash: open reservations are spent, but for those of attempts that still run."""
    for id in [id for id in book.open if id not in alive]:
        book = settle(book, id, None)
    return book


def warn(book: Book, caps: DayCaps) -> tuple[Book, str]:
    """The book, and once a day a warning when 80 % of a cap is used; else no text."""
    if not book.warned:
        for name, used, cap in measures(book.used, caps):
            if cap and used >= cap * WARN_AT:
                return book.model_copy(update={"warned": True}), f"{said(name, used)} of {said(name, cap)} used today"
    return book, ""


def guard_json(
    book: Book, caps: DayCaps, stop_reason: str | None, last_success_order_id: str | None
) -> dict[str, object]:
    """`budget_guard.json`. Open reservations count as used."""
    used = book.used
    return {
        "date": book.date.isoformat(),
        "api_calls_used_today": used.calls,
        "tokens_in_used_today": used.tokens_in,
        "tokens_out_used_today": used.tokens_out,
        "usd_used_today": float(used.usd),
        "caps": {"calls": caps.daily_calls, "tokens_in": caps.daily_tokens_in, "tokens_out": caps.daily_tokens_out}
        | {"usd": float(caps.daily_usd), "cycle_usd": float(caps.cycle_usd)},
        "open_reservations": len(book.open),
        "stop_reason": stop_reason,
        "last_success_order_id": last_success_order_id,
    }


def month_summary(books: Iterable[Book]) -> dict[str, object]:
    """`cost_summary_YYYYMM.json`, from the books of one month (ValueError for more than one)."""
    days = sorted(books, key=lambda book: book.date)
    months = sorted({book.date.strftime("%Y-%m") for book in days})
    if len(months) > 1:
        raise ValueError(f"books of several months: {', '.join(months)}")
    total = sum((book.used for book in days), Spend())
    return {
        "month": "".join(months),
        "days": {book.date.isoformat(): float(book.used.usd) for book in days},
        "calls": total.calls,
        "tokens_in": total.tokens_in,
        "tokens_out": total.tokens_out,
        "usd": float(total.usd),
    }


def _over(book: Book, name: str, used: int | Decimal, cap: int | Decimal) -> str:
    before = getattr(book.used, name)
    more = said(name, used - before)
    return f"{said(name, before)} used on {book.date}; up to {more} more would pass the cap of {said(name, cap)}"
