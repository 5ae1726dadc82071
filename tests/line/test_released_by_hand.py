"""A row that a person opens again by hand is released anew: also one that was DONE, and also under a run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from factory.clock import Clock
from factory.line import shift
from factory.line.opening import open_house
from factory.model import Progress
from tests.line.conftest import Shop, criteria, roadmap
from tests.line.night import FAST, safe

Make = Callable[..., Shop]
PERSON = ("-c", "user.name=P", "-c", "user.email=p@x.invalid")


def ticket(shop: Shop) -> dict[str, Any]:
    found = shop.run("status", "--json").json["tickets"]["D-1"]
    assert isinstance(found, dict)
    return found


def opened(shop: Shop, status: str) -> str:
    return shop.read("D_ROADMAP.md").replace(f"D-1 | {status}", "D-1 | IN_PROGRESS")


class Skipping(Clock):
    """A clock that does not wait."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead

    def sleep(self, seconds: float, *_: object) -> None:
        self.ahead += seconds


def test_what_was_done_before_the_factory_can_be_opened_again(make: Make) -> None:
    rows = "D-1 One", "D-2 Two | D-1", "D-3 Three | D-1"
    table = roadmap(*rows).replace("D-1 | IN_PROGRESS", "D-1 | DONE").replace("D-3 | IN_PROGRESS", "D-3 | PLANNED")
    shop = make(*rows, settings=FAST, files={"D_ROADMAP.md": table}, ledger=criteria("D-2", "D-3"))
    assert shop.run("run").code == 0
    released = opened(shop, "DONE").replace("D-3 | PLANNED", "D-3 | IN_PROGRESS")
    more = criteria("D-1").splitlines(keepends=True)[-1]
    shop.commit({"D_ROADMAP.md": released, "AC_LEDGER.md": shop.read("AC_LEDGER.md") + more})
    assert ticket(shop)["state"] == "PENDING"
    assert shop.run("run").code == 0
    assert ticket(shop)["state"] == "DONE"
    assert [s.split(":")[0] for s in shop.subjects()[:2]] == [
        "stamp(D-3)",
        "stamp(D-1)",
    ]  # nothing builds on an open one
    safe(shop)


def test_attempts_count_from_a_release_by_hand_under_the_run(make: Make, tmp_path: Path) -> None:
    """Three failures block it; a person opens its row while the run is on; a wait and a failure later it is not spent."""
    tries = tmp_path / "tries"
    worker = (
        f'n=$(cat "{tries}" 2>/dev/null || echo 0); n=$((n + 1)); echo $n > "{tries}"\n'
        'case $n in 4) exit 75;; 6) echo right > "$FACTORY_TICKET.txt";; *) exit 1;; esac\n'
    )
    shop = make("D-1 One", worker=worker, settings=FAST)
    waiting = [lambda: shop.commit({"D_ROADMAP.md": opened(shop, "BLOCKED")})]

    def say(now: Progress) -> None:
        if now.kind == "quarantined" and waiting:
            waiting.pop()()

    with open_house(shop.path, dict(os.environ), say=say, working=True, clock=Skipping()) as house:
        assert shift.run(house).stamped == 1
    assert (ticket(shop)["state"], ticket(shop)["attempts"]) == ("DONE", 2)
    safe(shop)


def test_a_stamp_reverted_by_hand_is_done_again_with_all_its_attempts(make: Make, tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    worker = (
        f'echo x >> "{tries}"; [ $(($(wc -l < "{tries}") % 3)) = 0 ] || exit 1; echo right > "$FACTORY_TICKET.txt"\n'
    )
    shop = make("D-1 One", worker=worker, settings=FAST)
    assert shop.run("run").code == 0
    assert ticket(shop)["attempts"] == 3
    shop.git(*PERSON, "revert", "--no-edit", "-m", "1", "HEAD")
    assert ticket(shop)["state"] == "PENDING"
    safe(shop)
    assert shop.run("run").code == 0
    assert ticket(shop)["attempts"] == 3
    safe(shop)
