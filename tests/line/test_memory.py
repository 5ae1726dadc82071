"""What the gate remembers of earlier runs, and how it is made to forget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.line.conftest import SETTINGS, Shop

Make = Callable[..., Shop]
OPEN = SETTINGS + '\n[sandbox]\nkind = "none"\n'


def test_a_cause_outside_of_the_tree_is_seen_when_it_goes_and_on_demand_when_it_comes(
    make: Make, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"  # a tool, data that the settings let it read, a date
    shop = make("D-1 One", "D-2 Two", settings=OPEN, regression=f"test ! -e {broken}\n")
    broken.touch()
    assert "on main is red" in shop.run("run").err
    broken.unlink()
    assert shop.run("run", "--tickets", "1").code == 1  # mended, then run again, as it said; D-2 is left
    assert shop.run("verify", "--rerun").code == 0
    broken.touch()
    told = shop.run("gate")
    assert told.code == 0  # green is believed of a tree that did not change, and the answer says since when
    assert "as it ended at 20" in told.out
    assert shop.run("gate", "--fresh").code == 1
    assert "run again, the gate says: " in shop.run("verify", "--rerun").out
    assert shop.run("gate").code == 0  # judging apart is remembered nowhere
    assert "on main is red" in shop.run("run", "--fresh").err
    assert shop.run("gate").code == 1
