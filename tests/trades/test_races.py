"""What comes in the moment in which an attempt ends: a command about the same item, and a main that never rests."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from factory.errors import Moved
from factory.line import booking, lander, shift
from factory.line.house import House
from factory.line.opening import open_house
from factory.line.steering import Cancel, Retry
from factory.records.record import Record
from tests.line.test_races import ask
from tests.trades.kit import Line, every

Lay = Callable[..., Line]


@every()
def test_a_release_while_the_cancelled_attempt_is_written_down_is_kept(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two failures; the third attempt is cancelled, and the item released just then: it is worked on again."""
    line = lay(1, '[ "$FACTORY_ATTEMPT" = 3 ] && sleep 20\n[ "$FACTORY_ATTEMPT" -le 4 ] && exit 1\nright')
    begun, write, asked = Record.begun, booking.write, list[str]()

    def begins(record: Record, attempt: int, *rest: Any) -> Record:
        if attempt == 3 and not asked:
            asked.append("cancel")
            ask(house, Cancel(line.ids[0]), wait=False)
        return begun(record, attempt, *rest)

    def written_down(house: House, event: str, *rest: Any, **more: Any) -> Any:
        if event == "killed" and asked == ["cancel"]:
            asked.append("retry")
            ask(house, Retry(line.ids[0]), wait=False)
        return write(house, event, *rest, **more)

    monkeypatch.setattr(Record, "begun", begins)
    monkeypatch.setattr(booking, "write", written_down)
    with open_house(line.shop.path, dict(os.environ), working=True) as house:
        shift.run(house)
    assert asked == ["cancel", "retry"]
    assert line.states() == ["DONE"]
    line.sound()


@every()
def test_a_main_that_never_rests_costs_no_attempt_and_is_for_a_person_to_see(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = lay(1)
    with monkeypatch.context() as restless:

        def stamp(*_: Any) -> None:
            raise Moved("somebody commits all the time")

        restless.setattr(lander, "_stamp", stamp)
        assert line.run().code == 1
    [fact] = line.facts()
    assert (line.stamped(), fact["state"], fact["attempts"]) == ([], "BLOCKED", 0)
    assert fact["why"] == "main kept moving while the gate ran"
    assert line.run("retry", line.ids[0]).code == 0
    assert line.run().code == 0
    assert line.states() == ["DONE"]
    line.sound()
