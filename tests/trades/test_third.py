"""A trade is a module and a line: the line works a third one off beside tickets, with all that it does for every item."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factory.line import shift
from tests.line.conftest import Shop, build
from tests.line.night import FAST
from tests.trades.chores import FILE, Chores

WORKER = """
case "$FACTORY_TICKET" in
CHORE-3) [ "$FACTORY_ATTEMPT" -gt 1 ] || exit 1;;
CHORE-2) [ -e seen ] && exit 1;;
esac
echo right > "$FACTORY_TICKET.txt"
"""


def test_a_third_trade_is_a_module_and_a_line(
    at: Callable[[Path], Shop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shift, "TRADES", (*shift.TRADES, Chores))
    chores = {FILE: "".join(f"CHORE-{n} sweep\n" for n in range(1, 6))}
    path = tmp_path / "shop"
    shop = build(path, "D-1 One", run=at(path).run, worker=WORKER, settings=FAST, files=chores)
    done = shop.run("run")
    assert done.code == 0, done
    found = shop.subjects()
    assert sorted(s for s in found if s.startswith("chore(")) == [f"chore(CHORE-{n}): done" for n in range(1, 6)]
    assert [s for s in found if s.startswith("stamp(")] == ["stamp(D-1): One"]
    events = " ".join(shop.subjects("factory/ledger"))
    assert "fail(CHORE-3#1): WORKER" in events  # tried again, as any item
    assert shop.run("verify").code == 0
    assert shop.git("for-each-ref", "refs/factory/attempts") == ""
