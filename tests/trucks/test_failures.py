"""Cards that fail: back with the reason, quarantined at the cap, and what passed beside them is stamped."""

from __future__ import annotations

from typing import Any

import pytest

from factory.line.trades import card_gate
from tests.line.conftest import RIGHT
from tests.trucks.conftest import DAY, PLAN, SETTINGS, MakeDay, cards, stamps, states

SCANS = """\
goal: Index
sources: {code: "src/*.py"}
lanes: {1: scan}
cards:
  scan: {type: SCAN, lane: 1, source: code, accept: {schema: index}}
"""
GOOD_AND_BAD = {"src/a.py": "pass\n", "src/b.py": "print(1)\n", "src/c.py": "pass\n"}
NO_PRINTS = PLAN.replace("accept: {schema: tag}", "accept: {schema: tag, count: 0}")
WORKED = """\
goal: Let a program of ours work
lanes: {1: {name: work, worker: default}}
cards:
  test: {type: TEST, lane: 1, accept: {schema: {ok: boolean}, count: 1, command: "CHECK"}}
"""


def worked(check: str = "true") -> str:
    return WORKED.replace("CHECK", check)


WRITE = f"mkdir -p output/{DAY}; echo '{{\"ok\": true}}' > output/{DAY}/$FACTORY_TICKET.jsonl\n"


def test_what_needs_a_blocked_card_waits_and_a_retry_lets_it_all_go_on(make_day: MakeDay) -> None:
    seal = "seal: {type: SEAL, lane: 8, after: tag, per: all, accept: {count: inputs}}"
    plan = NO_PRINTS.replace("schema: tag, count: 0}}", f"schema: tag, count: 0}}}}\n  {seal}")
    shop = make_day(plan, files=GOOD_AND_BAD)
    assert shop.run("run").code == 1
    assert states(shop)["L8_SEAL_000001"] == "PENDING"
    assert shop.run("retry", "L8_SEAL_000001").code == 2
    said = shop.run("retry", "L2_TAG_000002")
    assert (said.code, said.out) == (0, "L2_TAG_000002 is released anew; the next truck takes it\n")
    shop.commit({"src/b.py": "pass\n"})
    done = shop.run("run")
    assert done.code == 1  # its input is not what was indexed any more: the truth, and no false DONE
    assert cards(shop)["L2_TAG_000002"]["state"] == "BLOCKED"
    last = shop.git("log", "-1", "--format=%s", "--grep=^fail(L2_TAG_000002#6)", "factory/ledger")
    assert "changed since it was indexed" in last


def test_a_worker_of_the_settings_writes_what_the_card_accepts(make_day: MakeDay) -> None:
    shop = make_day(worked(f"grep -q true output/{DAY}/L1_TEST_000001.jsonl"), worker=WRITE)
    assert shop.run("run").code == 0
    assert states(shop) == {"L1_TEST_000001": "DONE"}
    assert shop.run("verify", "--rerun").code == 0


def test_a_card_whose_command_is_red_is_told_why_and_tried_again(make_day: MakeDay) -> None:
    told = f'grep -q "ended with 1" "$FACTORY_PLAN" && echo >> output/{DAY}/$FACTORY_TICKET.jsonl'
    shop = make_day(worked(f"grep -c . output/{DAY}/L1_TEST_000001.jsonl | grep -q 2"), worker=f"{WRITE}{told}\ntrue\n")
    assert shop.run("run").code == 1
    found = cards(shop)["L1_TEST_000001"]
    assert "ended with 1" in found.pop("why")
    assert found == {"state": "BLOCKED", "attempts": 3, "stamp": None, "triage": "TEST"}
    reasons = shop.git("log", "--reverse", "--format=%s", "--grep=^fail", "factory/ledger").splitlines()
    assert "ended with 1" in reasons[0]
    assert "not JSON" in reasons[1]  # it was told, and tried something else
    assert stamps(shop) == []


def test_a_card_without_a_worker_is_a_mistake_before_anything_runs(make_day: MakeDay) -> None:
    shop = make_day(worked().replace("worker: default", "worker: nobody"))
    done = shop.run("run")
    assert done.code == 2
    assert "there is no worker 'nobody', and L1_TEST_000001 needs it" in done.err
    plan = worked().replace("1: {name: work, worker: default}", "1: work")
    shop.commit({f"ssot/plans/dayplan_{DAY}.yaml": plan})
    assert "no worker is built in for TEST" in shop.run("run").err


@pytest.mark.parametrize(("where", "name"), [(card_gate, "own_gate"), (card_gate, "judge"), (card_gate, "changed")])
def test_what_breaks_at_one_card_is_that_cards_own_and_the_others_of_its_half_are_stamped(
    where: Any, name: str, make_day: MakeDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(where, name)

    def step(*given: Any) -> Any:
        names = [getattr(getattr(one, "item", one), name, "") for one in given for name in ("id", "ticket_id")]
        if "L1_SCAN_000002" in names:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return real(*given)

    monkeypatch.setattr(where, name, step)
    shop = make_day(SCANS, settings=SETTINGS + "\n[caps]\nattempts = 1\n")
    assert shop.run("run").code == 1
    found = cards(shop)
    bad = found.pop("L1_SCAN_000002")
    assert (bad["state"], bad["triage"]) == ("BLOCKED", "ENVIRONMENT")
    assert bad["why"].startswith("it could not be judged: the factory itself failed: UnicodeEncodeError")
    assert {card["state"] for card in found.values()} == {"DONE"}


def test_what_is_wrong_with_the_cards_leaves_the_tickets_their_night(make_day: MakeDay) -> None:
    shop = make_day(worked().replace("worker: default", "worker: nobody"), tickets=("D-1 One",), worker=RIGHT)
    done = shop.run("run")
    assert (done.code, "1 stamped" in done.out) == (2, True), done.out
    assert "there is no worker 'nobody', and L1_TEST_000001 needs it" in done.out
    assert shop.run("status", "--json").json["tickets"]["D-1"]["state"] == "DONE"


def test_a_plan_whose_way_is_not_free_leaves_the_tickets_their_night(make_day: MakeDay) -> None:
    shop = make_day(tickets=("D-1 One",))
    own = shop.path / f"ssot/backlog/backlog_{DAY}.jsonl"
    own.parent.mkdir()
    own.write_text("a person's own\n")
    done = shop.run("run")
    assert (done.code, "1 stamped" in done.out) == (3, True), done
    assert f"cards wait: {shop.path}: uncommitted work in ssot/backlog/backlog_{DAY}.jsonl" in done.out
    assert own.read_text() == "a person's own\n"
    own.unlink()
    assert shop.run("run").code == 0
