"""Whoever looks while the line works, or after it was killed, is told of an item whatever its trade."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from tests.frozen.kit import at_time
from tests.line.night import second
from tests.trades.kit import Line, every

Lay = Callable[..., Line]


@every()
def test_the_live_page_shows_the_item_that_runs(lay: Lay) -> None:
    line, shown = lay(2), list[str]()

    def look() -> None:
        shown.append(second(line.shop, "status", "--watch", "--times", "1").stdout.decode())

    assert line.run_while(look).code == 0
    assert f"running: {line.ids[0]}#1, " in shown[0]
    assert "sign of life" in shown[0]


@every()
def test_status_shows_the_item_that_runs(lay: Lay) -> None:
    line, shown = lay(1), list[str]()
    assert line.run_while(lambda: shown.append(second(line.shop, "status", "--json").stdout.decode())).code == 0
    told = json.loads(shown[0])
    found = told["cards"]["cards"] if line.trade.is_card else told["tickets"]
    assert (told["state"], found[line.ids[0]]["state"]) == ("RUNNING", "INFLIGHT")


@every()
def test_kpi_counts_an_item_whose_run_was_killed_as_a_stale_lease(lay: Lay) -> None:
    line = lay(1)
    line.run_and_kill()
    assert line.states() == ["INFLIGHT"]
    with at_time(time.time() + 600):
        assert line.run("kpi", "--json").json["stale_leases"] == 1
    assert (line.run().code, line.states(), line.run("kpi", "--json").json["stale_leases"]) == (0, ["DONE"], 0)
