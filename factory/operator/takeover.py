"""An old queue into the roadmap and the ledger: what is there already stays as it is."""

from __future__ import annotations

from typing import NamedTuple

from factory.errors import Mistake
from factory.model import Criterion, Ticket
from factory.operator.oldqueue import Note, Queue
from factory.plain import many
from factory.ssot.documents import read_ledger, read_roadmap
from factory.ssot.edits import add_criterion, add_ticket


class TakenOver(NamedTuple):
    """Both documents as they are to be written, and what became of each row."""

    roadmap: bytes
    ledger: bytes
    added: tuple[str, ...]
    already: tuple[str, ...]
    unmapped: tuple[Note, ...]


def take_over(queue: Queue, roadmap: bytes, ledger: bytes) -> TakenOver:
    """Adds what is missing; a second time adds nothing. Mistake where a document itself is wrong.

    A ticket that is there keeps its row. Its criteria are added only while it has none, so that a person's stay alone.
    """
    there = {ticket.id for ticket in read_roadmap(roadmap)}
    has_criteria = {criterion.ticket for criterion in read_ledger(ledger)}
    added: list[str] = []
    notes = list(queue.unmapped)
    for ticket in queue.tickets:
        criteria = [one for one in queue.criteria if one.ticket == ticket.id and ticket.id not in has_criteria]
        try:
            more = _with(ticket, ticket.id not in there, criteria, roadmap, ledger)
        except Mistake as mistake:
            notes.append(Note(ticket.line, ticket.id, f"left out: {mistake}"))
            continue
        if more != (roadmap, ledger):
            added.append(ticket.id)
        roadmap, ledger = more
    already = tuple(ticket.id for ticket in queue.tickets if ticket.id in there and ticket.id not in added)
    return TakenOver(roadmap, ledger, tuple(added), already, tuple(sorted(notes)))


def _with(ticket: Ticket, new: bool, criteria: list[Criterion], roadmap: bytes, ledger: bytes) -> tuple[bytes, bytes]:
    """Both documents with one ticket more: whole, or not at all."""
    if new:
        roadmap = add_ticket(roadmap, ticket)
    for criterion in criteria:
        ledger = add_criterion(ledger, criterion)
    return roadmap, ledger


def report_text(taken: TakenOver) -> str:
    """The report, one line a fact."""
    added, notes = many(len(taken.added), "ticket"), many(len(taken.unmapped), "note")
    lines = [f"{added} added, {len(taken.already)} were there, {notes}"]
    lines += [f"added: {name}" for name in taken.added]
    lines += [
        f"line {note.line}: {note.id}: {note.what}" if note.id else f"line {note.line}: {note.what}"
        for note in taken.unmapped
    ]
    return "\n".join(lines) + "\n"
