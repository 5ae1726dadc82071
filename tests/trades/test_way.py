"""What lies in a person's checkout is never overwritten: the item in whose way it is waits, and keeps what it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git import follow
from tests.trades.kit import Line, every

Lay = Callable[..., Line]


def put(line: Line) -> Path:
    """A person's own in the way of the first item, not committed."""
    own = line.shop.path / line.own()
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("a person's own\n")
    return own


def clear(line: Line) -> None:
    """The way as main has it."""
    (line.shop.path / line.own()).unlink()
    if line.trade.word == "patch":
        line.shop.git("checkout", "-q", "--", line.own())


@every()
def test_an_item_waits_for_its_way_with_its_attempt_kept_and_the_others_go_on(lay: Lay) -> None:
    line = lay(5)  # more than a half: it holds up no box either
    own = put(line)
    done = line.run()
    assert (done.code, line.states()) == (3, ["PENDING", *["DONE"] * 4]), done
    said = f"{line.ids[0]} passed, and waits to be stamped: {line.shop.path}: uncommitted work in {line.own()}"
    assert said in done.out
    first = line.facts()[0]
    assert (first["attempts"], first["why"][:18]) == (0, "passed, and waits:")
    status = line.run("status", "--json").json
    assert (status["state"], status["stop_reason"][:19]) == ("RECOVERABLE", "What passed waited:")
    assert own.read_text() == "a person's own\n"
    assert line.shop.git("status", "--porcelain", "-uall")[3:] == f"{line.own()}\n"
    assert line.run().code == 3  # and nobody is paid for it
    assert line.shop.git("for-each-ref", "refs/factory/attempts") == ""  # the ledger holds it
    line.shop.git("gc", "-q", "--prune=now")
    clear(line)
    again = line.run()
    assert (again.code, line.shop.git("status", "--porcelain"), line.begun()) == (0, "", [1, 2, 3, 4, 5]), again
    line.sound()


@every()
def test_what_waits_lands_in_the_same_run_when_its_way_is_free(lay: Lay, tmp_path: Path) -> None:
    """The last item's worker stands for the person who commits meanwhile."""
    in_shop = f"git -C {tmp_path}/shop"
    line = lay(2, f'[ "$N" = 1 ] || {{ {in_shop} clean -fdq; {in_shop} checkout -q -- .; }}; right')
    put(line)
    done = line.run()
    assert (done.code, line.states()) == (0, ["DONE"] * 2), done


@every()
def test_what_waits_is_an_operators_to_end(lay: Lay) -> None:
    line = lay(2)
    put(line)
    assert line.run().code == 3
    assert line.run("cancel", line.ids[0]).code == 0
    assert line.run().code == 1
    clear(line)
    assert (line.run().code, line.states()) == (1, ["BLOCKED", "DONE"])
    assert line.run("retry", line.ids[0]).code == 0
    assert (line.run().code, line.begun()) == (0, [1, 1, 2])  # released anew: it is made again


@every()
def test_what_main_changed_meanwhile_is_made_again(lay: Lay) -> None:
    line = lay(2)
    put(line)
    assert line.run().code == 3
    clear(line)
    line.shop.commit({line.own(): "committed\n"})
    assert (line.run().code, line.begun()) == (0, [1, 1, 2])
    assert "CONFLICT" in line.shop.git("log", "--format=%s%b", "factory/ledger")


@every()
def test_a_lock_that_comes_while_a_worker_works_keeps_what_is_made(
    lay: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "PATIENCE", 1)
    lock = tmp_path / "shop/.git/index.lock"
    line = lay(4, f"right; touch {lock}")
    done = line.run()
    begun = line.begun()
    assert (done.code, line.stamped(), str(lock) in done.out) == (3, [], True), done
    assert 4 not in begun  # no other is paid for: it could not land either
    assert (line.run().code, line.begun()) == (3, begun)
    lock.unlink()
    line.shop.commit({"tools/worker.sh": line.scripted("right")})
    assert (line.run().code, line.begun()) == (0, [1, 2, 3, 4])
