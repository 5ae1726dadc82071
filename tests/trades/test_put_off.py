"""An attempt that a server refused is put off: it does not count, and what its worker printed is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.clock import Clock
from tests.night.quick import night
from tests.trades.kit import Line, every

Lay = Callable[..., Line]
YEARS = 80 * 365 * 86_400.0
SECRET = "AIza" + "Zq8mKv2LxT5nRw9YbH3cJd7Fg6Ps4Ae1Uo0"
LATER = f"""
if [ ! -e "@AT@/once" ]; then
  touch "@AT@/once"; head -c 90000 /dev/zero | tr '\\0' 'x'; echo; echo "asked with {SECRET}"; echo "the server is full" >&2; exit 75
fi
right
"""


def put_off(lay: Lay, tmp_path: Path) -> Line:
    """One item, that was put off once and done then."""
    line = lay(1, LATER.replace("@AT@", str(tmp_path)))
    found = night(line.shop, tmp_path / "slept")
    assert (found.code, len(found.slept)) == (0, 1), found.said
    return line


@every()
def test_it_is_waited_for_and_no_attempt_is_counted(lay: Lay, tmp_path: Path) -> None:
    line = put_off(lay, tmp_path)
    assert (line.states(), line.begun()) == (["DONE"], [1, 1])
    assert line.run("kpi", "--json").json["failed"] == line.run("kpi", "--json").json["cards_failed"] == 0
    assert f"{line.ids[0]}#2" not in line.shop.git("log", "--format=%s %(trailers)", "main", "factory/ledger")
    line.sound()


@every()
def test_what_it_printed_is_in_its_log_bounded_and_without_keys(lay: Lay, tmp_path: Path) -> None:
    line = put_off(lay, tmp_path)
    said = line.run("log", line.ids[0]).out
    assert "    | the server is full" in said
    (event,) = [e for e in line.run("log", line.ids[0], "--json").json if e["name"] == "later"]
    assert "asked with [redacted" in event["printed"]
    assert len(event["printed"]) < 9000
    assert SECRET not in event["printed"] + said


@every()
def test_a_wait_that_a_wrong_clock_set_ends_when_the_clock_is_put_right(
    lay: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs years ahead until the first wait."""
    true, ahead, slept = time.time, [YEARS], list[float]()
    monkeypatch.setattr(time, "time", lambda: true() + ahead[0])

    def sleep(_: Clock, seconds: float, *_more: object) -> None:
        slept.append(seconds)
        ahead[0] = 0.0

    monkeypatch.setattr(Clock, "sleep", sleep)
    line = lay(1, f'[ -e "{tmp_path}/once" ] || {{ touch "{tmp_path}/once"; exit 75; }}; right')
    assert (line.run().code, line.states(), line.begun()) == (0, ["DONE"], [1, 1])
    assert max(slept) < 600
