"""A trade is a module and a line: the line works a third one off beside tickets, with all that it does for every item."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.errors import Stopped
from factory.line import shift
from factory.line.item import Turn
from factory.line.opening import open_house
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


@pytest.fixture
def chores(at: Callable[[Path], Shop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Shop]:
    """chores(worker) -> a repository with two of them."""
    monkeypatch.setattr(shift, "TRADES", (*shift.TRADES, Chores))

    def lay(worker: str) -> Shop:
        path = tmp_path / "shop"
        files = {FILE: "CHORE-1 sweep\nCHORE-2 sweep\n"}
        return build(path, run=at(path).run, worker=worker, settings=FAST, files=files)

    return lay


def test_a_run_ends_as_its_items_stand_and_counts_them_by_their_name(chores: Callable[[str], Shop]) -> None:
    shop = chores('[ -e go ] || [ "$FACTORY_TICKET" = CHORE-1 ] || exit 1\necho right > "$FACTORY_TICKET.txt"\n')
    done = shop.run("run")
    assert done.code == 1, "one of them is quarantined"
    assert "0 stamped, 1 chore, 3 attempts failed" in done.out


def test_one_that_is_stopped_at_work_is_worked_on_by_the_next_run(
    chores: Callable[[str], Shop], tmp_path: Path
) -> None:
    stop = f"touch '{tmp_path}/began'; [ -e '{tmp_path}/again' ] || sleep 20\n"
    shop = chores(f'{stop}echo right > "$FACTORY_TICKET.txt"\n')
    with open_house(shop.path, dict(os.environ), working=True) as house:

        def stops() -> None:
            while not (tmp_path / "began").exists():
                time.sleep(0.05)
            house.signals.end(Stopped("enough"), now=True)

        beside = threading.Thread(target=stops)
        beside.start()
        assert shift.run(house).exit != 0
        beside.join(20)
    (tmp_path / "again").touch()
    assert shop.run("run").code == 0
    assert sum(subject.startswith("chore(") for subject in shop.subjects()) == 2


def test_a_stamp_whose_event_is_missing_counts(chores: Callable[[str], Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    shop = chores('echo right > "$FACTORY_TICKET.txt"\n')
    with monkeypatch.context() as full:

        def stamped(*_: object) -> list[Turn]:
            raise OSError(errno.ENOSPC, "disk full")

        full.setattr(Chores, "stamped", stamped)
        assert shop.run("run").code == 4
    assert shop.run("run").code == 0
    assert sum(subject.startswith("chore(") for subject in shop.subjects()) == 2
