"""The day's page, made anew from git for whoever asks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from factory.errors import Mistake
from factory.git import lock
from factory.git.ledger import Ledger
from factory.git.places import private_dir
from factory.git.repo import Repo
from factory.money import budget
from factory.records import sleep
from factory.records.view import find_main, main_ref
from factory.reports import daily, phrases, report
from factory.reports.daily import Day
from factory.reports.setbacks import why_pages


def daily_page(repo: Repo, now: float, date: str | None, language: str = "") -> str:
    """The page of a date (YYYY-MM-DD), or of today in the factory's zone; in both languages, or in one. Writes
    nothing."""
    settings, _ = find_main(repo)
    day = today = budget.day_of(now, ZoneInfo(settings.factory.timezone))
    if date is not None:
        try:
            day = dt.date.fromisoformat(date)
        except ValueError:
            raise Mistake(f"{date!r} is no date", remedy="write it as 2026-11-21") from None
    holder = lock.holder(private_dir(repo)) if day >= today else None
    ledger = Ledger(repo, lambda: now)
    facts = daily.facts(ledger, main_ref(settings), settings, day, alive=None if holder is None else bool(holder))
    facts = facts._replace(
        asleep=sleep.read(private_dir(repo), holder) if holder else None, unlaid=_unlaid(repo, facts)
    )
    return report.page_in(facts, phrases.of(language)) if language else report.page(facts)


def _unlaid(repo: Repo, facts: Day) -> frozenset[str]:
    """The pages that the run's own machine lacks. Any other, which has no logs, is told where they are."""
    if repo.work_tree is None or not (private_dir(repo) / "logs").is_dir():
        return frozenset()
    return frozenset(page for page in why_pages(facts).values() if not (repo.work_tree / page).is_file())
