"""The factory's own states, the reason of each stop, and the list of what must end a run before it begins."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory.errors import CouldNotRun, DoesNotAddUp
from factory.git.ledger import FACTORY, Ledger
from factory.git.repo import Repo
from factory.line import shift
from factory.line.looking import Sight
from factory.line.opening import open_house
from factory.line.trades.ticket import Tickets
from factory.model import Event
from factory.records import evidence
from factory.records.halves import Half
from factory.reports.stops import STOPS
from tests.line.conftest import RIGHT, SETTINGS, Shop, criteria
from tests.line.night import FAST, SLOW, running

Make = Callable[..., Shop]
PAID = """echo '{"calls": 1, "tokens_in": 10, "tokens_out": 5, "cost_usd": 0.25}' > "$FACTORY_REPORT"\n"""


def kept(shop: Shop, name: str = FACTORY) -> dict[str, Any]:
    found = json.loads(shop.read(name, "factory/ledger"))
    assert isinstance(found, dict)
    return found


def status(shop: Shop) -> tuple[str, str]:
    found = shop.run("status", "--json").json
    return found["state"], found["stop_reason"] or ""


# --- the four states -------------------------------------------------------------------------------------


def test_ready_before_the_first_run_and_after_a_whole_one(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert status(shop) == ("READY", "")
    assert shop.run("run").code == 0
    assert status(shop) == ("READY", "")
    assert kept(shop)["next_command"] == ""


def test_running_while_a_run_is_on(make: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = make("D-1 One", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    with running(shop, go) as run:
        assert status(shop) == ("RUNNING", "")
        run.let_go()
        assert run.ends() == 0


def test_fail_stop_where_a_person_must_mend_something(make: Make) -> None:
    shop = make("D-1 One", settings=FAST.replace('["true"]', '["no-such-program"]'))
    assert shop.run("run").code == 4
    state, reason = status(shop)
    assert state == "FAIL_STOP"
    assert reason.startswith(STOPS["main"].english)
    assert "no-such-program" in reason
    assert kept(shop)["next_command"] == "factory run"


def test_recoverable_where_a_storm_stopped_it(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", worker="exit 1\n", settings=FAST + "\n[storm]\nfailures = 2\n")
    assert shop.run("run").code == 3
    state, reason = status(shop)
    assert state == "RECOVERABLE"
    assert (
        "2 attempts failed in a row, of 2 tickets, all by worker default: 2 of 2 failed alike, with WORKER: " in reason
    )
    assert "the worker ended with exit code 1; see `factory log`, mend the cause, then `factory run`" in reason
    assert kept(shop)["next_command"] == "factory run"
    half = kept(shop, f"boxes/{today(shop)}/box_01_front.json")
    assert "in a row" in half["stopped"]
    assert half["closed"] is False


def today(shop: Shop) -> str:
    return str(shop.run("status", "--json").json["budget"]["date"])


def test_recoverable_where_the_budget_ends(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", worker=PAID + RIGHT, settings=FAST + "\n[budget]\ndaily_usd = 1.2\n")
    assert shop.run("run").code == 3
    state, reason = status(shop)
    assert state == "RECOVERABLE"
    assert reason.startswith(STOPS["budget"].english)


def test_a_table_that_cannot_be_read_is_booked_and_told(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("| P2 |", "| P9 |")})
    done = shop.run("run")
    assert done.code == 2
    assert "D_ROADMAP.md:5" in done.err
    found = kept(shop)
    assert (found["state"], found["stop_kind"]) == ("FAIL_STOP", "written")
    assert "D_ROADMAP.md:5" in found["stop_reason"]


def test_what_is_blocked_at_the_end_is_ready_and_leads_to_the_log(make: Make) -> None:
    shop = make("D-1 One", worker="echo no > D-1.txt\n", settings=FAST)
    assert shop.run("run").code == 1
    assert status(shop) == ("READY", "")
    assert kept(shop)["next_command"] == "factory log D-1"


def test_a_full_disk_is_a_stop_with_its_reason(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = make("D-1 One", settings=FAST)

    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device", "/a/room")

    with open_house(shop.path, {}, working=True) as house:
        monkeypatch.setattr(shift.Shift, "_half", full)
        with shift.on(house) as night, pytest.raises(CouldNotRun, match="make room"):
            night.run()
    state, reason = status(shop)
    assert state == "FAIL_STOP"
    assert "No space left on device" in reason


# --- budget_guard.json, and the papers -------------------------------------------------------------------


def test_the_guard_names_the_last_stamped_ticket_and_the_reason_of_the_stop(make: Make) -> None:
    worker = PAID + '[ "$FACTORY_TICKET" = D-2 ] && exit 1\n' + RIGHT
    shop = make("D-1 One", "D-2 Two | D-1", worker=worker, settings=FAST + "\n[storm]\nbox_failures = 1\n")
    assert shop.run("run").code == 3
    guard = kept(shop, "budget_guard.json")
    assert guard["last_success_order_id"] == "D-1"
    assert guard["stop_reason"] == status(shop)[1]
    assert guard["api_calls_used_today"] == 2
    month = kept(shop, f"cost_summary_{today(shop)[:7].replace('-', '')}.json")
    assert (month["calls"], month["usd"]) == (2, 0.5)


def test_a_stamp_alone_sets_the_last_success_and_a_new_run_clears_the_reason(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    stamped = shop.git("log", "--format=%H", "--grep=^stamped(D-1", "factory/ledger").strip()
    assert json.loads(shop.read("budget_guard.json", stamped))["last_success_order_id"] == "D-1"
    guard = kept(shop, "budget_guard.json")
    assert (guard["stop_reason"], guard["last_success_order_id"]) == (None, "D-1")


def test_the_days_page_in_the_ledger_is_what_the_command_prints(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", worker='[ "$FACTORY_TICKET" = D-2 ] && exit 1\n' + RIGHT, settings=FAST)
    assert shop.run("run").code == 1
    page = shop.read(f"reports/daily_{today(shop).replace('-', '')}.md", "factory/ledger")
    before = shop.git("rev-parse", "factory/ledger")
    assert shop.run("report").out == page
    assert shop.run("report", "--date", today(shop)).out == page
    assert shop.git("rev-parse", "factory/ledger") == before
    assert "| 2 | 1 | 3 | 1 | 0 |" in page
    assert "box_01_front" in page
    assert "D-2 needs a person: the worker itself broke down" in page


def test_a_day_without_events_has_a_page_and_a_wrong_date_is_one_line(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert "| 0 | 0 | 0 | 0 | 0 |" in shop.run("report", "--date", "2020-01-01").out
    wrong = shop.run("report", "--date", "yesterday")
    assert wrong.code == 2
    assert wrong.err == "factory: 'yesterday' is no date; write it as 2026-11-21\n"


# --- what ends a run before it begins --------------------------------------------------------------------


def test_released_tickets_of_which_none_can_ever_start_are_no_good_end(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two | D-1", "D-3 Three | D-2", settings=FAST)
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("D-1 | IN_PROGRESS", "D-1 | PLANNED")})
    done = shop.run("run")
    assert done.code == 1
    assert "D-2 waits for D-1, which is PLANNED" in done.out
    assert "there was nothing to do" not in done.out
    assert status(shop)[0] == "FAIL_STOP"


def test_a_ticket_without_a_criterion_that_can_be_checked_waits_and_no_worker_is_paid_for_it(make: Make) -> None:
    ledger = criteria("D-1") + "| AC-2 | D-2 | it is nice |  | OPEN |  |\n"
    shop = make("D-1 One", "D-2 Two", ledger=ledger, settings=FAST)
    done = shop.run("run")
    assert done.code == 2
    assert "1 stamped, 0 attempts failed; D_ROADMAP.md:6: D-2 has no criterion with a check" in done.out
    assert "reserve(D-2" not in " ".join(shop.subjects("factory/ledger"))


def forged(shop: Shop, *halves: Half) -> None:
    with Repo(shop.path) as repo:
        Ledger(repo, lambda: 1.0).append(
            Event(name="forged", text="by the test"), {h.path: h.model_dump(mode="json") for h in halves}
        )


@pytest.mark.parametrize("half", [
    Half(date="2020-01-01", box=1, half="front", dealt=("D-1", "D-2"), stamped=("D-1",), closed=True),
    Half(date="2020-01-01", box=1, half="back", closed=True),
])  # fmt: skip
def test_a_count_that_does_not_add_up_ends_it(make: Make, half: Half) -> None:
    shop = make("D-1 One", settings=FAST)
    forged(shop, half)
    done = shop.run("run")
    assert done.code == 4
    assert "does not add up" in done.err
    assert status(shop)[0] == "FAIL_STOP"
    assert kept(shop)["next_command"] == "factory log"
    assert shop.subjects() == ["a shop"]


def test_a_checkpoint_counts_only_what_main_holds(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    with open_house(shop.path, {}, working=True) as house:
        half = Half(date="2020-01-01", box=9, half="front", main=shop.main(), dealt=("D-1",))
        with pytest.raises(DoesNotAddUp, match="counts D-1 as stamped, and main has no stamp for it since"):
            Tickets(house, Sight(house)).close(half)


@pytest.mark.parametrize("name", ["stdout.txt", "stderr.txt"])
def test_evidence_without_its_output_is_no_evidence(make: Make, name: str) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    names = shop.git("ls-tree", "--name-only", "main^2:.factory/evidence").split()
    pack = {n: shop.read(f".factory/evidence/{n}", "main^2").encode() for n in names}
    assert evidence.faults(pack) == []
    del pack[name]
    assert evidence.faults(pack) == [f"{name} is missing"]


def test_an_attempt_whose_evidence_lacks_its_output_is_not_stamped(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, whole = make("D-1 One", settings=FAST), evidence.pack

    def without(*args: Any, **kwargs: Any) -> dict[str, bytes]:
        return {name: content for name, content in whole(*args, **kwargs).items() if name != "stderr.txt"}

    monkeypatch.setattr(evidence, "pack", without)
    done = shop.run("run")
    assert done.code == 4
    assert "stderr.txt is missing" in done.err
    assert shop.subjects() == ["a shop"]


def test_a_red_main_ends_it_under_strict_main_alone(make: Make) -> None:
    red = "def test_red():\n    assert False\n"
    settings = SETTINGS.replace('["sh tools/regression.sh"]', '["python -m pytest -q"]\nstrict_main = true')
    shop = make("D-1 One", settings=settings, files={"tests/test_it.py": red})
    done = shop.run("run")
    assert done.code == 4
    assert "is red" in done.err
    assert status(shop)[0] == "FAIL_STOP"
    shop.commit({"ssot/factory.toml": settings.replace("strict_main = true", "strict_main = false")})
    assert shop.run("run").code == 0


def test_every_kind_of_stop_has_a_state_that_status_may_show() -> None:
    assert {stop.state for stop in STOPS.values()} == {"READY", "FAIL_STOP", "RECOVERABLE"}
