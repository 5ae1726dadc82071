"""The first steps of a run: what an earlier one left is mended, and what would end it is found before it costs."""

from __future__ import annotations

from factory.errors import DoesNotAddUp
from factory.line import beforehand, day_chain, inbox, recover
from factory.line.beforehand import Footing
from factory.line.house import House
from factory.line.looking import Sight
from factory.line.opening import ground_of
from factory.line.trades.ticket import kept_halves
from factory.records import halves, sleep


def begin(house: House, sight: Sight) -> Footing:
    """What the run stands on; the ledger says RUNNING."""
    inbox.sweep(house.private)
    sleep.wake(house.private)
    day_chain.mend(house)
    recover.mend(house, sight.now().view)
    if wrong := halves.faults(kept_halves(house)):
        raise DoesNotAddUp(f"the ledger does not add up: {wrong[0]}; `factory log` shows what happened")
    on = ground_of(house, sight.now().view)
    for fault in beforehand.faults(on, cards=bool(sight.now().yard.plans())):
        raise fault
    recover.mark(
        house,
        "run",
        "a run starts",
        state="RUNNING",
        run=house.run,
        since=house.clock.now(),
        stop_reason=None,
        stop_kind="",
        next_command="",
        sandbox=house.sandbox.kind,
        rooms=house.rooms.kind,
    )
    return on
