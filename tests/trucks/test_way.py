"""What lies in a person's checkout is never overwritten: the card in whose way it is waits, and keeps what it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git import follow
from tests.line.conftest import RIGHT, Shop
from tests.trucks.conftest import DAY, PLAN_AT, MakeDay, cards, stamps, states

PLAN = """\
goal: Four files, a card each
sources: {code: "src/*.py"}
lanes: {1: {name: work, worker: default}, 8: seal}
cards:
  test: {type: TEST, lane: 1, source: code, accept: {schema: {ok: boolean}, count: 1}}
  seal: {type: SEAL, lane: 8, after: test, per: all, accept: {schema: seal, count: inputs}}
"""
CARDS = [f"L1_TEST_{n:06}" for n in range(1, 5)]
OWN = f"output/{DAY}/{CARDS[0]}.jsonl"
WORKER = f"""
echo "$FACTORY_TICKET" >> @/calls
case "$FACTORY_TICKET" in L*)
  mkdir -p output/{DAY}; echo '{{"ok": true}}' > output/{DAY}/$FACTORY_TICKET.jsonl;;
*) {RIGHT} ;; esac
"""


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    return lambda: sorted((tmp_path / "calls").read_text().split())


def shop_of(make_day: MakeDay, tmp_path: Path, more: str = "", tickets: tuple[str, ...] = (), plan: str = PLAN) -> Shop:
    return make_day(plan, worker=WORKER.replace("@", str(tmp_path)) + more, tickets=tickets)


def put(shop: Shop, path: str = OWN) -> Path:
    """A person's own file, not committed."""
    own = shop.path / path
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("a person's own\n")
    return own


def test_a_card_waits_for_its_way_with_its_attempt_kept_and_the_others_go_on(
    make_day: MakeDay, tmp_path: Path, calls: Callable[[], list[str]]
) -> None:
    shop = shop_of(make_day, tmp_path, tickets=("D-1 One",))
    own = put(shop)
    done = shop.run("run")
    assert done.code == 3, done
    assert f"; {CARDS[0]} passed, and waits to be stamped: {shop.path}: uncommitted work in {OWN}" in done.out
    found = cards(shop)
    assert {name: card["state"] for name, card in found.items()} == {
        CARDS[0]: "PENDING", **dict.fromkeys(CARDS[1:], "DONE"), "L8_SEAL_000001": "PENDING",
    }  # fmt: skip
    assert (found[CARDS[0]]["attempts"], found[CARDS[0]]["why"][:18]) == (0, "passed, and waits:")
    status = shop.run("status", "--json").json
    assert (status["state"], status["tickets"]["D-1"]["state"]) == ("RECOVERABLE", "DONE")
    assert own.read_text() == "a person's own\n"
    assert shop.git("status", "--porcelain", "-uall") == f"?? {OWN}\n"
    assert shop.run("run").code == 3  # and nobody is paid for it
    shop.git("gc", "-q", "--prune=now")
    own.unlink()
    again = shop.run("run")
    assert (again.code, shop.git("status", "--porcelain")) == (0, ""), again
    assert set(states(shop).values()) == {"DONE"}
    assert calls() == ["D-1", *CARDS]
    for command in (("verify", "--rerun"), ("check-consistency",)):
        assert shop.run(*command).code == 0
    assert f"{CARDS[0]}#1" in shop.git("log", "--first-parent", "-6", "--format=%(trailers)", "main")


def test_what_waits_lands_in_the_same_run_when_its_way_is_free(make_day: MakeDay, tmp_path: Path) -> None:
    """The last card's worker stands for the person who commits meanwhile."""
    more = f'[ "$FACTORY_TICKET" != {CARDS[3]} ] || rm {tmp_path}/shop/{OWN}\n'
    shop = shop_of(make_day, tmp_path, more)
    put(shop)
    done = shop.run("run")
    assert done.code == 0, done
    assert set(states(shop).values()) == {"DONE"}


def test_what_waits_is_an_operators_to_end(make_day: MakeDay, tmp_path: Path, calls: Callable[[], list[str]]) -> None:
    shop = shop_of(make_day, tmp_path)
    own = put(shop)
    assert shop.run("run").code == 3
    assert shop.run("cancel", CARDS[0]).code == 0
    assert shop.run("run").code == 1
    own.unlink()
    assert shop.run("run").code == 1
    assert states(shop)[CARDS[0]] == "BLOCKED"
    assert shop.run("retry", CARDS[0]).code == 0
    assert shop.run("run").code == 0
    assert calls() == [CARDS[0], *CARDS]  # released anew: it is made again


def test_what_main_changed_meanwhile_is_made_again(
    make_day: MakeDay, tmp_path: Path, calls: Callable[[], list[str]]
) -> None:
    shop = shop_of(make_day, tmp_path)
    own = put(shop)
    assert shop.run("run").code == 3
    own.unlink()
    shop.commit({OWN: "committed\n"})
    assert shop.run("run").code == 0
    assert calls() == [CARDS[0], *CARDS]
    assert "CONFLICT" in shop.git("log", "--format=%s", "--grep=^fail", "factory/ledger")


def test_a_lock_that_comes_while_a_worker_works_keeps_what_the_cards_have(
    make_day: MakeDay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: Callable[[], list[str]]
) -> None:
    monkeypatch.setattr(follow, "PATIENCE", 1)
    lock = tmp_path / "shop/.git/index.lock"
    shop = shop_of(make_day, tmp_path, f"touch {lock}\n")
    done = shop.run("run")
    assert (done.code, stamps(shop), str(lock) in done.out) == (3, [], True), done
    assert calls() == CARDS[:3]  # no other is paid for: it could not land either
    assert shop.run("run").code == 3
    assert calls() == CARDS[:3]
    lock.unlink()
    shop.commit({"tools/worker.sh": WORKER.replace("@", str(tmp_path))})
    assert shop.run("run").code == 0
    assert calls() == CARDS


def test_a_plan_whose_way_is_not_free_leaves_the_tickets_their_night(make_day: MakeDay, tmp_path: Path) -> None:
    shop = shop_of(make_day, tmp_path, tickets=("D-1 One",))
    own = put(shop, f"ssot/backlog/backlog_{DAY}.jsonl")
    done = shop.run("run")
    assert (done.code, "1 stamped" in done.out) == (3, True), done
    assert f"cards wait: {shop.path}: uncommitted work in ssot/backlog/backlog_{DAY}.jsonl" in done.out
    assert (own.read_text(), PLAN_AT in shop.git("ls-files")) == ("a person's own\n", True)
    own.unlink()
    assert shop.run("run").code == 0
