"""Money runs out under the line: what is paid for and finished is kept, and what could not be begun waits for tomorrow."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.line.conftest import roadmap
from tests.servers import Refusal, gemini, serve
from tests.trades.kit import PLAN_AT, Line, every

Lay = Callable[..., Line]
NOON, DAY = 1_790_000_000.0, 86_400.0
CAPPED = "\n[budget]\ndaily_usd = {}\ncycle_usd = 1.0\n"
COSTS = 'echo \'{"calls": 1, "cost_usd": 1.0}\' > "$FACTORY_REPORT"\n'


@pytest.fixture
def turn(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Puts the clock, which stands still until then."""
    now = [NOON]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return lambda at: now.__setitem__(0, at)


@every()
def test_a_cap_that_one_item_meets_keeps_its_finished_neighbours(lay: Lay, turn: Callable[[float], None]) -> None:
    line = lay(3, f"right\n{COSTS}", settings=CAPPED.format(2.0))
    done = line.run()
    assert (done.code, line.begun(), line.states()) == (3, [1, 2], ["DONE", "DONE", "PENDING"]), done
    assert line.run("status", "--json").json["budget"]["usd"] == 2.0
    assert (line.run().code, line.begun()) == (3, [1, 2])
    turn(NOON + DAY)
    assert (line.run().code, line.begun()) == (0, [1, 2, 3])
    assert line.run("status", "--json").json["budget"]["usd"] == 1.0
    line.sound()


@every()
def test_a_day_that_turns_under_an_item_opens_a_book_for_the_next(lay: Lay, turn: Callable[[float], None]) -> None:
    line = lay(2, f"right\n{COSTS}", settings=CAPPED.format(1.0))
    done = line.run_while(lambda: turn(NOON + DAY))
    assert (done.code, line.states(), line.begun()) == (0, ["DONE", "DONE"], [1, 2]), done
    assert line.run("status", "--json").json["budget"]["usd"] == 1.0


READER = '\n[workers.reader]\nkind = "gemini"\nmodel = "gemini-2.5-flash"\nbase_url = "{}"\n'
TWO_LANES = """\
goal: One by a model, and one by a program
sources: {one: "src/1.txt", two: "src/2.txt"}
lanes: {1: {name: read, worker: reader}, 2: {name: work, worker: default}}
cards:
  read: {type: TEST, lane: 1, source: one, accept: {schema: {ok: boolean}, count: 1}}
  work: {type: TEST, lane: 2, source: two, accept: {schema: {ok: boolean}, count: 1}}
"""


@every("ticket", "card")
def test_a_daily_quota_that_one_item_meets_keeps_its_finished_neighbours(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    read = roadmap('D-1 By a model |  | ```toml\nworker = "reader"\n```', "D-2 By a program")
    with serve(gemini.WIRE, [Refusal(429, daily=True)]) as server:
        line = lay(2, settings=READER.format(server.url))
        line.shop.commit({PLAN_AT: TWO_LANES} if line.trade.is_card else {"D_ROADMAP.md": read})
        line.ids = ["L1_TEST_000001", "L2_TEST_000001"] if line.trade.is_card else line.ids
        done = line.run()
    assert (done.code, line.states()) == (3, ["PENDING", "DONE"]), done
    assert "daily quota" in line.run("status", "--json").json["stop_reason"]
