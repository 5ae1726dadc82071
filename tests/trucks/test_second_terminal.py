"""`cancel` and `retry` of a card from a second terminal, while a run is on."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.line.conftest import Shop
from tests.line.night import running, second
from tests.trucks.conftest import DAY, SETTINGS, MakeDay, cards, stamps, states

PLAN = """\
goal: Four files, a card each
sources: {code: "src/*.py"}
lanes: {1: {name: work, worker: default}}
cards:
  test: {type: TEST, lane: 1, source: code, accept: {schema: {ok: boolean}, count: 1}, failfast: {minutes: 1}}
"""
# One card waits until it is told to go on; another fails until it is mended.
WORKER = f"""
touch "@GO@.$FACTORY_TICKET"
if [ "$FACTORY_TICKET" = @WAITS@ ] && [ ! -e "@GO@" ]; then
  touch "@GO@.waits"; n=0; while [ ! -e "@GO@" ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done
fi
[ "$FACTORY_TICKET" != @FAILS@ ] || [ -e "@GO@.mended" ] || exit 1
mkdir -p output/{DAY}; echo '{{"ok": true}}' > output/{DAY}/$FACTORY_TICKET.jsonl
"""
FIRST, SECOND, LAST = "L1_TEST_000001", "L1_TEST_000002", "L1_TEST_000004"


def shop_of(make_day: MakeDay, go: Path, *, waits: str, fails: str = "", attempts: int = 3, at_once: int = 3) -> Shop:
    worker = WORKER.replace("@GO@", str(go)).replace("@WAITS@", waits).replace("@FAILS@", fails or "none")
    settings = SETTINGS.replace("[factory]", f"[factory]\nmax_workers = {at_once}")
    return make_day(PLAN, worker=worker, settings=f"{settings}\n[caps]\nattempts = {attempts}\n")


def begun(go: Path) -> list[str]:
    """The cards whose worker was started."""
    return sorted(path.suffix[1:] for path in go.parent.glob(f"{go.name}.L1_*"))


def test_a_card_in_flight_is_ended_and_the_run_goes_on_without_it(make_day: MakeDay, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = shop_of(make_day, go, waits=FIRST)
    with running(shop, go) as run:
        said = second(shop, "cancel", FIRST)
        assert (said.code, said.stdout.decode().splitlines()[-1]) == (
            0, f"{FIRST} is off the line; `factory retry {FIRST}` puts it back",
        )  # fmt: skip
        assert run.ends() == 1
    found = cards(shop)
    assert (found[FIRST]["state"], found[FIRST]["attempts"]) == ("BLOCKED", 0)
    assert [card["state"] for name, card in found.items() if name != FIRST] == ["DONE"] * 3
    assert FIRST not in "".join(stamps(shop))
    go.touch()
    assert shop.run("retry", FIRST).code == 0
    assert shop.run("run").code == 0
    assert shop.run("verify").code == 0
    assert shop.run("check-consistency").code == 0


def test_a_blocked_card_that_is_released_while_a_run_is_on_is_done_by_that_run(
    make_day: MakeDay, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    shop = shop_of(make_day, go, waits=LAST, fails=FIRST, attempts=1)
    with running(shop, go) as run:
        assert states(shop)[FIRST] == "BLOCKED"  # in the half before
        assert second(shop, "retry", LAST).code == 2  # it is in flight
        Path(f"{go}.mended").touch()
        said = second(shop, "retry", FIRST)
        assert (said.code, said.stdout.decode().splitlines()[-1]) == (
            0, f"{FIRST} is released anew; its truck takes it",
        )  # fmt: skip
        run.let_go()
        assert run.ends() == 0
    assert set(states(shop).values()) == {"DONE"}
    assert "".join(stamps(shop)).count(FIRST) == 1
    assert shop.run("check-consistency").code == 0


@pytest.mark.parametrize("words", [("stop", "--now"), ("stop",), ()])
def test_a_stop_begins_none_of_the_cards_that_queue_behind_the_one_that_runs(
    make_day: MakeDay, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Without words: Ctrl-C."""
    go = tmp_path / "go"
    shop = shop_of(make_day, go, waits=FIRST, at_once=1)
    with running(shop, go) as run:
        if words:
            assert second(shop, *words).code == 0
        else:
            run.send(signal.SIGINT)
            run.says("Ctrl-C again stops now")
        if "--now" not in words:
            run.let_go()
        assert run.ends() == (3 if words else 130)
    assert begun(go) == [FIRST]
    done = "PENDING" if "--now" in words else "DONE"
    assert list(states(shop).values()) == [done, "PENDING", "PENDING", "PENDING"]
    go.touch()
    assert shop.run("run").code == 0
    assert set(states(shop).values()) == {"DONE"}
    assert shop.run("check-consistency").code == 0


def test_a_card_that_is_cancelled_in_the_queue_is_not_begun(make_day: MakeDay, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = shop_of(make_day, go, waits=FIRST, at_once=1)
    with running(shop, go) as run:
        assert second(shop, "cancel", SECOND).code == 0
        run.let_go()
        assert run.ends() == 1
    assert SECOND not in begun(go)
    assert list(states(shop).values()) == ["DONE", "BLOCKED", "DONE", "DONE"]
    assert shop.run("retry", SECOND).code == 0
    assert shop.run("run").code == 0
    assert shop.run("check-consistency").code == 0


def test_a_cancel_and_a_stop_are_heard_while_the_cards_sleep_for_a_server(make_day: MakeDay, tmp_path: Path) -> None:
    """The card that passed is cancelled before the half lands: it is not stamped by the stop."""
    go = tmp_path / "go"
    refused = f'[ "$FACTORY_TICKET" = {FIRST} ] || [ -e "{go}" ] || {{ touch "{go}.waits"; exit 75; }}\n'
    shop = make_day(PLAN, worker=refused + WORKER.replace("@GO@", str(go)).replace("@WAITS@", "none"))
    with running(shop, go) as run:
        run.says("as a server asked")
        since = time.monotonic()
        assert second(shop, "cancel", FIRST).code == 0
        assert second(shop, "stop").code == 0
        assert run.ends() == 3
        assert time.monotonic() - since < 40  # and the wait is a minute
    assert not stamps(shop)
    assert states(shop)[FIRST] == "BLOCKED"
    go.touch()
    assert shop.run("retry", FIRST).code == 0
    assert shop.run("run").code == 0
    assert set(states(shop).values()) == {"DONE"}
    assert shop.run("check-consistency").code == 0
