"""What stands where, and what is next: a pure fold of the roadmap, the stamps and the ledger's records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from factory.git.history import TicketWord
from factory.model import (
    Criterion,
    CriterionStatus,
    Oid,
    Priority,
    State,
    Ticket,
    TicketStatus,
    Triage,
)
from factory.money.pace import still_waits
from factory.records.record import BY_HAND, NO_STAMP, Record


class Standing(NamedTuple):
    """One released ticket, as `status` tells it."""

    ticket: Ticket
    state: State
    attempts: int
    stamp: Oid | None
    triage: Triage | None
    why: str
    record: Record


class View(NamedTuple):
    """Everything that one turn decides on, read once."""

    main: Oid
    tickets: tuple[Ticket, ...]
    criteria: tuple[Criterion, ...]
    records: Mapping[str, Record]
    words: tuple[TicketWord, ...] = ()  # main's stamps and rewinds that the records do not hold yet, oldest first


def standings(view: View) -> dict[str, Standing]:
    """Ticket -> where it stands. Tickets that are not released (PLANNED) are left out, and adopted ones."""
    return {t.id: _standing(view, t) for t in view.tickets if _counts(view, t)}


def _counts(view: View, ticket: Ticket) -> bool:
    record = view.records.get(ticket.id)
    return ticket.status is not TicketStatus.PLANNED and not (record and _adopted(record, ticket))


def _adopted(record: Record, ticket: Ticket) -> bool:
    """DONE before the factory came, and still: a row that was opened again is a ticket like any other."""
    return record.adopted and ticket.status is TicketStatus.DONE


def _standing(view: View, ticket: Ticket) -> Standing:
    record = view.records.get(ticket.id) or Record(ticket=ticket.id)
    stamp = stamp_of(view, ticket.id)

    def stands(state: State, triage: Triage | None = None, why: str = "") -> Standing:
        return Standing(ticket, state, record.attempts, stamp, triage, why, record)

    match ticket.status:
        case TicketStatus.DONE if stamp:
            return stands(State.DONE)
        case TicketStatus.DONE:
            return stands(State.BLOCKED, None, NO_STAMP)
        case TicketStatus.BLOCKED:
            return stands(State.BLOCKED, record.triage, record.why or BY_HAND)
    if record.state is State.BLOCKED:
        return stands(State.PENDING)  # a person set the row back: released anew
    if record.ends and record.state is State.PENDING:
        return stands(State.BLOCKED, record.triage, record.why)  # its row could not be set yet
    state = record.state if record.state is State.INFLIGHT else State.PENDING
    waits = ticket.fault or record.waits
    return stands(state, *((None, waits) if waits else (record.triage, record.why)))


def stamp_of(view: View, ticket: str) -> Oid | None:
    """The stamp that stands for a ticket, or None."""
    for word in reversed(view.words):
        if word.ticket == ticket:
            return word.oid if word.stamp else None
    record = view.records.get(ticket)
    return record.stamp if record else None


def finished(view: View) -> frozenset[str]:
    """The tickets that others may build on."""
    adopted = {t.id for t in view.tickets if (record := view.records.get(t.id)) and _adopted(record, t)}
    return frozenset(adopted | {t for t, s in standings(view).items() if s.state is State.DONE})


def ready(view: View, now: float) -> tuple[Ticket, ...]:
    """What may be worked on now, best first: priority, then the roadmap's order; dependencies done."""
    done = finished(view)
    open_ = [
        s.ticket
        for s in standings(view).values()
        if s.state is State.PENDING and set(s.ticket.deps) <= done and not still_waits(s.record.not_before, now)
    ]
    order = list(Priority)
    return tuple(sorted(open_, key=lambda t: (order.index(t.priority), t.order)))


def criteria_of(ticket: str, criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """A ticket's open criteria: what is DONE already was proven by an earlier stamp, and cannot be red again."""
    return tuple(c for c in criteria if c.ticket == ticket and c.status is CriterionStatus.OPEN)


def states(view: View) -> dict[str, State]:
    """Ticket -> its state, of the released ones."""
    return {id: standing.state for id, standing in standings(view).items()}


def counts(view: View) -> dict[str, int]:
    """State -> how many released tickets stand there."""
    found = dict.fromkeys((s.value for s in State), 0)
    for standing in standings(view).values():
        found[standing.state.value] += 1
    return found
