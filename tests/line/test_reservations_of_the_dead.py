"""A killed run's reservations: back where its worker had no way to spend them, spent where it had one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from factory.line import attempt
from factory.line.opening import open_house
from factory.money import outlets
from factory.money.outlets import has_outlet
from factory.money.spend import bill
from factory.records.plans import make_plan
from factory.records.record import Record
from factory.records.view import look
from factory.ssot.settings import Settings
from tests.line.conftest import RIGHT, SETTINGS, Shop
from tests.line.night import PATIENCE, ROOT, command, environment, safe

Make = Callable[..., Shop]
WORST: dict[str, Any] = {"calls": 3, "tokens_in": 40, "tokens_out": 50, "usd": 1.0}
FREE = {"calls": 0, "tokens_in": 0, "tokens_out": 0, "usd": 0.0}


def die(shop: Shop) -> None:
    """A run that reserves for its worker, and comes to no settlement."""
    with open_house(shop.path, dict(os.environ)) as house:
        view = look(house.repo, house.ledger, house.main())
        ticket = view.tickets[0]
        plan = make_plan(view, house.settings, ticket, Record(ticket=ticket.id))
        attempt.wallet_of(house, plan).reserve(bill(**WORST))


def used(shop: Shop) -> dict[str, Any]:
    found = shop.run("status", "--json").json["budget"]
    return {name: found[name] for name in WORST}


def test_what_a_worker_without_an_outlet_had_reserved_comes_back(make: Make) -> None:
    shop = make("D-1 One")
    die(shop)
    assert used(shop) == WORST  # nobody has looked yet whether that run lives
    said = "0 calls, 0 tokens in, 0 tokens out, $0.00; set aside for calls that have not ended: 3 calls"
    assert said in shop.run("status").out
    assert shop.run("run").code == 0
    assert used(shop) == FREE
    guard = json.loads(shop.read("budget_guard.json", "factory/ledger"))
    assert (guard["usd_used_today"], guard["api_calls_used_today"], guard["open_reservations"]) == (0.0, 0, 0)
    safe(shop)


def test_kills_do_not_fill_the_days_cap(make: Make) -> None:
    shop = make("D-1 One", settings=SETTINGS + "\n[budget]\ndaily_usd = 1.5\ncycle_usd = 1.0\n")
    for _ in range(3):
        die(shop)
        shop.run("replan", "D-1")  # a command that mends first, and says nothing of money
    assert shop.run("run").code == 0
    assert used(shop) == FREE


@pytest.mark.parametrize(
    "more",
    [
        '[sandbox]\nkind = "none"\n',
        '[sandbox]\nnetwork = "full"\n',
        '[workers.default]\nnetwork = "full"\n',
        '[workers.default]\nenv = ["SOME_KEY"]\n',
    ],
)
def test_what_a_worker_with_an_outlet_had_reserved_is_spent(make: Make, more: str) -> None:
    head, _, line = more.partition("\n")
    settings = SETTINGS.replace(head, f"{head}\n{line}") if head in SETTINGS else SETTINGS + f"\n{more}"
    shop = make("D-1 One", settings=settings)
    die(shop)
    assert shop.run("run").code == 0
    assert used(shop) == WORST


def test_the_dollar_of_a_killed_worker_comes_back(make: Make) -> None:
    shop = make("D-1 One", worker="[ -e go.txt ] || sleep 60\n" + RIGHT)
    with subprocess.Popen(command(shop, "run"), stdout=subprocess.DEVNULL, env=environment(), cwd=ROOT) as child:
        deadline = time.monotonic() + PATIENCE
        while not used(shop)["usd"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        child.kill()
    shop.commit({"go.txt": "go\n"})
    assert shop.run("run").code == 0
    assert used(shop) == FREE
    safe(shop)


# --- what an outlet is -----------------------------------------------------------------------------------


def outlet(read: Path | str = "", **worker: Any) -> bool:
    settings = {"workers": {"one": {"kind": "command", "command": ["true"], **worker}}}
    return has_outlet(Settings.model_validate(settings | {"sandbox": {"read": [str(read)] if read else []}}), "one")


def test_any_worker_but_a_program_of_ones_own_and_one_that_nobody_knows_has_an_outlet() -> None:
    assert not outlet()
    assert outlet(kind="gemini", model="m")
    assert outlet(kind="claude")
    assert outlet(key_env="SOME_KEY")
    assert outlet(network="full")
    assert has_outlet(Settings(), "gone")


def test_a_path_that_may_be_read_is_an_outlet_where_somebody_may_listen(tmp_path: Path) -> None:
    tools = tmp_path / "tools" / "bin"
    tools.mkdir(parents=True)
    (tools / "run").write_text("a tool\n")
    (tools / "link").symlink_to("/dev/null")
    assert not outlet(tmp_path / "tools")
    (tmp_path / "there").symlink_to(tools.parent)
    assert not outlet(tmp_path / "there")
    assert outlet(tmp_path / "gone")
    assert outlet("/dev/null")
    os.mkfifo(tools / "pipe")
    assert outlet(tmp_path / "tools")
    assert outlet(tmp_path / "there")
    (tools / "pipe").unlink()
    with socket.socket(socket.AF_UNIX) as heard:
        heard.bind(str(tools / "s"))
        assert outlet(tmp_path / "tools")


def test_a_folder_too_large_to_look_through_counts_as_an_outlet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "MOST", 4)
    for n in range(3):
        (tmp_path / f"{n}").touch()
    assert not outlet(tmp_path)
    (tmp_path / "more").touch()
    assert outlet(tmp_path)
