"""How well it goes, from the ledger's events and what runs: rates, times, retries, and what is beyond a threshold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from factory.desk.shown import ShownItem
from factory.desk.snapshot import Snapshot, read
from factory.desk.status import commits
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.line.knowledge import Lesson, recurrence
from factory.model import Event, Value
from factory.observe.measured import CARD, TICKET, Measured
from factory.records.view import find_main
from factory.reports.trail import between
from factory.ssot.settings import KpiTerms

STALE_SECONDS = 5 * 60.0


class Kpis(Value):
    """The numbers. None: nothing to measure yet."""

    stamps: int
    failed: int = Field(description="attempts that failed")
    success_rate: float | None = Field(description="stamps of all attempts that were judged")
    p50_minutes: float | None = Field(description="from a ticket's first start to its stamp")
    p95_minutes: float | None
    retries: float | None = Field(description="attempts after the first, a stamped ticket on average")
    stale_leases: int = Field(description="attempts in flight whose heartbeat is older than 5 minutes")
    recurrence_before: float | None = Field(None, description="failures of one kind before its first fix was known")
    recurrence_after: float | None = Field(None, description="and after it, on average over the kinds with a fix")
    cards: int = Field(0, description="cards that were stamped")
    cards_failed: int = Field(0, description="attempts at cards that failed")
    cards_success_rate: float | None = Field(None, description="stamped cards of all attempts at cards")


def kpis(path: Path, now: float) -> tuple[Kpis, list[str], Snapshot]:
    """The numbers over the whole ledger, the alerts by the settings' `[kpi]`, and what stood when they were read."""
    with Repo(path) as repo:
        seen, (settings, _) = read(repo, now, "open"), find_main(repo)
        ledger = Ledger(repo, lambda: now).at(seen.ledger)
        found = measured(between(repo, seen.ledger, None), stale(seen.running, now))
        found = recurring(found, ledger.read_all("knowledge", Lesson.model_validate).values())
    return found, alerts(found, settings.kpi), seen


def measured(events: Iterable[Event], stale_leases: int = 0) -> Kpis:
    """The numbers from events, oldest first."""
    found = Measured().then(events)
    stamps, cards = found.counts.get(("stamps", TICKET), 0), len(found.cards)
    fails = {trade: sum(count for (of, _), count in found.of("failed") if of == trade) for trade in (TICKET, CARD)}
    minutes = [lead / 60 for lead in found.leads]
    return Kpis(
        stamps=stamps,
        failed=fails[TICKET],
        success_rate=stamps / (stamps + fails[TICKET]) if stamps + fails[TICKET] else None,
        p50_minutes=percentile(minutes, 50),
        p95_minutes=percentile(minutes, 95),
        retries=found.retries / stamps if stamps else None,
        stale_leases=stale_leases,
        cards=cards,
        cards_failed=fails[CARD],
        cards_success_rate=cards / (cards + fails[CARD]) if cards or fails[CARD] else None,
    )


def recurring(found: Kpis, lessons: Iterable[Lesson]) -> Kpis:
    """The numbers with how often the same error came back, before a fix of it was known and after."""
    seen = recurrence(lessons)
    if not seen["lessons"]:
        return found
    return found.model_copy(update={"recurrence_before": seen["before"], "recurrence_after": seen["after"]})


def percentile(values: Iterable[float], share: int) -> float | None:
    """The smallest value that at least `share` of 100 do not pass (nearest rank); None where there is no value."""
    ordered = sorted(values)
    rank = -(-len(ordered) * share // 100)  # rounded up
    return ordered[max(rank, 1) - 1] if ordered else None


def stale(running: Iterable[ShownItem], now: float) -> int:
    """How many attempts are in flight whose worker gave no sign of life for too long, or none at all."""
    return sum(item.beat is None or now - item.beat > STALE_SECONDS for item in running)


def alerts(found: Kpis, limits: KpiTerms) -> list[str]:
    """What is beyond its threshold, a line each."""
    over = (
        ("p50_minutes", found.p50_minutes, limits.p50_minutes_max),
        ("p95_minutes", found.p95_minutes, limits.p95_minutes_max),
        ("retries", found.retries, limits.retries_max),
        ("stale_leases", found.stale_leases, limits.stale_leases_max),
    )
    told = [f"{name} is {value:g}, and more than {limit:g}" for name, value, limit in over if (value or 0) > limit]
    if found.success_rate is not None and found.success_rate < limits.success_rate_min:
        told.insert(0, f"success_rate is {found.success_rate:.2f}, and less than {limits.success_rate_min:g}")
    return told


def as_json(found: Kpis, told: list[str]) -> Mapping[str, Any]:
    return {**found.model_dump(mode="json"), "alerts": told}


def as_text(found: Kpis, told: list[str], seen: Snapshot) -> str:
    """A line a number, then the alerts, and the commits that were read."""
    lines = [
        f"{name:<18} {'-' if value is None else f'{value:.2f}' if isinstance(value, float) else value}"
        for name, value in found.model_dump().items()
    ]
    lines += [f"ALERT {line}" for line in told]
    return "\n".join([*lines, *filter(None, [seen.not_known]), f"read at            {commits(seen)}"])
