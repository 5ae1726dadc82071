"""The end of a run: what ran is put back, and the ledger holds the reason, the way on, and the day's papers."""

from __future__ import annotations

import datetime
from typing import Any

from factory.errors import FactoryError, of_machine
from factory.git.ledger import FACTORY
from factory.line import purse, recover, telling
from factory.line.house import House
from factory.line.trades.ticket import kept_halves
from factory.model import Event, State
from factory.money import wallet
from factory.out.laying import lay
from factory.plain import whole_line
from factory.records import halves
from factory.records.redact import redact
from factory.records.state import View, ready, standings
from factory.records.view import FactoryFile, factory_file, look
from factory.reports import daily, report, stops


def end(house: House, kind: str, detail: str = "", command: str = "") -> None:
    """One event that holds it all, and a word to whoever wants one. `detail` is the exact reason; `command` goes on,
    where it is not the kind's own."""
    detail = redact(detail, house.secrets)
    try:
        recover.put_back(house)
        _book(house, kind, detail, command)
    finally:  # that the disk is full, say, is worth a word, though nothing can be booked
        telling.ended(house, kind, detail, command)


def _book(house: House, kind: str, detail: str, command: str) -> None:
    why = stops.STOPS[kind]
    with house.ledger.lock:
        factory = factory_file(house.ledger).model_copy(
            update={
                "state": why.state,
                "stop_kind": kind,
                "next_command": command or why.command,
                "stop_reason": None if why.state == "READY" else stops.in_words(kind, detail),
            }
        )
        text = whole_line(detail or why.english)
        event = Event(name="stop", text=text, trailers={daily.STOP: kind})
        changes: dict[str, Any] = {FACTORY: factory.model_dump(mode="json")}
        changes |= _stopped_box(house, text) if why.state != "READY" else {}
        changes |= purse.success(house, house.main())
        changes[wallet.GUARD] |= {"stop_reason": factory.stop_reason}
        changes |= papers(house, purse.today(house), factory, event)
        house.ledger.append(event, changes)
    lay_out(house)


def turn_of_day(house: House, day: datetime.date) -> None:
    """At midnight: the page of the day that ended."""
    house.ledger.append(
        Event(name="report", text=f"the day {day.isoformat()} ended"), papers(house, day, factory_file(house.ledger))
    )
    house.say("", f"the day turned; `factory report --date {day.isoformat()}` tells of it")
    lay_out(house)


def lay_out(house: House) -> None:
    """The files that a person opens, beside the work tree's. They hold up nothing: what keeps them is told once."""
    try:
        lay(house.ledger, house.settings)
    except (FactoryError, OSError) as error:
        why = str(error if isinstance(error, FactoryError) else of_machine(error))
        if why not in house.told:
            house.told.add(why)
            house.say("", f"no files to open: {why}", "warning")


def papers(house: House, day: datetime.date, factory: FactoryFile, last: Event | None = None) -> dict[str, Any]:
    """The day's page and the months' sums. `last`: the event that is about to be written."""
    alive = True if day == purse.today(house) else None
    facts = daily.facts(house.ledger, house.ref, house.settings, day, (factory, last), alive=alive)
    return {
        report.path(day): report.page(facts).encode(),
        **daily.months(house.ledger, day),
    }


def _stopped_box(house: House, why: str) -> dict[str, Any]:
    """The open half says why it stands still; the next run goes on with it."""
    last = halves.latest(kept_halves(house))
    if last is None or last.closed or not last.dealt:
        return {}
    return last.model_copy(update={"stopped": why}).as_file()


def stuck(view: View) -> str:
    """What the waiting tickets wait for, where none of them can ever start; "" where there is none."""
    found = standings(view)
    waiting = {id: s for id, s in found.items() if s.state is State.PENDING}
    if not waiting or ready(view, float("inf")) or any(s.state is State.INFLIGHT for s in found.values()):
        return ""
    rows = {t.id: t.status.value for t in view.tickets}
    words = [
        f"{id} waits for {dep}, which {'says DONE and has no stamp' if rows[dep] == 'DONE' else f'is {rows[dep]}'}"
        for id, s in waiting.items()
        for dep in s.ticket.deps
        if dep not in waiting and (dep not in found or found[dep].state is not State.DONE)
    ]
    return "; ".join(words[:3]) + (f"; and {len(words) - 3} more" if len(words) > 3 else "")


def finish(house: House, worked: bool) -> str:
    """Nothing more can be dealt: book why, and say it where it is no good end."""
    view = look(house.repo, house.ledger, house.main())
    waits = stuck(view)
    if waits and not worked:
        end(house, "stuck", f"{waits}; set what they wait for to IN_PROGRESS in D_ROADMAP.md")
        return waits
    blocked = [id for id, s in standings(view).items() if s.state is State.BLOCKED]
    end(house, "done", command=f"factory log {blocked[0]}" if blocked else "")
    return waits


def fail(house: House, error: FactoryError | OSError) -> None:
    """A run that ends by an error books it; where even that cannot be written, the error itself is told."""
    told = error if isinstance(error, FactoryError) else of_machine(error)
    end(house, told.stop, str(told))
