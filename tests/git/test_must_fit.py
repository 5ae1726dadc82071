"""Before a ticket starts, what it costs at the least must fit under the day's caps."""

from __future__ import annotations

import pytest

from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import Event
from factory.money.wallet import OverBudget, must_fit
from factory.ssot.settings import Settings

NOW = 1_790_000_000.0  # 2026-09-21, 22:13 in Seoul


def settings(calls: int) -> Settings:
    return Settings.model_validate({"budget": {"daily_calls": calls, "daily_usd": 5.0}})


def spent(repo: Repo, calls: int) -> Ledger:
    """A ledger whose day has these calls settled."""
    ledger = Ledger(repo, lambda: NOW)
    book = {"date": "2026-09-21", "settled": {"calls": calls}}
    ledger.append(Event(name="settle", text="calls"), {"budget/2026-09-21.json": book})
    return ledger


def test_nothing_starts_when_every_call_of_the_day_is_used(repo: Repo) -> None:
    with pytest.raises(OverBudget, match="calls"):
        must_fit(spent(repo, 3), settings(3), 1.0, NOW)


def test_one_call_left_is_enough_to_start(repo: Repo) -> None:
    ledger = spent(repo, 2)
    must_fit(ledger, settings(3), 1.0, NOW)
    with pytest.raises(OverBudget, match=r"\$"):
        must_fit(ledger, settings(3), 5.5, NOW)
