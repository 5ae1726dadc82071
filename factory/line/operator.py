"""An operator's commands: each one event. A running controller takes them from its inbox, else they act at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from factory.cards.card import is_card
from factory.errors import FactoryError, Held, Mistake, Moved, Stopped, TimeUp
from factory.line import booking, inbox, operating, recover, rewind, telling
from factory.line.answer import Answer, answer_of
from factory.line.house import House
from factory.line.lander import Lander
from factory.line.steering import STEERING, Cancel, Command, OfItem, Replan, Resume, Retry, Rewind, Stop
from factory.model import State, Ticket, TicketStatus
from factory.records import landing, shelf, sleep
from factory.records.record import CANCELLED, NO_STAMP
from factory.records.state import Standing, standings
from factory.records.view import factory_file, look
from factory.reports import stops

EAR = 0.5  # seconds between looks at the inbox while the run sleeps
EYE = 20.0  # seconds between looks at main meanwhile


def attend(house: House, lander: Lander) -> bool:
    """Carry out what lies in the inbox, in the order in which it came; answer each. Says whether there was any.

    What needs main is the lander's to do. While that is at work it waits in the inbox, so that a `stop` behind it is
    heard at once.
    """
    _strike(house)
    heard = False
    for asked in inbox.read(house.private):
        if not (isinstance(asked.command, Command) and asked.command.main):
            asked.answer(_said(house, asked))
        elif lander.idle:
            asked.answer(lander.do(partial(_said, house, asked)))
        else:
            continue
        heard = True
    return heard


def _strike(house: House) -> None:
    """At the time until which the run was to work, nothing new begins; what runs is finished."""
    if house.until and not house.signals.is_late and house.until.struck(house.clock.now()):
        house.signals.end(TimeUp(f"it was to work until {house.until}; `factory run` goes on"))
        house.say("", f"it was to work until {house.until}: what runs is finished, and nothing new begins")


def rest(house: House, seconds: float, lander: Lander) -> None:
    """Sleep as a server asked, with an ear for the operator. A command ends it: it may change what waits."""
    house.say("", f"waiting {seconds:.0f} s, as a server asked")
    telling.look(house, all=True)
    now = house.clock.now()
    with sleep.asleep(house.private, "server", now, now + seconds):
        house.clock.sleep(seconds, Ear(house, lander))


class Ear:
    """Ends a sleep where the run is to end, where a command was carried out, or where main moved."""

    def __init__(self, house: House, lander: Lander) -> None:
        self._house, self._lander = house, lander
        self._main = house.repo.tip(house.ref)

    def wait(self, timeout: float) -> bool:
        begun = time.monotonic()
        deadline, look = begun + timeout, begun + EYE
        while (left := deadline - (now := time.monotonic())) > 0:
            if self._house.signals.drain.wait(min(left, EAR)) or attend(self._house, self._lander):
                return True
            if now > look and self._house.repo.tip(self._house.ref) != self._main:
                return True
            look = now + EYE if now > look else look
        return False


def dismiss(house: House, lander: Lander) -> None:
    """At a run's end: what came too late for its loop is answered, so that no terminal waits for nothing."""
    for asked in inbox.read(house.private):
        asked.answer(lander.do(partial(_said, house, asked)))


def _said(house: House, asked: inbox.Asked) -> Answer:
    try:
        if isinstance(asked.command, Mistake):
            raise asked.command
        return Answer(text=obey(house, asked.command))
    except FactoryError as error:
        return answer_of(error)


def obey(house: House, command: Command) -> str:
    """Carry out one command; says what was done. Mistake where it cannot be."""
    match command:
        case Stop():
            return _stop(house, now=command.now)
        case Resume():
            return _resume(house)
        case OfItem() if is_card(command.item):
            return operating.obey(house, command.name, command.item)
        case OfItem():
            return _of_ticket(house, command)
    raise Mistake(f"`{command.name}` steers nothing", remedy=f"use one of {', '.join(one.name for one in STEERING)}")


def _of_ticket(house: House, command: OfItem) -> str:
    if not house.working:
        recover.mend(house, look(house.repo, house.ledger, house.main()))
    row = _row(house, command.item)
    if isinstance(command, Rewind):
        return rewind.rewind(house, row, with_dependents=command.with_dependents)
    return {Cancel: _cancel, Retry: _retry, Replan: _replan}[type(command)](house, row)


def must_not_be_held(house: House) -> None:
    """Held where an operator's `stop` still holds."""
    if held := factory_file(house.ledger).stop_asked:
        raise Held(f"{held}; `factory resume` lifts it")


def _stop(house: House, *, now: bool) -> str:
    text = "stopped by the operator"
    if not house.working:
        held = stops.STOPS["held"]
        recover.mark(
            house,
            "stop",
            f"{text}: no run starts until `factory resume`",
            stop_asked=text,
            stop_kind="held",
            state=held.state,
            next_command=held.command,
            stop_reason=stops.in_words("held", ""),
        )
        return "no run is on; none will start until `factory resume`"
    with house.ledger.lock:  # what has no start in the ledger before this event gets none
        recover.mark(house, "stop", text + (", at once" if now else ", after the running tickets"))
        house.signals.end(Stopped(f"{text}; `factory run` goes on"), now=now)
    return "stopping now" if now else "stopping after the running tickets"


def _resume(house: House) -> str:
    if house.working and not factory_file(house.ledger).stop_asked:
        went_on = house.signals.carry_on()
        recover.mark(house, "resume", "the operator lets the run go on" if went_on else "nothing to resume")
        return "the run goes on" if went_on else "a run is on; there is no stop that could still be lifted"
    recover.mark(
        house,
        "resume",
        "the operator lets runs start again",
        stop_asked="",
        state="READY",
        stop_reason=None,
        stop_kind="",
        next_command=stops.RUN,
    )
    return "runs may start again: `factory run`"


def _row(house: House, ticket: str) -> Ticket:
    view = look(house.repo, house.ledger, house.main())
    for row in view.tickets:
        if row.id == ticket:
            return row
    raise Mistake(f"there is no ticket {ticket}", path="D_ROADMAP.md", remedy="`factory status` lists them")


def _set_row(house: House, row: landing.RowChange) -> None:
    on_moved(lambda: landing.set_row(house.repo, house.ref, house.main(), row, house.clock.now(), house.signer))


def on_moved(step: Callable[[], object]) -> None:
    """Do it on main as it is; again where somebody moved main meanwhile."""
    for _ in range(20):
        try:
            step()
            return
        except Moved:
            continue
    raise Moved("main keeps moving; try again")


def _refuse(row: Ticket, standing: Standing | None, only: str) -> Mistake:
    """What cannot be done to a ticket that stands there, and what can."""
    where = standing.state.value if standing else row.status.value
    if standing and standing.state is State.BLOCKED and row.status is TicketStatus.DONE:
        return Mistake(f"{row.id}: {NO_STAMP}", remedy="set its row to IN_PROGRESS and commit")
    remedy = {
        "PLANNED": "release it: set its row to IN_PROGRESS and commit",
        "PENDING": f"`factory cancel {row.id}` takes it off the line",
        "INFLIGHT": f"wait for its end, or `factory cancel {row.id}` ends it",
        "BLOCKED": f"`factory log {row.id}` shows why; `factory retry {row.id}` releases it anew",
        "DONE": f"`factory rewind {row.id}` takes its stamp back",
    }
    return Mistake(f"{row.id} is {where}, and only {only}", remedy=remedy[where])


def _standing_of(house: House, row: Ticket) -> Standing | None:
    return standings(look(house.repo, house.ledger, house.main())).get(row.id)


def _cancel(house: House, row: Ticket) -> str:
    standing = _standing_of(house, row)
    if standing is None or standing.state not in (State.PENDING, State.INFLIGHT):
        raise _refuse(row, standing, "what waits or is worked on can be cancelled")
    off = "the operator took it off the line"
    _set_row(house, landing.RowChange(row.id, TicketStatus.BLOCKED, "cancel", off))
    with house.ledger.lock:  # its attempt may begin meanwhile: the record is as it is now
        house.signals.halt(row.id)  # after its row is set: the attempt that ends looks there why
        record = shelf.read(house.ledger, row.id)
        if record.state is State.INFLIGHT:
            return f"{row.id} is ended and off the line; `factory retry {row.id}` puts it back"
        booking.write(house, "cancel", record.blocked(None, CANCELLED), "by the operator")
    return f"{row.id} is off the line; `factory retry {row.id}` puts it back"


def _retry(house: House, row: Ticket) -> str:
    if row.status is not TicketStatus.BLOCKED:
        raise _refuse(row, _standing_of(house, row), "a blocked ticket is released anew")
    anew = "released anew by the operator"
    _set_row(house, landing.RowChange(row.id, TicketStatus.IN_PROGRESS, "retry", anew))
    with house.ledger.lock:  # an attempt that was cancelled may end meanwhile
        booking.write(house, "retry", shelf.read(house.ledger, row.id).released(), "released anew by the operator")
    return f"{row.id} is released anew; its attempts count from here"


def _replan(house: House, row: Ticket) -> str:
    """Forget what the next plan would be told of earlier attempts."""
    standing = _standing_of(house, row)
    if standing is None or standing.state is not State.PENDING:
        raise _refuse(row, standing, "a waiting ticket is planned anew")
    with house.ledger.lock:  # its attempt may begin meanwhile: the record is as it is now
        record = shelf.read(house.ledger, row.id)
        if record.state is State.INFLIGHT:
            raise _refuse(row, standing._replace(state=record.state), "a waiting ticket is planned anew")
        fresh = record.released().model_copy(update={"previous": None})
        booking.write(house, "replan", fresh, "its next plan is made from nothing")
    return f"{row.id}: the next plan is made from nothing, and its attempts count from here"
