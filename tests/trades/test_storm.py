"""What fails in a row is counted over the whole line: five tickets and five cards are ten failures, not twice five."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import Shop, build, criteria, roadmap
from tests.trades.kit import PLAN, PLAN_AT, SETTINGS, Line, every

Lay = Callable[..., Line]
ONE_TRY = "\n[caps]\nattempts = 1\n\n[storm]\nfailures = 6\nbox_failures = 99\n"


@every()
def test_items_that_fail_one_after_another_are_a_storm(lay: Lay) -> None:
    line = lay(9, "wrong", settings=ONE_TRY)
    done = line.run()
    assert (done.code, line.states().count("BLOCKED")) == (3, 6), done
    assert "storm guard: 6 attempts failed in a row" in done.out
    assert "PENDING" in line.states()
    status = line.run("status", "--json").json
    assert (status["state"], status["stop_reason"].count("storm guard")) == ("RECOVERABLE", 1)


@pytest.mark.parametrize("first", ["tickets", "cards"])
def test_failures_of_both_trades_add_up(at: Callable[[Path], Shop], tmp_path: Path, first: str) -> None:
    rows = [f"D-{n}" for n in range(1, 6)]
    files = {f"src/{n}.txt": "old\n" for n in range(1, 6)} | {
        "D_ROADMAP.md": roadmap(*(f"{row} A ticket" for row in rows)),
        "AC_LEDGER.md": criteria(*rows),
        PLAN_AT: PLAN.replace("@TYPE@", "TEST"),
    }
    shop = at(tmp_path / "shop")
    settings = f'{SETTINGS}{ONE_TRY}\n[cards]\nfirst = "{first}"\n'
    build(shop.path, settings=settings, files=files, worker="exit 1\n")
    done = shop.run("run")
    assert (done.code, "storm guard" in done.out) == (3, True), done.out


@every()
def test_what_passes_between_failures_ends_the_row(lay: Lay) -> None:
    line = lay(9, "[ $((N % 3)) = 0 ] && right || wrong", settings=ONE_TRY)
    done = line.run()
    assert (done.code, line.states().count("DONE")) == (1, 3), done
