"""An operator's commands: each one event. A running controller takes them from its inbox, else they act at once."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from factory import booking, landing, records, rewind
from factory.errors import CouldNotRun, FactoryError, Mistake, Moved, Stopped
from factory.house import House
from factory.ledger import FACTORY, ticket_path
from factory.model import Event, State, Ticket, TicketStatus
from factory.state import Record, standings
from factory.view import factory_file, look

COMMANDS = ("stop", "stop-now", "resume", "cancel", "retry", "replan", "rewind", "rewind-all")


REFUSED = "refused: "
PATIENCE = 600.0  # seconds that a second terminal waits for the running controller


def inbox(private: Path) -> Path:
    return private / "inbox"


def hand_over(private: Path, command: str, ticket: str) -> Path:
    """Put a command into the running controller's inbox; returns the place of its answer."""
    box = inbox(private)
    box.mkdir(parents=True, exist_ok=True)
    name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}"
    aside = box / f"{name}.new"
    aside.write_text(json.dumps({"command": command, "ticket": ticket}), encoding="utf-8")
    os.replace(aside, box / f"{name}.json")
    return box / f"{name}.answer"


def attend(house: House) -> None:
    """Carry out what lies in the inbox, in the order in which it came; answer each."""
    box = inbox(house.private)
    for path in sorted(box.glob("*.json")) if box.is_dir() else ():
        try:
            asked = json.loads(path.read_text(encoding="utf-8"))
            said = obey(house, asked["command"], asked["ticket"])
        except (FactoryError, ValueError, KeyError) as error:
            said = f"{REFUSED}{error}"
        path.with_suffix(".answer").write_text(said, encoding="utf-8")
        path.unlink()


def wait_for(answer: Path) -> str:
    """The running controller's answer. CouldNotRun where none comes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if answer.exists():
            said = answer.read_text(encoding="utf-8")
            answer.unlink()
            return said
        time.sleep(0.05)
    raise CouldNotRun("the running controller does not answer; `factory status` shows whether it lives")


def obey(house: House, command: str, ticket: str = "") -> str:
    """Carry out one command; says what was done. Mistake where it cannot be."""
    if command in ("stop", "stop-now"):
        return _stop(house, now=command == "stop-now")
    if command == "resume":
        return _resume(house)
    from factory.trucks import operating

    if operating.is_card(ticket):
        return operating.obey(house, command, ticket)
    row = _row(house, ticket)
    with house.landing:
        match command:
            case "cancel":
                return _cancel(house, row)
            case "retry":
                return _retry(house, row)
            case "replan":
                return _replan(house, row)
            case "rewind" | "rewind-all":
                return rewind.rewind(house, row, with_dependents=command == "rewind-all")
    raise Mistake(f"there is no command {command!r}", remedy=f"use one of {', '.join(COMMANDS)}")


def must_not_be_held(house: House) -> None:
    """Stopped where an operator's `stop` still holds."""
    if held := factory_file(house.ledger).stop_asked:
        raise Stopped(f"{held}; `factory resume` lifts it")


def _stop(house: House, *, now: bool) -> str:
    text = "stopped by the operator"
    if not house.working:
        _note(house, "stop", f"{text}: no run starts until `factory resume`", stop_asked=text)
        return "no run is on; none will start until `factory resume`"
    _note(house, "stop", text + (", at once" if now else ", after the running tickets"))
    house.end(f"{text}; `factory run` goes on", now=now)
    return "stopping now" if now else "stopping after the running tickets"


def _resume(house: House) -> str:
    _note(house, "resume", "the operator lets runs start again", stop_asked="")
    return "runs may start again: `factory run`"


def _note(house: House, name: str, text: str, **changes: object) -> None:
    factory = factory_file(house.ledger).model_copy(update=changes)
    house.ledger.append(Event(name=name, text=text), {FACTORY: factory.model_dump(mode="json")})


def _row(house: House, ticket: str) -> Ticket:
    view = look(house.repo, house.ledger, house.main())
    for row in view.tickets:
        if row.id == ticket:
            return row
    raise Mistake(f"there is no ticket {ticket}", path="D_ROADMAP.md", remedy="`factory status` lists them")


def _record(house: House, ticket: str) -> Record:
    return Record.model_validate(house.ledger.read(ticket_path(ticket)) or {"ticket": ticket})


def _set_row(house: House, ticket: str, status: TicketStatus, event: str, text: str) -> None:
    on_moved(lambda: landing.set_row(
        house.repo, house.ref, house.main(), ticket, status, text,
        event=event, now=house.clock.now(), signer=house.signer,
    ))  # fmt: skip


def on_moved(step: Callable[[], object]) -> None:
    """Do it on main as it is; again where somebody moved main meanwhile."""
    for _ in range(20):
        try:
            step()
            return
        except Moved:
            continue
    raise Moved("main keeps moving; try again")


def _cancel(house: House, row: Ticket) -> str:
    standing = standings(look(house.repo, house.ledger, house.main())).get(row.id)
    if standing is None or standing.state not in (State.PENDING, State.INFLIGHT):
        raise Mistake(f"{row.id} is not waiting or in flight", remedy="`factory status` shows where it stands")
    if standing.state is State.INFLIGHT:
        house.halt(row.id)
    _set_row(house, row.id, TicketStatus.BLOCKED, "cancel", "the operator took it off the line")
    if standing.state is State.PENDING:
        booking.write(
            house, "cancel", records.blocked(standing.record, None, "cancelled by the operator"), "by the operator"
        )
    return f"{row.id} is off the line; `factory retry {row.id}` puts it back"


def _retry(house: House, row: Ticket) -> str:
    if row.status is not TicketStatus.BLOCKED:
        raise Mistake(f"{row.id} is {row.status.value}, not BLOCKED", remedy="only a blocked ticket is tried again")
    _set_row(house, row.id, TicketStatus.IN_PROGRESS, "retry", "released anew by the operator")
    booking.write(house, "retry", records.released(_record(house, row.id)), "released anew by the operator")
    return f"{row.id} is released anew; its attempts count from here"


def _replan(house: House, row: Ticket) -> str:
    """Forget what the next plan would be told of earlier attempts."""
    standing = standings(look(house.repo, house.ledger, house.main())).get(row.id)
    if standing is None or standing.state is not State.PENDING:
        raise Mistake(f"{row.id} is not waiting", remedy="`factory retry` releases a blocked ticket first")
    fresh = records.released(standing.record).model_copy(update={"previous": None})
    booking.write(house, "replan", fresh, "its next plan is made from nothing")
    return f"{row.id}: the next plan is made from nothing, and its attempts count from here"
