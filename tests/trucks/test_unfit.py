"""A worker of cards that could not start is found before anybody is paid, by `dry` and by `run`; what needs it waits."""

from __future__ import annotations

import pytest

from tests.line.conftest import RIGHT
from tests.trucks.conftest import DAY, SETTINGS, MakeDay, states

PLAN = """\
goal: Two files, by a worker of ours and by the built-in one
sources: {code: "src/[ab].py"}
lanes: {1: {name: work, worker: reader}, 2: {name: scan}}
cards:
  test: {type: TEST, lane: 1, source: code, accept: {schema: {ok: boolean}, count: 1}}
  scan: {type: SCAN, lane: 2, source: code, accept: {schema: index, count: inputs}}
"""
WRITE = f"mkdir -p output/{DAY}; echo '{{\"ok\": true}}' > output/{DAY}/$FACTORY_TICKET.jsonl\n"
READER = '\n[workers.reader]\nkind = "{}"\n'
UNFIT = {
    "no key": (READER.format("gemini"), 4, "worker reader: no key for gemini: GEMINI_API_KEY is not set"),
    "no price": (READER.format("gemini") + 'model = "new-1"\n', 2, "price of 'new-1' (google) is not known"),
    "no program": (READER.format("command") + 'command = ["no-such-agent"]\n', 4, "worker reader: no program no-such-agent"),
}  # fmt: skip
BOTH = f'case "$FACTORY_TICKET" in L*) {WRITE.rstrip()};; *) {RIGHT.rstrip()};; esac\n'
GOOD = READER.format("command") + 'command = ["sh", "tools/worker.sh"]\n'


@pytest.mark.parametrize("case", UNFIT)
def test_the_cards_of_a_worker_that_could_not_start_wait_and_all_else_goes_on(
    make_day: MakeDay, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    more, code, words = UNFIT[case]
    shop = make_day(PLAN, settings=SETTINGS + more, worker=BOTH, tickets=("D-1 One",))
    dry = shop.run("dry")
    assert dry.code == code
    assert "the cards of worker reader wait until that is mended: " in dry.out
    assert words in dry.out
    assert "truck 001 takes 2 cards (SCAN 2) by built-in 2; 2 wait for a later truck" in dry.out
    done = shop.run("run")
    assert done.code == code, done
    assert words in done.out
    assert done.out.index("the cards of worker reader wait: ") < done.out.index("stamped")
    assert "1 stamped, 2 cards, 0 attempts failed; " in done.out
    waits = {"L1_TEST_000001": "PENDING", "L1_TEST_000002": "PENDING"}
    assert states(shop) == {**waits, "L2_SCAN_000001": "DONE", "L2_SCAN_000002": "DONE"}
    again = shop.run("run")
    assert (again.code, words in again.err) == (code, True)  # nothing else is left to do
    assert (shop.run("dry").code, words in shop.run("dry").err) == (code, True)
    mended = SETTINGS + GOOD
    shop.commit({"ssot/factory.toml": mended})
    assert shop.run("dry").code == 0
    assert shop.run("run").code == 0
    assert shop.run("verify").code == 0


@pytest.mark.parametrize("storm", ["", "[storm]\nfailures = 1\n"])
def test_a_worker_that_is_taken_away_under_packed_cards_is_named_and_they_wait(make_day: MakeDay, storm: str) -> None:
    """By a storm the half stays open."""
    shop = make_day(PLAN, settings=SETTINGS + GOOD + "[caps]\nattempts = 1\n" + storm, worker="exit 1\n")
    assert shop.run("run").code == (3 if storm else 1)
    for card in [card for card, state in states(shop).items() if state == "BLOCKED"]:
        assert shop.run("retry", card).code == 0
    shop.commit({"ssot/factory.toml": SETTINGS})
    said = "there is no worker 'reader', and cards need it"
    dry, done = shop.run("dry"), shop.run("run")
    assert (dry.code, done.code) == (2, 2)
    assert said in dry.err + dry.out
    assert said in done.err + done.out
    assert [states(shop)[f"L1_TEST_00000{n}"] for n in (1, 2)] == ["PENDING"] * 2
    assert [states(shop)[f"L2_SCAN_00000{n}"] for n in (1, 2)] == ["DONE"] * 2
    shop.commit({"ssot/factory.toml": SETTINGS + GOOD, "tools/worker.sh": WRITE})
    assert shop.run("run").code == 0


def test_a_plan_that_is_wrong_is_told_by_dry_beside_the_tickets(make_day: MakeDay) -> None:
    shop = make_day(PLAN, tickets=("D-1 One",))
    dry = shop.run("dry")
    said = f"ssot/plans/dayplan_{DAY}.yaml:3: there is no worker 'reader', and L1_TEST_000001 needs it"
    assert (dry.code, f"cards wait until that is mended: {said}" in dry.out, "D-1#1" in dry.out) == (2, True, True)
    done = shop.run("run")
    assert (done.code, f"cards wait: {said}" in done.out) == (2, True)
