"""What a command worker says that it used: booked, but never more than was set aside for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from factory.git.repo import Repo
from factory.model import Ended, Report
from factory.money.spend import bill
from factory.money.wallet import AttemptTooDear, OverBudget
from factory.sandbox.process import Finished
from factory.workers import Program, Work, command
from tests.line.conftest import RIGHT, SETTINGS, Shop
from tests.line.test_money_at_midnight import Desk
from tests.workers.making import Purse, make_settings, make_task

Make = Callable[..., Shop]
CLAIM = "printf '{claim}' > \"$FACTORY_REPORT\"\n" + RIGHT
DEAR = {"calls": 1_000_000, "tokens_in": 30_000_000, "tokens_out": 3_000_000, "cost_usd": 999_999}


def caps(**budget: Any) -> str:
    return SETTINGS + "\n[budget]\n" + "".join(f"{name} = {value}\n" for name, value in budget.items())


def claiming(**claim: Any) -> str:
    return CLAIM.format(claim=json.dumps(claim))


def worked(tmp_path: Path, report: object) -> tuple[Work, Purse]:
    """One attempt of a command worker that writes this report."""

    def launch(program: Program) -> Finished:
        if report is not None:
            at = program.env["FACTORY_REPORT"]
            assert isinstance(at, Path)
            at.write_text(report if isinstance(report, str) else json.dumps(report))
        return Finished(0, 1.0, False, b"", b"", False)

    purse = Purse()
    settings = make_settings(kind="command", command=("w",))
    return command.work(make_task(tmp_path, settings, purse=purse, launch=launch, budget_usd=0.5)), purse


def test_a_report_of_more_than_was_reserved_is_booked_as_that_and_kept_as_a_claim(tmp_path: Path) -> None:
    work, purse = worked(tmp_path, DEAR | {"summary": "fine"})
    assert work.ended is Ended.DONE
    assert purse.settled == purse.reserved == {"r0": {"calls": 10, "tokens_in": 1000, "tokens_out": 100, "usd": 0.5}}
    assert work.report == Report(summary="fine", calls=10, tokens_in=1000, tokens_out=100, cost_usd=0.5)
    assert json.loads(work.extra["claimed.json"]) == DEAR


@pytest.mark.parametrize("report", [None, {}, {"summary": "fine"}, {"calls": 3, "tokens_in": 70, "cost_usd": 0.01}])
def test_an_ordinary_report_is_booked_as_it_stands(report: dict[str, Any] | None, tmp_path: Path) -> None:
    work, purse = worked(tmp_path, report)
    booked = {"calls": 0, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0} | (report or {})
    usd = booked.pop("cost_usd")
    assert (
        purse.settled["r0"]
        == bill(**{k: booked[k] for k in ("calls", "tokens_in", "tokens_out")}, usd=usd).model_dump()
    )
    assert work.extra == {}


def test_a_report_that_is_none_costs_its_dollars_and_no_more(tmp_path: Path) -> None:
    work, purse = worked(tmp_path, '{"calls": -5}')
    assert (work.report.cost_usd, purse.usd) == (0.5, 0.5)


# --- a day -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", [{name: value} for name, value in DEAR.items()], ids=str)
def test_no_report_ends_the_day_for_the_next_ticket(claim: dict[str, Any], make: Make) -> None:
    lie = f'if [ "$FACTORY_TICKET" = D-1 ]; then\n{claiming(**claim)}else\n{RIGHT}fi\n'
    shop = make("D-1 One", "D-2 Two | D-1", worker=lie)
    done = shop.run("run")
    assert done.code == 0, done.out
    (claimed, value), *_ = claim.items()
    booked = shop.run("status", "--json").json["budget"]
    assert 0 < booked[{"cost_usd": "usd"}.get(claimed, claimed)] < value
    stamp = shop.git("log", "--first-parent", "--format=%H", "--grep=^stamp(D-1)", "main").strip()
    assert json.loads(shop.read(".factory/evidence/claimed.json", f"{stamp}^2"))[claimed] == value


def test_a_cap_of_five_calls_lets_five_through_three_at_a_time(make: Make) -> None:
    rows = [f'D-{n} Ticket |  | ```toml\nmodify = ["D-{n}.txt"]\n```' for n in range(1, 10)]
    shop = make(*rows, worker="sleep 1\n" + claiming(calls=1), settings=caps(daily_calls=5))
    assert shop.run("run").code == 3
    status = shop.run("status", "--json").json
    assert status["budget"]["calls"] == 5
    assert status["counts"]["DONE"] == 5


def test_a_worker_that_reports_nothing_gives_all_back(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", "D-3 Three", settings=caps(daily_calls=9))
    assert shop.run("run").code == 0
    assert shop.run("status", "--json").json["budget"] | {"date": ""} == {
        "date": "", "calls": 0, "tokens_in": 0, "tokens_out": 0, "usd": 0.0,
    }  # fmt: skip


# --- the allowance ---------------------------------------------------------------------------------------


def test_all_that_run_beside_each_other_have_an_allowance_and_the_next_one_too(make: Make) -> None:
    with Repo(make("D-1 One", settings=caps(daily_calls=400, daily_tokens_in=0)).path) as repo:
        desk = Desk(repo)
        for attempt in range(1, 5):
            wallet = desk.wallet(attempt)
            most = wallet.allowance()
            assert (most.calls, most.tokens_in, most.usd) == (40, 0, Decimal(0))
            wallet.reserve(bill(most.calls, most.tokens_in, most.tokens_out, 0.1))


def test_the_less_is_left_the_less_is_allowed(make: Make) -> None:
    with Repo(make("D-1 One", settings=caps(daily_calls=400)).path) as repo:
        wallet = Desk(repo).wallet(1)
        wallet.reserve(bill(320, 0, 0, 0.1))
        assert wallet.allowance().calls == 20


def test_where_no_call_is_left_none_is_allowed(make: Make) -> None:
    with Repo(make("D-1 One", settings=caps(daily_calls=1)).path) as repo:
        wallet = Desk(repo).wallet(1)
        wallet.reserve(bill(1, 0, 0, 0.0))
        assert wallet.allowance().calls == 1
        with pytest.raises(OverBudget):
            wallet.reserve(bill(1, 0, 0, 0.0))


def test_calls_of_one_attempt_that_are_too_dear_together_are_no_reason_to_end_the_day(make: Make) -> None:
    with Repo(make("D-1 One", settings=caps(cycle_usd=1.0)).path) as repo:
        wallet = Desk(repo).wallet(1)
        wallet.reserve(bill(1, 0, 0, 0.7))
        with pytest.raises(AttemptTooDear):
            wallet.reserve(bill(1, 0, 0, 0.7))
