"""Edits of D_ROADMAP.md and AC_LEDGER.md: one cell, one row or one section; every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from factory.errors import Mistake
from factory.model import Criterion, CriterionStatus, Terms, Ticket, TicketStatus
from factory.ssot import sections
from factory.ssot.documents import CRITERIA, LEDGER, ROADMAP, TICKETS, read_ledger, read_roadmap
from factory.ssot.markdown import Document, outline
from factory.ssot.tables import Shape, add_row, find, rows, set_cells

Noun = TypeVar("Noun", Ticket, Criterion)


def set_ticket(content: bytes, ticket: str, *, status: TicketStatus, path: str = ROADMAP) -> bytes:
    """The roadmap with one status changed. Raises Mistake where it has not exactly one row of the ticket."""
    return _set(content, path, TICKETS, "ticket", {ticket: {"status": status}})


def set_criteria(content: bytes, changes: Mapping[str, tuple[CriterionStatus, str]], path: str = LEDGER) -> bytes:
    """The ledger with status and work (empty: cleared) of some rows changed, in one pass. Raises Mistake."""
    cells = {name: {"status": str(status), "work": work} for name, (status, work) in changes.items()}
    return _set(content, path, CRITERIA, "ac", cells)


def _set(content: bytes, path: str, shape: Shape, key: str, cells: Mapping[str, Mapping[str, str]]) -> bytes:
    document = outline(content, path)
    table = find(document, shape)
    lines: dict[str, list[int]] = {name: [] for name in cells}
    for row in rows(document, table):
        if row.cells[key] in lines:
            lines[row.cells[key]].append(row.line)
    for name, places in lines.items():
        if len(places) != 1:
            line = places[1] + 1 if places else 0
            raise Mistake(f"{len(places)} rows of {name}", path=path, line=line, remedy="there must be one")
        set_cells(document, table, places[0], cells[name])
    return document.encode()


def add_ticket(content: bytes, ticket: Ticket, path: str = ROADMAP) -> bytes:
    """The roadmap with one row more, after the last one, and a section at the end where the ticket has prose or terms.

    Raises Mistake where the id is taken, or where the ticket would not be read back as it is.
    """
    _check_free(ticket.id, (other.id for other in read_roadmap(content, path)), path)
    cells = ticket.model_dump(include={"status", "priority", "risk", "title"}) | {"ticket": ticket.id}
    document = _with_row(content, path, TICKETS, cells | {"deps": ", ".join(ticket.deps)})
    if ticket.prose or ticket.terms != Terms():
        _add_section(document, sections.written(ticket.id, ticket.title, ticket.prose, ticket.terms))
    added = document.encode()
    _check_back({other.id: other for other in read_roadmap(added, path)}, ticket, path)
    return added


def add_criterion(content: bytes, criterion: Criterion, path: str = LEDGER) -> bytes:
    """The ledger with one row more, after the last one. Raises Mistake as `add_ticket`."""
    _check_free(criterion.id, (other.id for other in read_ledger(content, path)), path)
    cells = {"ac": criterion.id, "ticket": criterion.ticket, "criterion": criterion.text}
    cells |= {"check": _span(criterion.check), "status": str(criterion.status), "work": criterion.work}
    added = _with_row(content, path, CRITERIA, cells).encode()
    _check_back({other.id: other for other in read_ledger(added, path)}, criterion, path)
    return added


def _with_row(content: bytes, path: str, shape: Shape, cells: Mapping[str, str]) -> Document:
    document = outline(content, path)
    add_row(document, find(document, shape), cells)
    return document


def _span(command: str) -> str:
    """A command in backticks, more of them than it has in a row itself."""
    if not command:
        return ""
    ticks = "`" * (max((len(run) for run in re.findall("`+", command)), default=0) + 1)
    pad = " " if command[0] in "` " or command[-1] in "` " else ""
    return f"{ticks}{pad}{command}{pad}{ticks}"


def _add_section(document: Document, text: str) -> None:
    """Appends a section, in the file's own line endings."""
    end = "\r" if document.lines[0].endswith("\r") else ""
    if document.lines[-1]:
        document.lines[-1] += end
        document.lines.append("")
    document.lines[-1:] = [line + end for line in ["", *text.split("\n")[:-1]]] + [""]


def _check_free(name: str, taken: Iterable[str], path: str) -> None:
    if name in taken:
        raise Mistake(f"{name} is there already", path=path, remedy="choose another id")


def _check_back(now: Mapping[str, Noun], wanted: Noun, path: str) -> None:
    if fault := getattr(now.get(wanted.id), "fault", ""):
        raise Mistake(fault)
    place = {"order": 0, "line": 0}
    read = now[wanted.id].model_dump() | place if wanted.id in now else {}
    if wrong := [key for key, value in (wanted.model_dump() | place).items() if read.get(key, 0) != value]:
        what = f"{wanted.id} would not be read back as it is: {', '.join(wrong)}"
        raise Mistake(what, path=path, remedy="the table lacks a column for it, or the text breaks the Markdown")
