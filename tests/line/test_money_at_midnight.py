"""The books in the ledger over midnight: a late bill of yesterday must not open yesterday, nor empty today."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import Oid
from factory.money.spend import Spend, bill
from factory.money.wallet import GUARD, LedgerWallet, OfRun, OverBudget, read_book
from factory.records.plans import make_plan
from factory.records.record import Record
from factory.records.view import find_main, look
from factory.ssot.settings import Settings
from tests.line.conftest import SETTINGS, Shop

Make = Callable[..., Shop]
NOON, DAY = 1_790_000_000.0, 86_400.0
CAPPED = SETTINGS + '\n[factory]\ntimezone = "UTC"\n\n[budget]\ndaily_usd = 1.0\ncycle_usd = 1.0\n'


class Desk:
    """Wallets over one ledger, with a clock that the test sets."""

    def __init__(self, repo: Repo) -> None:
        self.settings: Settings
        self.main: Oid
        self.settings, self.main = find_main(repo)
        self.now = NOON
        self.ledger = Ledger(repo, lambda: self.now, "run")
        self._view = look(repo, self.ledger, self.main)

    def wallet(self, attempt: int) -> LedgerWallet:
        ticket = self._view.tickets[0]
        plan = make_plan(self._view, self.settings, ticket, Record(ticket=ticket.id, attempt=attempt - 1))
        return LedgerWallet(self.ledger, self.settings, plan, OfRun(lambda: self.now, lambda _: None))

    def used(self) -> Decimal:
        return read_book(self.ledger, self.settings, self.now).used.usd


def one(usd: float) -> Spend:
    return bill(1, 0, 0, usd)


def test_a_bill_of_yesterday_does_not_empty_todays_book(make: Make) -> None:
    with Repo(make("D-1 One", settings=CAPPED).path) as repo:
        desk = Desk(repo)
        late, today = desk.wallet(1), desk.wallet(2)
        yesterdays = late.reserve(one(0.5))
        desk.now += DAY
        today.settle(today.reserve(one(0.8)), one(0.8))
        late.settle(yesterdays, one(0.1))
        assert desk.used() == Decimal("0.8")
        with pytest.raises(OverBudget):
            desk.wallet(3).reserve(one(0.8))


def test_a_bill_of_yesterday_leaves_the_guard_at_today(make: Make) -> None:
    with Repo(make("D-1 One", settings=CAPPED).path) as repo:
        desk = Desk(repo)
        late, today = desk.wallet(1), desk.wallet(2)
        yesterdays = late.reserve(one(0.5))
        desk.now += DAY
        todays = today.reserve(one(0.4))
        late.settle(yesterdays, one(0.1))
        assert desk.ledger.read(GUARD)["date"] == "2026-09-22"
        desk.now -= DAY  # and a clock that is set back opens no day again
        assert desk.used() == Decimal("0.4")
        today.settle(todays, one(0.4))
        assert desk.used() == Decimal("0.4")


def test_what_a_killed_run_spent_is_in_the_sum_of_its_own_month(make: Make) -> None:
    shop = make("D-1 One", settings=CAPPED)
    with Repo(shop.path) as repo:
        Desk(repo).wallet(1).reserve(one(0.5))  # and killed
    assert shop.run("run").code == 0
    assert json.loads(shop.read("cost_summary_202609.json", "factory/ledger"))["usd"] == 0.5
