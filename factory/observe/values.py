"""The value of every metric. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from factory.model import State, Triage
from factory.money.spend import measures
from factory.observe import histogram
from factory.observe.histogram import Histogram
from factory.observe.measured import CARD, FATES, LIMITS, OTHER, TICKET, Measured
from factory.observe.metrics import METRICS
from factory.observe.moment import Moment
from factory.observe.trying import BY_A_PERSON, Key
from factory.reports.daily import KILLED
from factory.reports.stops import STOPS

Series = Mapping[Key, float | Histogram]  # labels -> value
Values = Mapping[str, Series]
Labels = tuple[tuple[str, str], ...]
TRADES = (TICKET, CARD)
STATES = ("READY", "RUNNING", "RECOVERABLE", "FAIL_STOP")
NONE: Key = ()
SLOW = 60.0  # seconds, a bound of histogram.CALL


class Sample(NamedTuple):
    """One line of numbers: a histogram has many."""

    name: str
    labels: Labels
    value: float


def counted(found: Measured, *, killed: bool = False) -> Values:
    """What was counted until then. A counter that may be told apart by labels begins at 0 for each that is known, so
    that its first rise is seen. `killed`: the last run was, and the next one will write it down."""
    failed: list[Key] = [(trade, triage.value) for trade in TRADES for triage in Triage]
    limits: dict[Key, float] = {(key[0], ""): count for key, count in found.of("put_off") if key[0] != OTHER}
    errors = _of(found, "errors", []) | limits
    stops = _of(found, "stops", [(kind,) for kind in (*STOPS, KILLED)])
    stops[KILLED,] += killed
    calls = {key[1:]: times for key, times in found.times.items() if key[0] == "calls"}
    return {
        "gpt5_request_latency_seconds": calls,
        "gpt5_token_usage_total": _of(found, "tokens", [("in", ""), ("out", "")]),
        "gpt5_error_total": {**{(why, ""): 0 for why in LIMITS.values()}, **errors},
        "github_merge_lead_time_seconds": {NONE: histogram.of(histogram.LEAD, found.leads)},
        "ci_pass_rate": _share(run.passed for run in found.gate),
        "flaky_test_index": _ratio(sum(run.flaky for run in found.gate), sum(run.tests for run in found.gate)),
        "ko_exec_duration_seconds": {NONE: found.times.get(("tries",), histogram.empty(histogram.TRY))},
        "ko_exec_success_total": {NONE: found.total("stamps")},
        "auto_progress_ratio": _share(found.alone),
        "factory_stamps_total": _of(found, "stamps", [(trade,) for trade in TRADES]),
        "factory_attempts_total": _of(found, "attempts", [(trade,) for trade in TRADES]),
        "factory_failed_attempts_total": _of(found, "failed", failed),
        "factory_broken_off_total": _of(found, "broken_off", [(trade,) for trade in TRADES]),
        "factory_put_off_total": _of(found, "put_off", [(why,) for why in (*LIMITS.values(), OTHER)]),
        "factory_blocked_total": _of(found, "blocked", [(trade,) for trade in TRADES]),
        "factory_by_hand_total": _of(found, "by_hand", [(name,) for name in BY_A_PERSON]),
        "factory_rewinds_total": {NONE: found.counts.get(("by_hand", "rewind"), 0)},
        "factory_checkpoints_total": {NONE: found.total("checkpoints")},
        "factory_boxes_failed_total": {NONE: found.total("boxes_failed")},
        "factory_stops_total": stops,
        "factory_verdicts_total": _of(found, "verdicts", [("pass",), ("fail",)]),
        "factory_tests_total": _of(found, "tests", [(fate,) for fate in FATES]),
        "factory_model_calls_total": {NONE: sum(times.observed for times in calls.values())},
        "factory_model_slow_calls_total": {NONE: sum(times.beyond(SLOW) for times in calls.values())},
        "factory_model_errors_total": {NONE: sum(errors.values())},
        "factory_events_total": _of(found, "events", []),
        "factory_unread_evidence_total": {NONE: found.total("unread")},
        "factory_last_event_timestamp_seconds": {NONE: found.last} if found.last else {},
    }


def values(found: Measured, now: Moment) -> Values:
    """All of them, at one moment."""
    told = {**counted(found, killed=now.killed), **_standing(now), **_money(now)}
    return {metric.name: told[metric.name] for metric in METRICS}


def _standing(now: Moment) -> Values:
    items: dict[Key, float] = {(trade, state.value): 0 for trade in TRADES for state in State}
    items |= {(trade, state.value): count for (trade, state), count in now.items.items()}
    return {
        "github_pr_open_total": {NONE: 0},
        "github_pr_open": {NONE: 0},
        "ko_queue_depth": {NONE: sum(count for key, count in items.items() if key[1] == State.PENDING)},
        "ko_busy_state": {NONE: int(now.state == "RUNNING")},
        "kb_new_fingerprint_total": {NONE: now.learned.fingerprints},
        "kb_recurrence_total": {NONE: now.learned.recurrences},
        "kb_verified_ratio": _ratio(now.learned.verified, now.learned.fingerprints),
        "user_approval_time_seconds": {NONE: histogram.empty(histogram.LEAD)},
        "alert_noise_index": _ratio(*now.noise),
        "factory_items": items,
        "factory_attempts_in_flight": {NONE: now.running},
        "factory_stale_leases": {NONE: now.stale},
        "factory_oldest_wait_seconds": {NONE: 0 if now.oldest is None else max(0.0, now.at - now.oldest)},
        "factory_state": {(state,): int(now.state == state) for state in STATES},
        "factory_run_killed": {NONE: int(now.killed)},
        "factory_red_on_main": {NONE: now.red},
        "factory_came_back": {NONE: now.learned.came_back},
        "factory_ledger_known": {NONE: int(now.known)},
        "factory_metrics_timestamp_seconds": {NONE: now.at},
    }


def _money(now: Moment) -> Values:
    used = now.spent + now.reserved
    shares: Series = {(name,): float(amount) / float(cap) for name, amount, cap in measures(used, now.caps) if cap}
    return {
        "factory_calls_total": {NONE: now.ever.calls},
        "factory_tokens_total": {("in",): now.ever.tokens_in, ("out",): now.ever.tokens_out},
        "factory_spent_usd_total": {NONE: float(now.ever.usd)},
        "factory_today_spent_usd": {NONE: float(now.spent.usd)},
        "factory_today_reserved_usd": {NONE: float(now.reserved.usd)},
        "factory_today_cap_usd": {NONE: float(now.caps.daily_usd)},
        "factory_budget_used_ratio": shares,
    }


def _of(found: Measured, what: str, known: Iterable[Key]) -> dict[Key, float]:
    return {**dict.fromkeys(known, 0), **dict(found.of(what))}


def _share(told: Iterable[bool]) -> dict[Key, float]:
    found = list(told)
    return _ratio(sum(found), len(found))


def _ratio(part: float, whole: float) -> dict[Key, float]:
    """No value where there is nothing that it could be a share of."""
    return {NONE: part / whole} if whole else {}


def samples(told: Values) -> Iterator[Sample]:
    """Line by line, in the order of METRICS."""
    for metric in METRICS:
        for key, value in sorted(told.get(metric.name, {}).items()):
            labels = tuple(zip(metric.labels, key, strict=True))
            if isinstance(value, Histogram):
                yield from _lines(metric.name, labels, value)
            else:
                yield Sample(metric.name, labels, value)


def _lines(name: str, labels: Labels, value: Histogram) -> Iterator[Sample]:
    for bound, count in value.rising():
        yield Sample(f"{name}_bucket", (*labels, ("le", number(bound))), count)
    yield Sample(f"{name}_sum", labels, round(value.total, 6))
    yield Sample(f"{name}_count", labels, value.observed)


def number(value: float) -> str:
    """As the text format writes it."""
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
