"""The two documents that a person writes, D_ROADMAP.md and AC_LEDGER.md, as values.

Pure: bytes in, values out. Whatever is wrong is a Mistake with the file, the line and the remedy.
"""

from __future__ import annotations

import difflib
import enum
import functools
import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from factory.errors import Mistake
from factory.model import Criterion, CriterionStatus, Priority, Risk, Terms, Ticket, TicketStatus
from factory.ssot import sections
from factory.ssot.markdown import Document, outline
from factory.ssot.tables import Row, Shape, find, rows

ROADMAP, LEDGER = "D_ROADMAP.md", "AC_LEDGER.md"
TICKETS = Shape(
    ("ticket", "status"), ("ticket", "status", "title"), "| ticket | status | priority | risk | title | deps |"
)
CRITERIA = Shape(
    ("ac", "ticket", "check"),
    ("ac", "ticket", "criterion", "check", "status", "work"),
    "| AC | ticket | criterion | check | status | work |",
)
_CRITERION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
Word = TypeVar("Word", bound=enum.StrEnum)
KEPT = 4  # contents that stay read: one turn asks nine times for main's tables, or for those that it leaves


def read_roadmap(content: bytes | None, path: str = ROADMAP) -> tuple[Ticket, ...]:
    """The tickets, in the table's order. `None`: the file is missing. Raises Mistake."""
    return _roadmap(content, path)


def read_ledger(content: bytes | None, path: str = LEDGER) -> tuple[Criterion, ...]:
    """The criteria, in the table's order. `None`: the file is missing. Raises Mistake."""
    return _ledger(content, path)


@functools.lru_cache(KEPT)
def _roadmap(content: bytes | None, path: str) -> tuple[Ticket, ...]:
    document = _document(content, path)
    found = list(rows(document, find(document, TICKETS)))
    parts = sections.sections(document, {row.cells["ticket"] for row in found})
    return tuple(_ticket(path, row, order, parts) for order, row in enumerate(found))


@functools.lru_cache(KEPT)
def _ledger(content: bytes | None, path: str) -> tuple[Criterion, ...]:
    document = _document(content, path)
    return tuple(_criterion(path, row) for row in rows(document, find(document, CRITERIA)))


def _document(content: bytes | None, path: str) -> Document:
    if content is None:
        raise Mistake("is missing", path=path, remedy="write it, or let `factory init` do so")
    return outline(content, path)


def _ticket(path: str, row: Row, order: int, parts: Mapping[str, sections.Section]) -> Ticket:
    cells, line = row.cells, row.line + 1
    name = cells["ticket"]
    _check_ticket_id(name, path, line)
    if not cells["title"]:
        raise Mistake(f"{name} has no title", path=path, line=line, remedy="write what it is about, in one line")
    section = parts.get(name)
    return Ticket(
        id=name,
        status=_word(TicketStatus, cells["status"], "status", path, line),
        priority=_word(Priority, cells.get("priority") or Priority.P2, "priority", path, line),
        risk=_word(Risk, cells.get("risk") or Risk.MED, "risk", path, line),
        title=cells["title"],
        deps=tuple(_deps(cells.get("deps", ""), path, line)),
        prose=section.prose if section else "",
        terms=section.terms if section else Terms(),
        fault=section.fault if section else "",
        order=order,
        line=line,
    )


def _check_ticket_id(name: str, path: str, line: int = 0) -> None:
    """A ticket's id is part of a branch's name, so what git refuses there is refused here."""
    if sections.ID.fullmatch(name) is None:
        raise Mistake(f'"{name}" is no ticket id', path=path, line=line, remedy="write one like D-001")
    if ".." in name or name.endswith((".", ".lock")):
        remedy = 'leave out "..", a dot at the end, and ".lock" at the end'
        raise Mistake(f'"{name}" cannot be part of a branch name', path=path, line=line, remedy=remedy)


def _word(words: type[Word], text: str, kind: str, path: str, line: int) -> Word:
    try:
        return words(text)
    except ValueError:
        near = difflib.get_close_matches(text.upper().replace(" ", "_"), list(words), 1)
        remedy = f"did you mean {near[0]}?" if near else f"write one of {', '.join(words)}"
        raise Mistake(f'unknown {kind} "{text}"', path=path, line=line, remedy=remedy) from None


def _deps(text: str, path: str, line: int) -> Iterator[str]:
    for part in filter(None, (part.strip() for part in text.split(","))):
        if sections.ID.fullmatch(part) is None:
            remedy = "deps are ticket ids with commas between them"
            raise Mistake(f'"{part}" is no ticket id', path=path, line=line, remedy=remedy)
        yield part


def _criterion(path: str, row: Row) -> Criterion:
    cells, line = row.cells, row.line + 1
    if _CRITERION_ID.fullmatch(cells["ac"]) is None:
        raise Mistake(f'"{cells["ac"]}" is no criterion id', path=path, line=line, remedy="write one like AC-001-1")
    if not cells["criterion"]:
        raise Mistake(f"{cells['ac']} says nothing", path=path, line=line, remedy="write what must hold, in one line")
    return Criterion(
        id=cells["ac"],
        ticket=cells["ticket"],
        text=cells["criterion"],
        check=_command(cells["check"], path, line),
        status=_word(CriterionStatus, cells["status"], "status", path, line),
        work=cells["work"],
        line=line,
    )


def _command(text: str, path: str, line: int) -> str:
    if not text:
        return ""
    ticks = len(text) - len(text.lstrip("`"))
    command = text[ticks : len(text) - ticks]
    closed = (
        ticks and text == f"{'`' * ticks}{command}{'`' * ticks}" and ticks not in map(len, re.findall("`+", command))
    )
    if not closed or not command.strip():
        remedy = "write one shell command in backticks, or leave the cell empty"
        raise Mistake(f"the check {text[:40]} is not a command in backticks", path=path, line=line, remedy=remedy)
    return command[1:-1] if command[0] == command[-1] == " " else command
