"""A run that is killed loses no card and doubles none."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

from factory.git.repo import Repo
from factory.records.yard import word_of
from tests.night.test_night import Night
from tests.trucks.conftest import DAY, SOURCES, MakeDay, records, states


def test_two_kills_lose_no_card_and_double_none(make_day: MakeDay, tmp_path: Path) -> None:
    shop = make_day()
    night = Night(shop, tmp_path / "slept")
    assert night.run(lambda lines: sum("stamped" in line for line in lines) >= 1) == -signal.SIGKILL
    assert shop.run("status", "--json").json["state"] == "RECOVERABLE"
    assert night.run(lambda lines: sum("stamped" in line for line in lines) >= 2) == -signal.SIGKILL
    assert night.run() == 0
    assert set(states(shop).values()) == {"DONE"}
    with Repo(shop.path) as repo:
        words = [word for logged in repo.log("refs/heads/main") if (word := word_of(logged))]
    stamped = Counter(card for word in words for card in word.cards)
    assert stamped == Counter(states(shop).keys())
    paths = [
        record["path"]
        for card in states(shop)
        if "_SCAN_" in card
        for record in records(shop, f"output/{DAY}/{card}.jsonl")
    ]
    assert sorted(paths) == sorted(SOURCES)
    assert shop.run("verify").code == 0
    assert shop.run("check-consistency").code == 0


def test_a_polite_stop_stamps_what_passed_and_the_next_run_goes_on(make_day: MakeDay, tmp_path: Path) -> None:
    shop = make_day()
    night = Night(shop, tmp_path / "slept")
    assert night.run(lambda lines: any("checkpoint" in line for line in lines), signal.SIGTERM) == 3
    found = Counter(states(shop).values())
    assert found["DONE"] >= 3
    assert found["INFLIGHT"] == 0
    assert night.run() == 0
    assert set(states(shop).values()) == {"DONE"}


def test_a_ledger_that_was_lost_is_told_by_main(make_day: MakeDay) -> None:
    shop = make_day()
    assert shop.run("run").code == 0
    before = states(shop)
    shop.git("update-ref", "-d", "refs/heads/factory/ledger")
    assert states(shop) == before
    assert shop.run("run").code == 0
    assert states(shop) == before
    assert shop.run("check-consistency").code == 0
    events = [subject.partition(":")[0] for subject in shop.subjects("factory/ledger")]
    assert "deal" not in events


def test_a_stamp_whose_event_was_lost_is_told_by_main(make_day: MakeDay) -> None:
    shop = make_day()
    assert shop.run("run").code == 0
    event = shop.git("log", "--first-parent", "--format=%H", "--grep=^stamped", "-1", "factory/ledger").strip()
    before = states(shop)
    shop.git("update-ref", "refs/heads/factory/ledger", f"{event}^1")
    assert states(shop) == before
    assert shop.run("run").code == 0
    assert states(shop) == before
    assert shop.run("check-consistency").code == 0
