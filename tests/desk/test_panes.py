"""The panes' values, from events and snapshots alone: counts, waits, starvation, autonomy, money, times."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from factory.desk.panes.catalogue import MOST, PANES, chosen
from factory.desk.panes.chronicle import ASKED, ENDED, PLACES, RECENT, STARTS, Chronicle
from factory.desk.panes.finding import search
from factory.desk.panes.incident import Alarms, incident_page
from factory.desk.panes.landed import errors_pane, git_pane, people_pane
from factory.desk.panes.line import STARVES, line_pane, queue_pane
from factory.desk.panes.money import bars, models_pane, money_pane
from factory.desk.panes.ribbon import ribbon
from factory.desk.panes.watch import Sighting, Watch
from factory.desk.shown import ShownItem
from factory.desk.snapshot import Snapshot
from factory.line.knowledge import Fix, Lesson
from factory.model import Event, State, Triage
from factory.money.budget import Book
from factory.money.spend import Spend
from factory.records.halves import Half
from factory.records.papers import Paid, calls
from factory.ssot.settings import Settings
from tests.desk.conftest import Mixed

NOON = int(dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC).timestamp())
IDS = count(1)


def event(name: str, ticket: str = "", minute: int = 0, attempt: int = 1, **more: str) -> Event:
    trailers = {f"Factory-{key.replace('_', '-')}": value for key, value in more.items()}
    return Event(
        name=name, ticket=ticket, attempt=attempt, trailers=trailers, oid=f"{next(IDS):040x}", time=NOON + 60 * minute
    )


def told(*events: Event) -> Chronicle:
    found = Chronicle(dt.UTC)
    found.feed(events)
    return found


def look(*events: Event, items: tuple[ShownItem, ...] = (), **more: Any) -> Sighting:
    """A look at noon, an hour after which nothing happened."""
    tale = told(*events)
    seen = Snapshot(
        at=NOON + 3600.0, zone="UTC", main="a" * 40, ledger="b" * 40, state="READY", items=items,
        counts={"ticket": {state: sum(item.state is state for item in items) for state in State}},
        budget=Book(date=dt.date(2026, 1, 5)),
    )  # fmt: skip
    return Sighting(
        seen=replace(seen, **more.pop("seen", {})),
        settings=Settings(),
        today=tale.day(dt.date(2026, 1, 5)),
        ended=tuple(tale.ended),
        recent=tuple(tale.recent),
        asked=tuple(tale.asked),
        waits={item: (wait.word, tale.begun - wait.turn) for item, wait in tale.waits.items()},
        starts=tuple(sorted(tale.starts)),
        **more,
    )


def test_a_day_is_counted_in_its_own_zone() -> None:
    found = told(
        event("start", "D-1"), event("fail", "D-1", 5), event("stamped", "D-1", 9), event("stamped", "D-2", 24 * 60)
    )
    first, second = found.day(dt.date(2026, 1, 5)), found.day(dt.date(2026, 1, 6))
    assert (first.stamped, first.failed, second.stamped, second.failed) == (1, 1, 1, 0)
    assert found.day(dt.date(2026, 1, 7)).stamped == 0


def test_autonomy_is_of_stamps_at_the_first_attempt_that_no_person_touched() -> None:
    alone = (event("start", "D-1"), event("stamped", "D-1", 4))
    failed = (event("start", "D-2"), event("fail", "D-2", 1), event("stamped", "D-2", 2, attempt=2))
    helped = (event("start", "D-3"), event("cancel", "D-3"), event("retry", "D-3"), event("stamped", "D-3", 3))
    handed = (event("start", "D-4"), event("stamped", "D-4", 1))
    events = (*alone, *failed, *helped, *handed)
    took = Paid("D-4", 1, "submit", judged=True, passed=True)
    assert ribbon(look(*events)).autonomy == 2 / 4
    assert ribbon(look(*events, paid={handed[-1].oid: took})).autonomy == 1 / 4
    assert ribbon(look()).autonomy is None
    assert ribbon(look(*alone)).lead_minutes == 4


def test_lead_time_counts_from_the_first_start_since_the_release() -> None:
    found = look(
        event("start", "D-1"), event("fail", "D-1", 10), event("start", "D-1", 11), event("stamped", "D-1", 30)
    )
    again = look(
        event("start", "D-1"), event("retry", "D-1", 20), event("start", "D-1", 21), event("stamped", "D-1", 30)
    )
    assert (ribbon(found).lead_minutes, ribbon(again).lead_minutes) == (30, 9)


def test_what_is_kept_is_bounded_whatever_the_history_is() -> None:
    found = Chronicle(dt.UTC)
    for minute in range(4000):
        found.feed([event("fail", "D-1", minute), event("cancel", "D-1", minute)])
    assert (len(found.ended), len(found.recent), len(found.asked)) == (ENDED, RECENT, ASKED)
    found.feed([event("start", "D-1", minute) for minute in range(STARTS + 9)])
    assert len(found.starts) == STARTS
    assert len(found.places["D-1"]) == PLACES
    for day in range(200):
        found.feed([event("fail", "D-1", day * 24 * 60)])
    assert len(found.days) <= 62


def waiting(*names: str, **more: Any) -> tuple[ShownItem, ...]:
    return tuple(ShownItem(name, "ticket", State.PENDING, priority="P2", **more) for name in names)


def test_who_starves_stands_on_top_and_who_waits_for_others_last() -> None:
    others = [event("start", f"X-{n}", 2 + n) for n in range(STARVES + 1)]
    items = (*waiting("D-2", "D-1"), *waiting("D-3", deps=("D-2",)))
    pane = queue_pane(
        look(event("start", "D-1"), event("fail", "D-1", 1), *others, event("fail", "D-2", 30), items=items)
    )
    assert [(row.id, row.starves, row.passed_by) for row in pane.rows] == [
        ("D-1", True, 6),
        ("D-2", False, 0),
        ("D-3", False, 0),
    ]
    assert (pane.ready, pane.held, pane.more, pane.by_priority) == (2, 1, 0, (("P2", 3),))
    assert pane.rows[-1].deps == ("D-2",)


def test_who_was_never_begun_waits_since_its_release_and_starves_as_well() -> None:
    others = [event("start", f"X-{n}", 2 + n) for n in range(STARVES + 2)]
    items = (*waiting("D-1", "D-2", "D-3", "D-4"), *waiting("D-5", deps=("D-1",)))
    released = {"D-1": NOON, "D-2": NOON + 60 * 3, "D-3": NOON + 60 * 40, "D-5": NOON}
    tried = (event("start", "D-3"), event("fail", "D-3", 1))
    pane = queue_pane(look(*tried, *others, items=items, released=released))
    assert [(row.id, row.since, row.begun, row.passed_by, row.starves) for row in pane.rows] == [
        ("D-1", NOON, False, 7, True),
        ("D-2", NOON + 180, False, 5, False),
        ("D-3", NOON + 2400, True, 0, False),  # released anew after its failure
        ("D-4", None, False, 0, False),
        ("D-5", NOON, False, 7, False),
    ]


def test_a_release_before_the_last_word_counts_for_nothing() -> None:
    events = (event("start", "D-1", 5), event("fail", "D-1", 6), event("start", "X-1", 7))
    (row,) = queue_pane(look(*events, items=waiting("D-1"), released={"D-1": NOON})).rows
    assert (row.since, row.begun, row.passed_by) == (NOON + 360, True, 1)


def test_a_box_has_three_and_three_and_says_how_each_stands() -> None:
    front = Half(
        date="2026-01-05", box=1, half="front", dealt=("D-1", "D-2"), stamped=("D-1",), failed=("D-2",), closed=True
    )
    back = Half(date="2026-01-05", box=1, half="back", dealt=("D-3", "D-4"))
    running = ShownItem("D-3", "ticket", State.INFLIGHT, attempt=2, since=NOON + 3000.0, beat=NOON + 3590.0)
    pane = line_pane(look(items=(running,), seen={"halves": (front, back), "state": "RUNNING"}))
    (box,) = pane.boxes
    assert [(place.id, place.how) for place in box.front] == [("D-1", "done"), ("D-2", "failed"), ("", "free")]
    assert [(place.id, place.how) for place in box.back] == [("D-3", "works"), ("D-4", "waits"), ("", "free")]
    (work,) = pane.works
    assert (work.attempt, work.lasted, work.silent, work.stale) == (2, 600, 10, False)


def test_before_its_checkpoint_a_half_says_how_each_stands_now() -> None:
    half = Half(date="2026-01-05", box=1, half="front", dealt=("D-1", "D-2", "D-3"))
    items = (
        ShownItem("D-1", "ticket", State.DONE),
        ShownItem("D-2", "ticket", State.BLOCKED),
        ShownItem("D-3", "ticket", State.INFLIGHT),
    )
    (box,) = line_pane(look(items=items, seen={"halves": (half,)})).boxes
    assert [place.how for place in box.front] == ["done", "failed", "works"]


def test_what_a_killed_run_worked_on_is_marked_at_once() -> None:
    item = ShownItem("D-3", "ticket", State.INFLIGHT, attempt=2, since=NOON + 3000.0, beat=NOON + 3590.0)
    marks = [
        line_pane(look(items=(item,), seen={"state": state})).works[0].stale for state in ("RUNNING", "RECOVERABLE")
    ]
    assert marks == [False, True]


def test_money_is_by_hour_and_by_item_and_what_is_set_aside_stands_apart() -> None:
    paid = (
        event("settle", "D-1", 0, Cost_USD="0.5"),
        event("settle", "D-2", 61, Cost_USD="0.25"),
        event("settle", "D-1", 61, Cost_USD="rubbish"),
    )
    book = Book(date=dt.date(2026, 1, 5), settled=Spend(usd=Decimal("0.75")), open={"x": Spend(usd=Decimal(1))})
    pane = money_pane(look(*paid, seen={"budget": book}))
    assert [(bar.name, bar.amount) for bar in pane.hours if bar.amount] == [("12", 0.5), ("13", 0.25)]
    assert [(bar.name, bar.amount, bar.share) for bar in pane.items] == [("D-1", 0.5, 100), ("D-2", 0.25, 50)]
    (cap,) = [cap for cap in pane.caps if cap.name == "usd"]
    assert (cap.settled, cap.reserved, cap.most, cap.share) == (0.75, 1, 20, 9)
    assert bars([]) == ()


def test_models_are_told_by_the_requests_that_were_seen_and_what_is_no_request_is_none() -> None:
    lines = [
        f'{{"time": {n}, "status": {500 if n == 9 else 200}, "seconds": {n}, "model": "m", "tokens_in": {n}}}'
        for n in range(1, 11)
    ]
    seen = calls("\n".join([*lines, "rubbish", "[]", '{"status": "x", "seconds": null, "tokens_in": 1e99}']).encode())
    assert len(seen) == 10
    end = event("fail", "D-1")
    took = Paid("D-1", 2, "w", "m", 60.0, 10, 55, 5, 0.5, {"flaky": 1}, judged=True, passed=False, seen=seen)
    (row,) = models_pane(look(end, paid={end.oid: took})).rows
    assert (row.name, row.p50, row.p90, row.p99, row.largest, row.errors, row.retries) == ("m", 5, 10, 10, 10, 1, 1)
    git = git_pane(look(end, paid={end.oid: took}))
    assert (git.pass_rate, git.flaky) == (0, 1)


def test_a_lesson_is_verified_by_a_fix_after_which_it_did_not_come_back() -> None:
    fix = Fix(stamp="c" * 40, ticket="D-1")
    lessons = (
        Lesson(fingerprint="f1", triage=Triage.TEST, fixes=(fix,), seen=2, last=3.0),
        Lesson(fingerprint="f2", triage=Triage.TEST, fixes=(fix,), seen=3, after_fix=1, last=2.0),
        Lesson(fingerprint="f3", triage=Triage.TEST, seen=1, misled=1, last=1.0),
    )
    found = look(event("fail", "D-1"), event("stamped", "D-1", 20, attempt=2), lessons=lessons)
    pane = errors_pane(found)
    assert [(row.fingerprint, row.mended, row.verified, row.misled) for row in pane.rows] == [
        ("f1", True, True, False), ("f2", True, False, False), ("f3", False, False, True),
    ]  # fmt: skip
    assert (pane.kinds, pane.verified, pane.mend_minutes) == (3, 1, 20)
    assert ribbon(found).recurrence == 0.5


def test_people_see_what_waits_for_them_the_oldest_first() -> None:
    items = tuple(ShownItem(name, "ticket", State.BLOCKED, triage=Triage.TEST, why="red") for name in ("D-1", "D-2"))
    events = (
        event("block", "D-2"),
        event("block", "D-1", 5),
        event("stop", "", 6, Stop="operator"),
        event("stop", "", 7, Stop="done"),
    )
    pane = people_pane(look(*events, items=items))
    assert [row.id for row in pane.waits] == ["D-2", "D-1"]
    assert [event.trailers["Factory-Stop"] for event in pane.asked] == ["operator"]


@pytest.mark.parametrize(
    ("asked", "panes"),
    [
        ("line,git", ("line", "git")),
        ("line,line, git", ("line", "git")),
        ("nothing,../x,line", ("line",)),
        ("", ()),
        (",".join(PANES), tuple(PANES)[:MOST]),
    ],
)
def test_panes_are_chosen_by_name_four_at_most(asked: str, panes: tuple[str, ...]) -> None:
    assert chosen(asked) == panes


# --- of a repository


@pytest.fixture
def watched(mixed: Mixed) -> Iterator[Watch]:
    shop = mixed()
    assert shop.run("run").code == 1
    watch = Watch(shop.path)
    yield watch
    watch.close()


def test_every_pane_is_made_of_a_look_and_a_look_again_is_the_same(watched: Watch) -> None:
    first, again = watched.look(), watched.look()
    for name, pane in PANES.items():
        if name not in ("line",):  # it tells how long ago
            assert pane(first) == pane(again), name
    assert first.events == again.events > 10
    assert ribbon(first).done > 0
    assert {took.item for took in first.paid.values()} >= {"D-1", "D-2"}
    page = incident_page(watched, first, Alarms(watched.path, watched.clock))
    assert "FactoryBlocked" in [one.rule.name for one in page.fires]
    assert page.changes[0].oid == first.seen.main
    assert search(watched, first, "three").tickets[0].id == "D-3"
    (waits,) = [row for row in queue_pane(first).rows if row.id == "D-3"]
    assert (waits.since, waits.begun) == (first.released["D-3"], False)


def test_events_folded_one_by_one_or_all_at_once_come_to_the_same(
    watched: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = watched.hear()
    monkeypatch.setattr("factory.desk.panes.watch.STEPS", 2)
    monkeypatch.setattr("factory.desk.panes.watch.AT_ONCE", 3)
    other = Watch(watched.repo.work_tree or Path())
    try:
        assert other.hear() == whole
        assert other.look().waits == watched.look().waits
        assert other.places("D-2") == watched.places("D-2")
    finally:
        other.close()


def test_what_is_made_for_a_proof_goes_with_the_watch(watched: Watch) -> None:
    beside = Path(watched._aside.name)
    assert beside.is_dir()
    oid = watched.repo.store.write_blob(b"nobody keeps this")
    assert watched.repo.store.read(oid, "blob") == b"nobody keeps this"
    assert not (watched.repo.common_dir / "objects" / oid[:2] / oid[2:]).exists()
    assert os.listdir(beside)
    watched.close()
    assert not beside.exists()
