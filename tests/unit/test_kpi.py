"""The numbers of `factory kpi`, from events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.desk.kpi import alerts, measured, percentile, recurring, stale
from factory.desk.shown import ShownItem
from factory.line.knowledge import Fix, Lesson
from factory.model import Event, State, Triage
from factory.ssot.settings import KpiTerms


def story(*words: str) -> list[Event]:
    """`start D-1 @60`: an event, its ticket, its second."""
    found = []
    for word in words:
        name, ticket, at = word.split()
        found.append(Event(name=name, ticket=ticket, time=int(at[1:])))
    return found


def test_time_runs_from_the_first_start_to_the_stamp() -> None:
    found = measured(story("start D-1 @0", "fail D-1 @60", "start D-1 @120", "stamped D-1 @600"))
    assert (found.p50_minutes, found.retries, found.success_rate) == (10.0, 1.0, 0.5)


def test_a_ticket_that_is_released_anew_counts_from_there() -> None:
    found = measured(
        story(
            "start D-1 @0", "fail D-1 @60", "block D-1 @61", "retry D-1 @6000", "start D-1 @6060", "stamped D-1 @6120"
        )
    )
    assert (found.p50_minutes, found.retries, found.failed) == (1.0, 0.0, 1)


def test_nothing_measured_is_no_alert_and_no_zero() -> None:
    found = measured([])
    assert (found.success_rate, found.p50_minutes, found.retries) == (None, None, None)
    assert alerts(found, KpiTerms()) == []


def test_each_threshold_alerts_on_its_own() -> None:
    found = measured(story("start D-1 @0", "fail D-1 @60", "stamped D-1 @600"), stale_leases=1)
    assert alerts(found, KpiTerms()) == ["stale_leases is 1, and more than 0"]
    tight = KpiTerms(success_rate_min=0.6, p50_minutes_max=9, p95_minutes_max=9, retries_max=0, stale_leases_max=1)
    assert [line.split()[0] for line in alerts(found, tight)] == [
        "success_rate", "p50_minutes", "p95_minutes", "retries",
    ]  # fmt: skip


@pytest.mark.parametrize(("beat", "count"), [(700.0, 0), (699.0, 1)])
def test_a_lease_is_stale_five_minutes_after_its_last_beat(beat: float, count: int) -> None:
    known = ShownItem(id="D-1", trade="ticket", state=State.INFLIGHT, since=0.0, beat=beat)
    assert stale([known], 1000.0) == count
    assert stale([known, ShownItem(id="L1_TAG_000001", trade="card", state=State.INFLIGHT)], 1000.0) == count + 1


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_value_that_enough_do_not_pass(values: list[float], share: int) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(v <= found for v in values) * 100 >= share * len(values)
    assert sum(v < found for v in values) * 100 < share * len(values)


def test_an_error_that_comes_back_is_counted_before_and_after_its_fix() -> None:
    fix = Fix(stamp="0" * 40, ticket="D-1")
    lessons = [
        Lesson(fingerprint="a", triage=Triage.TEST, seen=5, after_fix=1, fixes=(fix,)),
        Lesson(fingerprint="b", triage=Triage.TEST, seen=3, after_fix=0, fixes=(fix,)),
        Lesson(fingerprint="c", triage=Triage.TEST, seen=9),
    ]
    found = recurring(measured([]), lessons)
    assert (found.recurrence_before, found.recurrence_after) == (3.5, 0.5)
    assert recurring(measured([]), lessons[2:]).recurrence_before is None
