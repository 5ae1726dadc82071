"""What a person says while a run is on is heard, whatever is worked on, and takes nothing from the rest."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import pytest

from tests.line.night import running, safe, second
from tests.trades.kit import Line, every

Lay = Callable[..., Line]


def ends_well(line: Line) -> None:
    """What is left open is done by the next run."""
    line.go.touch()
    assert (line.run().code, set(line.states())) == (0, {"DONE"})
    assert sorted(line.stamped()) == line.ids  # each of them once
    assert line.run("check-consistency").code == 0
    safe(line.shop)


@every("ticket", "card")
@pytest.mark.parametrize("words", [("stop",), ("stop", "--now"), (), ("twice",), ("term",)], ids=" ".join)
def test_a_stop_begins_nothing_of_what_queues(lay: Lay, words: tuple[str, ...]) -> None:
    """Without words: Ctrl-C."""
    line = lay(4, at_once=1)
    at_once = words in {("stop", "--now"), ("twice",), ("term",)}
    with line.live() as run:
        if words[:1] == ("stop",):
            assert second(line.shop, *words).code == 0
        elif words == ("term",):
            run.send(signal.SIGTERM)
        else:
            for said in ("Ctrl-C again stops now", "stopping now")[: 1 + at_once]:
                run.send(signal.SIGINT)
                run.says(said)
        if not at_once:
            run.let_go()
        assert run.ends() == (3 if words[:1] == ("stop",) else 130)
        assert "Traceback" not in run.out
    assert (line.begun(), line.states()) == ([1], ["PENDING" if at_once else "DONE", *["PENDING"] * 3])
    status = line.run("status", "--json").json
    told = {"stop": "Somebody told the factory to stop.", "inte": "It was interrupted"}
    assert (status["state"], status["stop_reason"].startswith(told["stop" if "stop" in words else "inte"])) == (
        "RECOVERABLE", True,
    )  # fmt: skip
    ends_well(line)


@every("ticket", "card")
def test_an_item_in_flight_is_ended_and_the_run_goes_on_without_it(lay: Lay) -> None:
    line = lay(3, at_once=1)
    with line.live() as run:
        assert second(line.shop, "cancel", line.ids[0]).code == 0
        assert run.ends() == 1
    first, *others = line.facts()
    assert (first["state"], first["attempts"], [item["state"] for item in others]) == ("BLOCKED", 0, ["DONE"] * 2)
    assert line.ids[0] not in line.stamped()
    assert line.run("retry", line.ids[0]).code == 0
    ends_well(line)


@every("ticket", "card")
def test_an_item_that_is_cancelled_in_the_queue_is_not_begun(lay: Lay) -> None:
    line = lay(3, at_once=1)
    with line.live() as run:
        assert second(line.shop, "cancel", line.ids[1]).code == 0
        run.let_go()
        assert run.ends() == 1
    assert (line.begun(), line.states()) == ([1, 3], ["DONE", "BLOCKED", "DONE"])
    assert line.run("retry", line.ids[1]).code == 0
    ends_well(line)


@every("ticket", "card")
def test_a_blocked_item_that_is_released_while_a_run_is_on_is_done_by_that_run(lay: Lay) -> None:
    line = lay(2, at_once=1)
    with line.live() as run:
        assert second(line.shop, "cancel", line.ids[1]).code == 0
        assert second(line.shop, "retry", line.ids[0]).code == 2  # it is in flight
        assert second(line.shop, "retry", line.ids[1]).code == 0
        run.let_go()
        assert run.ends() == 0
    ends_well(line)


REFUSED = '[ -e "@GO@" ] || [ "$N" != {} ] || {{ touch "@GO@.waits"; exit 75; }}; right'


def sleeps(lay: Lay, n: int) -> Line:
    """Two items, of which a server refuses one, for a minute or more, until a test lets it go."""
    line = lay(2, at_once=1)
    line.shop.commit({"tools/worker.sh": line.scripted(REFUSED.format(n).replace("@GO@", str(line.go)))})
    return line


@every("ticket", "card")
@pytest.mark.parametrize(("word", "code"), [("stop", 3), ("cancel", 1)])
def test_a_command_is_heard_while_the_run_sleeps_for_a_server(lay: Lay, word: str, code: int) -> None:
    line = sleeps(lay, 1)
    with running(line.shop, line.go) as run:
        run.says("as a server asked")
        since = time.monotonic()
        assert second(line.shop, word, *([line.ids[0]] if word == "cancel" else [])).code == 0
        assert run.ends() == code
        assert time.monotonic() - since < 40  # and the wait is a minute
    assert line.states() == ["BLOCKED" if word == "cancel" else "PENDING", "DONE"]


@every("card")
def test_a_card_that_passed_and_is_cancelled_before_its_half_lands_is_not_stamped(lay: Lay) -> None:
    line = sleeps(lay, 2)
    with running(line.shop, line.go) as run:
        run.says("as a server asked")
        assert second(line.shop, "cancel", line.ids[0]).code == 0
        assert second(line.shop, "stop").code == 0
        assert run.ends() == 3
    assert (line.states(), line.stamped()) == (["BLOCKED", "PENDING"], [])
    assert line.run("retry", line.ids[0]).code == 0
    ends_well(line)


@every("ticket", "card")
def test_a_killed_run_is_recoverable_and_the_next_one_goes_on(lay: Lay) -> None:
    line = lay(3)
    line.run_and_kill()
    status = line.run("status", "--json").json
    assert (status["state"], "killed" in status["stop_reason"]) == ("RECOVERABLE", True)
    ends_well(line)
