"""Every drift between the tables, the cards, the stamps and the ledger, by name. Reads git alone; writes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from factory.errors import Mistake
from factory.git import history
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import CriterionStatus, State, TicketStatus
from factory.operator.card_drift import card_drifts
from factory.records import halves
from factory.records.drift import Drift
from factory.records.halves import Half
from factory.records.record import Record
from factory.records.state import View
from factory.records.view import CRITERIA, RED, ROADMAP, find_main
from factory.records.yard import Yard
from factory.ssot import crosscheck, documents, unread


def drifts(path: Path) -> list[Drift]:
    with Repo(path) as repo:
        main = find_main(repo)[1]
        ledger = Ledger(repo, time.time)
        return [*_tickets(repo, ledger, main), *card_drifts(Yard(repo, ledger, main))]


def _tickets(repo: Repo, ledger: Ledger, main: str) -> Iterator[Drift]:
    """The two tables against each other, against main's stamps and against the ledger's records."""
    try:
        roadmap = repo.store.file(main, ROADMAP)
        tickets = documents.read_roadmap(roadmap)
        unread.check(roadmap)
        criteria = documents.read_ledger(repo.store.file(main, CRITERIA))
        crosscheck.check(tickets, criteria)
    except Mistake as mistake:
        yield Drift("table", f"{mistake.path}:{mistake.line}", mistake.what)
        return
    records = {record.ticket: record for record in ledger.read_all("tickets", Record.model_validate).values()}
    view = View(main, tickets, criteria, records, history.words(repo, main))
    yield from _rows(view)
    yield from _red(view, (ledger.read(RED) or {}).get("red", {}))
    yield from _records(view)
    boxes = ledger.read_all("boxes", Half.model_validate)
    yield from (Drift("ledger", "boxes", fault) for fault in halves.faults(boxes.values()))


def _stamped(view: View) -> dict[str, str]:
    """Ticket -> its stamp, by main's word alone."""
    found: dict[str, str] = {}
    for word in view.words:
        found.pop(word.ticket, None)
        if word.stamp:
            found[word.ticket] = word.oid
    return found


def _rows(view: View) -> Iterator[Drift]:
    stamped = _stamped(view)
    status = {ticket.id: ticket.status for ticket in view.tickets}
    adopted = {name for name, record in view.records.items() if record.adopted}
    for ticket in view.tickets:
        where = f"{ROADMAP}:{ticket.line}"
        if ticket.fault:
            yield Drift("table", where, ticket.fault)
        if ticket.status is TicketStatus.DONE and ticket.id not in stamped and ticket.id not in adopted:
            yield Drift("stamp", where, f"{ticket.id} says DONE, and main has no stamp of it")
        if ticket.status is not TicketStatus.DONE and ticket.id in stamped:
            yield Drift("table", where, f"{ticket.id} says {ticket.status}, and {stamped[ticket.id][:12]} stamps it")
    for criterion in view.criteria:
        done = status[criterion.ticket] is TicketStatus.DONE
        if criterion.status is not CriterionStatus.OPEN and not done:
            yield Drift(
                "table", f"{CRITERIA}:{criterion.line}", f"{criterion.id} is {criterion.status}, and its ticket is not"
            )
        if criterion.status is CriterionStatus.OPEN and done and criterion.ticket in stamped:
            yield Drift("table", f"{CRITERIA}:{criterion.line}", f"{criterion.id} is OPEN, and its ticket is DONE")


def _red(view: View, red: Mapping[str, str]) -> Iterator[Drift]:
    """What is DONE and was red at the last stamp: a row that says what no longer holds."""
    for criterion in view.criteria:
        if criterion.id in red and criterion.status is not CriterionStatus.OPEN:
            yield Drift(
                "table", f"{CRITERIA}:{criterion.line}", f"{criterion.id} is {criterion.status}, and red on main"
            )


def _records(view: View) -> Iterator[Drift]:
    """What the ledger says of tickets against main; a running factory's last stamp may not be told yet."""
    stamped, rows = _stamped(view), {ticket.id for ticket in view.tickets}
    for name, record in sorted(view.records.items()):
        where = f"tickets/{name}"
        if name not in rows:
            yield Drift("ledger", where, f"the ledger knows {name}, and {ROADMAP} has no row of it")
        elif record.state is State.DONE and not record.adopted and record.stamp != stamped.get(name):
            told = (record.stamp or "nothing")[:12]
            yield Drift("ledger", where, f"names {told} as its stamp, and main {stamped.get(name, 'none')[:12]}")
    for name in sorted(stamped):
        if name not in view.records or view.records[name].state is not State.DONE:
            yield Drift("ledger", f"tickets/{name}", f"{stamped[name][:12]} stamps it, and the ledger does not know")
