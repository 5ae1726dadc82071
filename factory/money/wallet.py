"""An attempt's money: every reservation and every settlement is an event, on disk before the call is made."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from factory.errors import CouldNotRun, Stopped
from factory.git.ledger import Ledger
from factory.model import Event, Plan
from factory.money import budget
from factory.money.budget import Book, DayCaps, Refused, Spend
from factory.money.spend import measures
from factory.ssot.settings import SETTINGS, Settings

GUARD = "budget_guard.json"
WARNED = "Factory-Warned"  # the trailer of the day's reservation that came near a cap: how near
CALL = "Factory-Call"  # of the two events of one call to a model: which of its attempt
SHUT = ":shut"  # ends the id of a reservation whose worker has no outlet


class OverBudget(Stopped):
    """A daily cap would be passed: the shift ends, and goes on when the day turns or the cap is raised."""

    stop = "budget"


class AttemptTooDear(CouldNotRun):
    """The attempt's own cap would be passed: this attempt fails, the shift goes on."""


def book_path(book: Book) -> str:
    return f"budget/{book.date.isoformat()}.json"


def read_book(ledger: Ledger, settings: Settings, now: float) -> Book:
    """Today's book. The last day that was ever seen stands in `budget_guard.json`: a clock set back opens no other."""
    today = budget.day_of(now, ZoneInfo(settings.factory.timezone)).isoformat()
    return _book_of(ledger, max(today, (ledger.read(GUARD) or {}).get("date") or today))


def _book_of(ledger: Ledger, date: str) -> Book:
    kept = ledger.read(f"budget/{date}.json", Book.model_validate)
    return kept or Book.model_validate({"date": date})


def book_changes(ledger: Ledger, settings: Settings, book: Book) -> dict[str, Any]:
    """The files that a book leaves in the ledger's tree. A late bill of an earlier day leaves the guard at its day."""
    before = ledger.read(GUARD) or {}
    date = before.get("date") or ""
    newest = book if book.date.isoformat() >= date else _book_of(ledger, date)
    guard = budget.guard_json(
        newest, DayCaps.model_validate(settings.budget), before.get("stop_reason"), before.get("last_success_order_id")
    )
    return {book_path(book): book.model_dump(mode="json"), GUARD: guard}


def guard_changes(ledger: Ledger, settings: Settings, now: float, **changes: str | None) -> dict[str, Any]:
    """`budget_guard.json` with a new `stop_reason` or `last_success_order_id`. Call it with the ledger's lock held."""
    book = read_book(ledger, settings, now)
    return {GUARD: book_changes(ledger, settings, book)[GUARD] | changes}


def must_fit(ledger: Ledger, settings: Settings, usd: float, now: float, beside: float = 0.0) -> None:
    """OverBudget where an attempt of that cost could not be paid today, with what those `beside` it may still cost."""
    caps, zone = DayCaps.model_validate(settings.budget), ZoneInfo(settings.factory.timezone)
    worst = Spend.model_validate({"calls": 1, "usd": usd + beside})
    caps = caps.model_copy(update={"cycle_usd": worst.usd})  # the day's caps are asked here, not the attempt's
    found = budget.reserve(read_book(ledger, settings, now), caps, "", worst, dt.datetime.fromtimestamp(now, zone))
    if isinstance(found, Refused):
        raise OverBudget(_in_words(found))


def _in_words(refused: Refused) -> str:
    until = f"; the day turns at {refused.until:%Y-%m-%d %H:%M}Z" if refused.until else ""
    return f"{refused.reason}{until}; raise [budget] in {SETTINGS} or wait, then `factory run`"


class OfRun(NamedTuple):
    """What a wallet has of its run: the time, ears for a warning, and a wait before each call."""

    now: Callable[[], float]
    warn: Callable[[str], None]
    pace: Callable[[], None] = lambda: None


class LedgerWallet:
    """The wallet of one attempt."""

    def __init__(
        self, ledger: Ledger, settings: Settings, plan: Plan, run: OfRun, *, used: float = 0.0, shut: bool = False
    ) -> None:
        """`used`: dollars that the attempt's ticket has paid already; they are booked.
        `shut`: the worker has no outlet, so that what it leaves open when its run is killed was never spent."""
        self._ledger, self._settings, self._plan, self._run = ledger, settings, plan, run
        self.pace, self._mark = run.pace, SHUT if shut else ""
        self._caps = DayCaps.model_validate(settings.budget).model_copy(
            update={"cycle_usd": Spend.model_validate({"usd": plan.budget_usd}).usd}
        )
        self._numbers = itertools.count(1)
        self._used = Spend.model_validate({"usd": used})  # by this attempt
        self._open: dict[str, tuple[Spend, str, str]] = {}

    def reserve(self, worst: Spend) -> str:
        """Set the worst cost aside. OverBudget at a daily cap, AttemptTooDear at the attempt's own."""
        with self._ledger.lock:
            now = self._run.now()
            book = read_book(self._ledger, self._settings, now)
            local = dt.datetime.fromtimestamp(now, ZoneInfo(self._settings.factory.timezone))
            number = next(self._numbers)
            id = f"{self._ledger.run}:{self._plan.ticket_id}#{self._plan.attempt}:{number}{self._mark}"
            open_ = sum((spend for spend, _, _ in self._open.values()), Spend())
            cycle = self._used + open_
            found = budget.reserve(book, self._caps, id, worst, local, cycle)
            if isinstance(found, Refused):
                too_dear = cycle.usd + worst.usd > self._caps.cycle_usd
                raise AttemptTooDear(found.reason) if too_dear else OverBudget(_in_words(found))
            found, warning = budget.warn(found, self._caps)
            call = str(number) if worst.calls == 1 else ""  # else: an allowance, for calls that nobody counts
            self._write("reserve", found, f"up to ${worst.usd:f}", {WARNED: warning, CALL: call})
            self._open[id] = (worst, book_path(found), call)
        if warning:
            self._run.warn(warning)
        return id

    def allowance(self) -> Spend:
        """For a worker whose calls nobody counts: a tenth of the day's calls and tokens; where little is left, an even
        share of it for each that may run beside this one, and for one more. One call at the least: without any left
        none starts."""
        with self._ledger.lock:
            used = read_book(self._ledger, self._settings, self._run.now()).used
        shares = self._settings.factory.max_workers + 1
        counts = [(name, count, cap) for name, count, cap in measures(used, self._caps) if name != "usd"]
        most = {name: min(cap // 10, max(0, cap - count) // shares) for name, count, cap in counts}
        return Spend.model_validate({**most, "calls": max(1, most["calls"])})

    def settle(self, reservation: str, cost: Spend) -> None:
        """Book what it really cost, on the day on which it was reserved."""
        with self._ledger.lock:
            _, path, call = self._open.pop(reservation)
            book = budget.settle(Book.model_validate(self._ledger.read(path)), reservation, cost)
            self._used += cost
            self._write("settle", book, f"${cost.usd:f}", {"Factory-Cost-USD": f"{cost.usd:f}", CALL: call})

    def _write(self, name: str, book: Book, text: str, trailers: dict[str, str]) -> None:
        plan = self._plan
        event = Event(name=name, ticket=plan.ticket_id, attempt=plan.attempt, text=text, trailers=trailers)
        self._ledger.append(event, book_changes(self._ledger, self._settings, book))


def recover_books(ledger: Ledger, settings: Settings) -> None:
    """Reservations that a dead run left open are spent: a crash gives back what nobody could spend, and no more."""
    for book in ledger.read_all("budget", Book.model_validate).values():
        if book.open:
            unspent = [id for id in book.open if id.endswith(SHUT)]
            spent = len(book.open) - len(unspent)
            text = f"of a run that ended: reservations that are spent {spent}, that come back {len(unspent)}"
            for id in unspent:
                book = budget.settle(book, id, Spend())
            ledger.append(Event(name="spent", text=text), book_changes(ledger, settings, budget.recover(book)))
