"""The first steps of a run: what an earlier one left is mended, and what would end it is found before it costs."""

from __future__ import annotations

from collections.abc import Callable

from factory.errors import DoesNotAddUp
from factory.line import beforehand, recover
from factory.line.beforehand import Ground
from factory.line.ending import halves
from factory.line.house import House
from factory.line.opening import ground_of
from factory.operator import inbox
from factory.records import boxes
from factory.records.state import View
from factory.trucks import road


def begin(house: House, look: Callable[[], View]) -> Ground:
    """What the run stands on; the ledger says RUNNING. `look` gives the view as it is when it is called."""
    inbox.sweep(house.private)
    road.mend(house)
    recover.mend(house, look())
    if wrong := boxes.faults(halves(house)):
        raise DoesNotAddUp(f"the ledger does not add up: {wrong[0]}; `factory log` shows what happened")
    on = ground_of(house, look())
    for fault in beforehand.faults(on, cards=bool(road.look(house).plans())):
        raise fault
    recover.mark(
        house, "run", "a run starts", state="RUNNING", run=house.run, since=house.clock.now(), stop_reason=None,
        stop_kind="", next_command="", sandbox=house.sandbox.kind, rooms=house.rooms.kind,
    )  # fmt: skip
    return on
