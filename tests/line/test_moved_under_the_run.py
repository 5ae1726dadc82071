"""What a person changes under a run beside the tickets: the settings, the signers, the branches."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from factory.git.repo import Repo
from factory.line import shift
from factory.line.opening import open_house
from factory.model import Progress
from tests.git.conftest import put
from tests.line.conftest import Shop, criteria, roadmap
from tests.line.night import FAST, safe

Make = Callable[..., Shop]


def run(shop: Shop, meanwhile: Callable[[], object]) -> shift.ShiftEnd:
    """A run; `meanwhile` happens while its first worker works."""
    waiting = [meanwhile]

    def say(now: Progress) -> None:
        if now.kind == "works" and waiting:
            waiting.pop()()

    with open_house(shop.path, dict(os.environ), say=say, working=True) as house:
        return shift.run(house)


def test_a_worker_added_with_its_ticket_waits_for_the_next_run(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    more = {
        "D_ROADMAP.md": roadmap("D-1 One", 'D-2 Two | | ```toml\nworker = "second"\n```'),
        "AC_LEDGER.md": criteria("D-1", "D-2"),
        "ssot/factory.toml": FAST + '\n[workers.second]\nkind = "command"\ncommand = ["sh", "tools/worker.sh"]\n',
    }
    ended = run(shop, lambda: shop.commit(more))
    assert (ended.exit, ended.stamped) == (2, 1)
    assert "D-2 needs what main has had since this run began; run again" in ended.reason
    safe(shop)
    assert shop.run("run").code == 0


@pytest.mark.parametrize("command", ["status", "dry", "run", "verify"])
def test_a_main_that_names_another_main_is_one_line(make: Make, command: str) -> None:
    shop = make("D-1 One", settings=FAST)
    shop.git("switch", "-q", "-c", "feature")
    with Repo(shop.path) as repo:
        put(repo, {"ssot/factory.toml": (FAST + '\n[factory]\nmain = "trunk"\n').encode()})
    said = shop.run(command)
    assert said.code == 2
    assert "[factory] main is main here, and trunk on main itself" in said.err


def test_an_attempt_outlives_its_ref(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert run(shop, lambda: shop.git("update-ref", "-d", "refs/factory/attempts/D-1/1")).stamped == 1
    safe(shop)
