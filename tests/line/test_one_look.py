"""One look at main and the ledger is one moment, also where a stamp lands or its event comes while it is taken."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from factory.clock import Clock
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.line.house import House
from factory.line.looking import Sight
from factory.line.opening import open_house
from factory.model import Oid, State
from factory.records import view
from factory.records.state import View, standings
from tests.line.conftest import Shop
from tests.line.night import FAST

Make = Callable[..., Shop]


def state(seen: View) -> State:
    return standings(seen)["D-1"].state


@pytest.fixture
def stamped(make: Make) -> Shop:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    return shop


def before_the_stamps_event(shop: Shop) -> str:
    """The ledger as it stood when main had the stamp already."""
    past = shop.git("log", "--first-parent", "--format=%H %s", "factory/ledger").splitlines()
    event = next(n for n, line in enumerate(past) if line.split()[1].startswith("stamped(D-1"))
    return past[event + 1].split()[0]


def test_the_stamps_event_comes_while_the_records_are_read(stamped: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with Repo(stamped.path) as repo:
        main = view.find_main(repo)[1]
        now = Ledger(repo, Clock().now)
        ledger = now.at(before_the_stamps_event(stamped))
        assert state(view.look(repo, ledger, main)) is State.DONE  # main's own word
        for name, moment in itertools.product(("read", "read_all"), ("before", "after")):
            seen = coming(ledger, now, name, moment, monkeypatch)
            assert state(view.look(repo, seen, main)) is State.DONE, (name, moment)


def coming(ledger: Ledger, now: Ledger, name: str, moment: str, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """The ledger, at which the event comes right before or after the first reading of that name."""
    seen = ledger.at(ledger.tip)
    real = getattr(seen, name)

    def read(*args: Any) -> Any:
        if moment == "before":
            seen.tip, seen.tree = now.tip, now.tree
        found = real(*args)
        seen.tip, seen.tree = now.tip, now.tree
        return found

    monkeypatch.setattr(seen, name, read)
    return seen


def test_a_stamp_lands_between_the_look_at_main_and_the_ledgers(stamped: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its event then names a commit that the main of before does not have: as if main had been rewritten."""
    old = stamped.git("rev-parse", "main^").strip()
    with open_house(stamped.path, {}, working=True) as house:
        tips, new = iter([old]), house.main()

        def main(_house: House) -> Oid:
            return next(tips, new)

        monkeypatch.setattr(House, "main", main)
        seen = Sight(house).now().view
        assert (seen.main, state(seen)) == (new, State.DONE)
