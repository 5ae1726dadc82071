"""The one read model: what it holds, at which commits, and that a running card is as well known as a running ticket."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from factory.desk.kpi import STALE_SECONDS, stale
from factory.desk.shown import Listed
from factory.desk.snapshot import Snapshot, snapshot
from factory.desk.status import document
from factory.model import State
from tests.desk.conftest import Mixed
from tests.line.conftest import Shop
from tests.line.night import running
from tests.trucks.conftest import DAY, MakeDay

FIRST = "L1_TEST_000001"
PLAN = """\
goal: Four files, a card each
sources: {code: "src/*.py"}
lanes: {1: {name: work, worker: default}}
cards:
  test: {type: TEST, lane: 1, source: code, accept: {schema: {ok: boolean}, count: 1}, failfast: {minutes: 1}}
"""
WORKER = f"""
if [ "$FACTORY_TICKET" = {FIRST} ] && [ ! -e "@GO@" ]; then
  touch "@GO@.waits"; n=0; while [ ! -e "@GO@" ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done
fi
mkdir -p output/{DAY}; echo '{{"ok": true}}' > output/{DAY}/$FACTORY_TICKET.jsonl
"""


def waiting(make_day: MakeDay, go: Path) -> Shop:
    """A day whose first card works until it is told to go on."""
    return make_day(PLAN, worker=WORKER.replace("@GO@", str(go)))


def test_a_snapshot_names_the_commits_that_it_was_read_at_and_is_a_value(mixed: Mixed) -> None:
    shop = mixed()
    assert snapshot(shop.path, 1.0).ledger is None
    assert shop.run("run").code == 1
    seen = snapshot(shop.path, time.time())
    assert [seen.main, seen.ledger] == shop.git("rev-parse", "main", "factory/ledger").split()
    as_json = TypeAdapter(Snapshot)
    assert as_json.validate_json(as_json.dump_json(seen)) == seen
    for words in (["status"], ["status", "--watch", "--times", "1"], ["kpi"]):
        assert f"main {seen.main[:12]}  ledger {seen.ledger[:12] if seen.ledger else ''}" in shop.run(*words).out


def test_halves_trucks_and_days_are_those_of_the_line(mixed: Mixed) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    seen = snapshot(shop.path, time.time())
    assert [half.name for half in seen.halves] == ["box_01_front", "box_01_back"]
    assert seen.halves[0].failed == ("D-2",)
    (truck,), (day,) = seen.trucks, seen.days
    assert (truck.name, truck.cards, truck.done, truck.blocked) == ("20260105_truck_001", 6, 5, 1)
    assert (day.counts[State.DONE], day.trucks) == (5, 1)
    assert seen.planned == {"D-4": "Four"}


@pytest.mark.parametrize(("cards", "listed"), [("counts", 0), ("open", 1), ("all", 6)])
def test_the_cards_are_counted_whichever_are_listed(mixed: Mixed, cards: Listed, listed: int) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    seen = snapshot(shop.path, time.time(), cards)
    assert len(list(seen.of("card"))) == listed
    assert sum(seen.counts["card"].values()) == 6


def test_a_running_card_is_known_to_status_watch_kpi_and_audit(make_day: MakeDay, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = waiting(make_day, go)
    with running(shop, go) as run:
        seen = snapshot(shop.path, time.time(), "open")
        item = next(item for item in seen.running if item.id == FIRST)
        assert (item.trade, item.attempt) == ("card", 1)
        assert item.since is not None
        assert item.beat is not None
        assert item.since <= item.beat <= seen.at
        assert f"{FIRST}  INFLIGHT  attempt 1, 0." in shop.run("status").out
        assert f"running: {FIRST}#1, 0." in shop.run("status", "--watch", "--times", "1").out
        audited = shop.run("audit", FIRST)
        assert audited.code == 2
        assert f"{FIRST}#1 is worked on now" in audited.err
        run.send(signal.SIGKILL)
        run.ends()
    seen = snapshot(shop.path, time.time() + STALE_SECONDS + 60, "open")
    assert seen.state == "RECOVERABLE"
    assert stale(seen.running, seen.at) == len(seen.running) > 0
    assert document(seen)["cards"]["cards"][FIRST]["state"] == "INFLIGHT"


def test_an_audit_of_a_card_asks_the_auditor_as_one_of_a_ticket_does(mixed: Mixed) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    said = shop.run("audit", "L2_TAG_000002")
    assert (said.code, said.err) == (
        2,
        "factory: ssot/factory.toml: auditor: none configured; set [auditor] worker\n",
    )
