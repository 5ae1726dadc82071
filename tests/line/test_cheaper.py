"""A day's cap that is nearly used up keeps the tickets that do not fit under it, and no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from factory.money.wallet import OverBudget
from factory.reports.stops import STOPS
from factory.workers import Task, Work, command
from tests.line.conftest import RIGHT, SETTINGS, Shop
from tests.trucks.conftest import DAY, MakeDay, states
from tests.trucks.conftest import SETTINGS as DAY_SETTINGS
from tests.trucks.conftest import make_day as make_day

Make = Callable[..., Shop]
PAID = """echo '{"calls": 1, "cost_usd": 0.5}' > "$FACTORY_REPORT"\n"""
CAPPED = SETTINGS + "\n[budget]\ndaily_usd = 1.0\n\n[factory]\nmax_workers = {}\n"

PLAN = """\
goal: Two files, by a worker that is paid and by the built-in one
sources: {code: "src/[ab].py"}
lanes: {1: {name: work, worker: default}, 2: {name: scan}}
cards:
  test: {type: TEST, lane: 1, source: code, accept: {schema: {ok: boolean}, count: 1}}
  scan: {type: SCAN, lane: 2, source: code, accept: {schema: index, count: inputs}}
"""
WRITE = f"mkdir -p output/{DAY}; echo '{{\"ok\": true}}' > output/{DAY}/$FACTORY_TICKET.jsonl\n"


def row(number: int, usd: float) -> str:
    return f'D-{number} Ticket {number} |  | ```toml\nbudget_usd = {usd}\nmodify = ["D-{number}.txt"]\n```'


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_cheaper_ticket_that_fits_is_worked_when_the_others_do_not(make: Make, at_once: int) -> None:
    """D-5 is of a later half than those that fill the first one."""
    rows = [*(row(n, 0.6) for n in range(1, 5)), row(5, 0.5), row(6, 0.4)]
    shop = make(*rows, worker=PAID + RIGHT, settings=CAPPED.format(at_once))
    done = shop.run("run")
    assert done.code == 3, done
    found = shop.run("status", "--json").json
    assert {t: s["state"] for t, s in found["tickets"].items() if s["state"] == "DONE"}.keys() == {"D-1", "D-5"}
    assert all(ticket["attempts"] == 0 for name, ticket in found["tickets"].items() if name not in ("D-1", "D-5"))
    assert found["budget"]["usd"] == 1.0
    assert found["stop_reason"].startswith(STOPS["budget"].english)
    assert "more would pass the cap of $1" in found["stop_reason"]
    assert found["state"] == "RECOVERABLE"
    assert shop.run("run").code == 3
    shop.commit({"ssot/factory.toml": SETTINGS})
    assert shop.run("run").code == 0


def test_a_cap_that_is_met_in_the_middle_of_an_attempt_keeps_that_ticket_alone(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, said = command.work, "$0.9 used on 2026-11-21; up to $0.2 more would pass the cap of $1.0"

    def work(task: Task) -> Work:
        if task.plan.ticket_id == "D-1":
            raise OverBudget(said)
        return real(task)

    monkeypatch.setattr(command, "work", work)
    shop = make("D-1 One", "D-2 Two", "D-3 Three", settings=CAPPED.format(1), worker=RIGHT)
    done = shop.run("run")
    assert (done.code, said in done.out) == (3, True), done
    found = shop.run("status", "--json").json
    assert {t: (s["state"], s["attempts"]) for t, s in found["tickets"].items()} == {
        "D-1": ("PENDING", 0), "D-2": ("DONE", 1), "D-3": ("DONE", 1),
    }  # fmt: skip
    monkeypatch.undo()
    assert shop.run("run").code == 0


def test_cards_that_do_not_fit_wait_and_those_that_cost_nothing_go_on(make_day: MakeDay) -> None:
    settings = DAY_SETTINGS + "\n[budget]\ndaily_usd = 1.0\ncycle_usd = 0.6\n"
    shop = make_day(PLAN, settings=settings, worker=WRITE + PAID, tickets=(row(1, 0.1),))
    done = shop.run("run")
    assert (done.code, "more would pass the cap of $1" in done.out) == (3, True), done
    assert states(shop) == {
        "L1_TEST_000001": "DONE", "L1_TEST_000002": "PENDING", "L2_SCAN_000001": "DONE", "L2_SCAN_000002": "DONE",
    }  # fmt: skip
    shop.commit({"ssot/factory.toml": DAY_SETTINGS})
    shop.run("run")
    assert set(states(shop).values()) == {"DONE"}
    assert shop.run("check-consistency").code == 0
