"""An operator and a person at awkward moments: while an attempt ends and with a file in the way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from factory.errors import Stopped
from factory.git.ledger import ticket_path
from factory.line import operator, shift
from factory.line.house import House
from factory.line.opening import open_house
from factory.line.steering import Cancel, Retry, Rewind
from factory.model import Progress
from tests.line.conftest import RIGHT, Shop, criteria, roadmap
from tests.line.night import FAST, safe

Make = Callable[..., Shop]


def run(shop: Shop, ticket: str, words: str, act: Callable[[House], Any]) -> shift.ShiftEnd:
    """A run; `act` happens when it says these words of the ticket for the first time."""
    waiting = [act]

    def say(now: Progress) -> None:
        if now.item == ticket and words in now.text and waiting:
            waiting.pop()(house)

    with open_house(shop.path, dict(os.environ), say=say, working=True) as house:
        ended = shift.run(house)
    assert not waiting
    return ended


def record(shop: Shop, ticket: str = "D-1") -> dict[str, Any]:
    found = json.loads(shop.read(ticket_path(ticket), "factory/ledger"))
    assert isinstance(found, dict)
    return found


ONE_TRY = FAST + "\n[caps]\nattempts = 1\n"
NEVER = '[ "$FACTORY_TICKET" = D-1 ] && echo no > D-1.txt || ' + RIGHT


def test_a_row_deleted_while_its_last_attempt_fails_is_deleted_and_the_run_goes_on(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", settings=ONE_TRY, worker=NEVER)
    gone = {"D_ROADMAP.md": roadmap("D-2 Two"), "AC_LEDGER.md": criteria("D-2")}
    assert run(shop, "D-1", "failed", lambda _: shop.commit(gone)).stamped == 1
    assert not any("(D-1)" in subject for subject in shop.subjects())
    safe(shop)
    assert shop.run("run").code == 0


def test_a_row_taken_off_the_line_while_its_last_attempt_fails_keeps_the_persons_word(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", settings=ONE_TRY, worker=NEVER)
    planned = {"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("D-1 | IN_PROGRESS", "D-1 | PLANNED")}
    run(shop, "D-1", "failed", lambda _: shop.commit(planned))
    assert "| D-1 | PLANNED |" in shop.read("D_ROADMAP.md")
    assert shop.run("run").code == 0
    assert "| D-1 | PLANNED |" in shop.read("D_ROADMAP.md")
    safe(shop)


def test_a_release_while_the_cancelled_attempt_still_ends_is_kept(make: Make) -> None:
    """Two failures; the third attempt is cancelled and the ticket released before it ended: three more are left."""
    shop = make("D-1 One", worker='[ "$FACTORY_ATTEMPT" -le 4 ] && exit 1\n' + RIGHT, settings=FAST)

    def act(house: House) -> None:
        operator.obey(house, Cancel("D-1"))
        operator.obey(house, Retry("D-1"))

    assert run(shop, "D-1", "attempt 3", act).stamped == 1
    assert record(shop)["attempts"] == 3
    safe(shop)


def test_a_rewind_that_is_refused_leaves_the_run_as_it_was(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two | D-1", settings=FAST)

    def act(house: House) -> None:
        (shop.path / "D-1.txt").write_text("a person's own\n")
        with pytest.raises(Stopped, match=r"uncommitted work in D-1\.txt"):
            operator.obey(house, Rewind("D-1"))

    assert run(shop, "D-2", "works", act).stamped == 2
    assert (shop.path / "D-1.txt").read_text() == "a person's own\n"
    assert shop.run("verify").code == 0


@pytest.mark.parametrize("committed", [True, False])
def test_a_rewind_with_dependents_takes_back_all_of_them_or_none(make: Make, committed: bool) -> None:
    shop = make("D-1 One", "D-2 Two | D-1", settings=FAST)
    assert shop.run("run").code == 0
    main = shop.commit({"D-1.txt": "a person's own\n"}) if committed else shop.main()
    (shop.path / "D-1.txt").write_text("a person's own\n")
    refused = shop.run("rewind", "D-1", "--with-dependents")
    assert refused.code == (2 if committed else 3)
    assert "D-1.txt" in refused.err
    assert shop.main() == main
