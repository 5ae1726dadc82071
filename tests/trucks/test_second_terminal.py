"""`cancel` and `retry` of a card from a second terminal, while a run is on."""

from __future__ import annotations

from pathlib import Path

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
if [ "$FACTORY_TICKET" = @WAITS@ ] && [ ! -e "@GO@" ]; then
  touch "@GO@.waits"; n=0; while [ ! -e "@GO@" ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done
fi
[ "$FACTORY_TICKET" != @FAILS@ ] || [ -e "@GO@.mended" ] || exit 1
mkdir -p output/{DAY}; echo '{{"ok": true}}' > output/{DAY}/$FACTORY_TICKET.jsonl
"""
FIRST, LAST = "L1_TEST_000001", "L1_TEST_000004"


def shop_of(make_day: MakeDay, go: Path, *, waits: str, fails: str = "", attempts: int = 3) -> Shop:
    worker = WORKER.replace("@GO@", str(go)).replace("@WAITS@", waits).replace("@FAILS@", fails or "none")
    return make_day(PLAN, worker=worker, settings=f"{SETTINGS}\n[caps]\nattempts = {attempts}\n")


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
