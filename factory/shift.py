"""A shift: ticket after ticket, until nothing is released or something says stop."""

from __future__ import annotations

from typing import NamedTuple

from factory import checkout, controller, recover
from factory.errors import Exit, FactoryError, Stopped
from factory.house import House
from factory.model import State
from factory.plans import must_have_workers
from factory.state import View, counts, ready, standings
from factory.turn import Turn
from factory.view import CRITERIA, ROADMAP, look


class Ended(NamedTuple):
    """How a shift ended."""

    exit: Exit
    reason: str
    stamped: int
    failed: int


def run(house: House, *, tickets: int | None = None, once: bool = False) -> Ended:
    """Work until nothing is released, a cap is reached, or something says stop; resumes what an earlier run left."""
    turns: list[Turn] = []
    reason = ""
    try:
        view = prepare(house)
        while turn := next_turn(house, view, turns, tickets, once):
            turns.append(turn)
            view = look(house.repo, house.ledger, house.main())
    except Stopped as stop:
        reason = str(stop)
        recover.mark(house, "stop", reason, state="RECOVERABLE", stop_reason=reason, next_command="factory run")
        return Ended(Exit.STOPPED, reason, *_tally(turns))
    except FactoryError as error:
        recover.mark(house, "stop", str(error), state="FAIL_STOP", stop_reason=str(error), next_command="factory run")
        raise
    recover.mark(house, "stop", "nothing more to do", state="READY", stop_reason=None, next_command="")
    return Ended(verdict(view), reason, *_tally(turns))


def prepare(house: House) -> View:
    """Everything that must hold before the first ticket: documents, workers, leftovers, a gate that can run."""
    view = look(house.repo, house.ledger, house.main())
    if recover.mend(house, view):
        view = look(house.repo, house.ledger, house.main())
    must_have_workers(view, house.settings)
    recover.mark(
        house, "run", "a run starts", state="RUNNING", run=house.run, since=house.clock.now(), stop_reason=None
    )
    if any(s.state is State.PENDING for s in standings(view).values()):
        checkout.must_be_free(house.repo, house.ref, [ROADMAP, CRITERIA])  # every stamp writes both
        house.gate.base_must_run(view.main, lambda text: house.say("", text))
    return view


def next_turn(house: House, view: View, turns: list[Turn], tickets: int | None, once: bool) -> Turn | None:
    """Take the best ticket that may be worked on; None where the shift is over."""
    if (once and turns) or (tickets is not None and len({t.ticket for t in turns}) >= tickets):
        return None
    if house.stop.is_set():
        raise Stopped("stopped by the operator; `factory run` goes on")
    while not (open_ := ready(view, house.clock.now())):
        waits = [
            s.record.not_before
            for s in standings(view).values()
            if s.state is State.PENDING and s.record.not_before > house.clock.now()
        ]
        if not waits:
            return None
        house.say("", f"waiting {min(waits) - house.clock.now():.0f} s for a rate limit")
        house.clock.sleep(min(waits) - house.clock.now(), house.stop)
    return controller.advance(house, view, open_[0])


def verdict(view: View) -> Exit:
    """0 where every released ticket is DONE, 1 where some are not."""
    found = counts(view)
    return Exit.OK if found["DONE"] == sum(found.values()) else Exit.FAIL


def _tally(turns: list[Turn]) -> tuple[int, int]:
    return sum(t.stamp is not None for t in turns), sum(t.stamp is None and t.result is not None for t in turns)
