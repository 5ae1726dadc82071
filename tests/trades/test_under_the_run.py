"""What a person takes away under a run: main, the ledger. The run ends in one line, the next goes on."""

from __future__ import annotations

from collections.abc import Callable

from tests.line.night import safe
from tests.trades.kit import Line, every

Lay = Callable[..., Line]


def goes_on(line: Line) -> None:
    assert (line.run().code, line.states()) == (0, ["DONE"])
    assert line.run("check-consistency").code == 0
    safe(line.shop)


@every()
def test_main_taken_away_is_one_line(lay: Lay) -> None:
    line = lay()

    def away() -> None:
        line.shop.git("switch", "-q", "-c", "feature")
        line.shop.git("branch", "-q", "-m", "main", "elsewhere")

    done = line.run_while(away)
    assert (done.code, "there is no branch main" in done.err, done.err.count("\n")) == (2, True, 1), done
    line.shop.git("branch", "-q", "-m", "elsewhere", "main")
    goes_on(line)


@every()
def test_a_ledger_that_is_taken_away_ends_the_run_and_main_tells_the_next_one(lay: Lay) -> None:
    line = lay()
    done = line.run_while(lambda: line.shop.git("branch", "-q", "-D", "factory/ledger"))
    assert (done.code != 0, "factory/ledger" in done.err, done.err.count("\n")) == (True, True, 1), done
    goes_on(line)
