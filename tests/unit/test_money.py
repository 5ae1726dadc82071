"""No order of calls, crashes, clocks and zones takes a day over its cap."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from factory.money.budget import Book, DayCaps, Refused, Spend, day_of, recover, reserve, settle

CAPS = DayCaps(daily_calls=6, daily_tokens_in=300, daily_tokens_out=200, daily_usd=Decimal(1), cycle_usd=Decimal("0.6"))
SPENDS = st.builds(
    Spend,
    calls=st.integers(1, 3),
    tokens_in=st.integers(0, 150),
    tokens_out=st.integers(0, 100),
    usd=st.integers(0, 700_000).map(lambda micro: Decimal(micro) / 10**6),
)
ZONES = st.sampled_from([ZoneInfo("Asia/Seoul"), ZoneInfo("America/Los_Angeles")])
HOUR = 3600


def _least(one: Spend, other: Spend) -> Spend:
    return Spend(**{name: min(getattr(one, name), getattr(other, name)) for name in Spend.model_fields})


def _within(spend: Spend, cap: Spend) -> bool:
    return all(getattr(spend, name) <= getattr(cap, name) for name in Spend.model_fields)


class Money(RuleBasedStateMachine):
    """The books as a ledger would keep them, beside what was really paid on each book's day."""

    calls = Bundle("calls")

    @initialize(zone=ZONES)
    def start(self, zone: ZoneInfo) -> None:
        self.zone, self.now, self.count = zone, dt.datetime(2026, 10, 31, 12, tzinfo=zone).timestamp(), 0
        self.today = day_of(self.now, zone)
        self.books = {self.today: Book(date=self.today)}
        self.paid: defaultdict[dt.date, Spend] = defaultdict(Spend)
        self.overrun: set[dt.date] = set()

    @rule(target=calls, worst=SPENDS)
    def reserve(self, worst: Spend) -> tuple[dt.date, str] | None:
        self.count += 1
        answer = reserve(
            self.books[self.today], CAPS, f"r{self.count}", worst, dt.datetime.fromtimestamp(self.now, self.zone)
        )
        if isinstance(answer, Refused):
            return None
        assert answer.date >= self.today, "an earlier day was opened again"
        assert not (answer.date in self.overrun and not _within(self.books[answer.date].used, CAPS.day))
        self.today = answer.date
        self.books[self.today] = answer
        return self.today, f"r{self.count}"

    @rule(call=consumes(calls), true=SPENDS)
    def settle(self, call: tuple[dt.date, str] | None, true: Spend) -> None:
        if call and call[1] in self.books[call[0]].open:
            cost = _least(true, self.books[call[0]].open[call[1]])
            self.paid[call[0]] += cost
            self.books[call[0]] = settle(self.books[call[0]], call[1], cost)

    @rule(call=consumes(calls))
    def settle_an_unknown_cost(self, call: tuple[dt.date, str] | None) -> None:
        if call and call[1] in self.books[call[0]].open:
            self.paid[call[0]] += self.books[call[0]].open[call[1]]
            self.books[call[0]] = settle(self.books[call[0]], call[1], None)

    @rule(call=consumes(calls), true=SPENDS)
    def settle_over_the_reservation(self, call: tuple[dt.date, str] | None, true: Spend) -> None:
        if call and call[1] in self.books[call[0]].open:
            cost = self.books[call[0]].open[call[1]] + true
            self.paid[call[0]] += cost
            self.overrun.add(call[0])
            self.books[call[0]] = settle(self.books[call[0]], call[1], cost)

    @rule(paid=st.booleans())
    def crash(self, paid: bool) -> None:
        """Every running call is lost; whether it was paid for, nobody knows. The books come back from git."""
        for date, book in self.books.items():
            if paid:
                self.paid[date] = sum(book.open.values(), self.paid[date])
            self.books[date] = recover(Book.model_validate_json(book.model_dump_json()))
            assert self.books[date].open == {}

    @rule(hours=st.integers(-72, 30))
    def jump(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(zone=ZONES)
    def move(self, zone: ZoneInfo) -> None:
        self.zone = zone

    @rule(seconds=st.sampled_from([-1, 0, 1]))
    def go_to_midnight(self, seconds: int) -> None:
        local = dt.datetime.fromtimestamp(self.now, self.zone)
        self.now = (local + dt.timedelta(days=1)).replace(hour=0, minute=0, second=0).timestamp() + seconds

    @invariant()
    def no_day_is_over_its_cap(self) -> None:
        for date, book in getattr(self, "books", {}).items():
            if date not in self.overrun:
                assert _within(book.used, CAPS.day), (date, book)
                assert _within(self.paid[date], CAPS.day)

    @invariant()
    def the_books_show_at_least_what_was_paid(self) -> None:
        for date, book in getattr(self, "books", {}).items():
            assert _within(self.paid[date], book.used)


TestMoney = Money.TestCase
