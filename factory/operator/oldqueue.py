"""An old queue's table as tickets and criteria, and a note of everything that it says and they cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from factory.model import Criterion, Priority, Ticket, TicketStatus
from factory.ssot import sections
from factory.ssot.markdown import outline
from factory.ssot.tables import Row, Shape, find, rows

COLUMNS = (
    "id",
    "status",
    "priority",
    "task",
    "success_criteria",
    "owner_session",
    "started_at_kst",
    "due_at_kst",
    "notes",
)
QUEUE = Shape(("id", "task", "success_criteria"), COLUMNS[:5], f"| {' | '.join(COLUMNS)} |")
TITLE = 100  # characters; a title is a commit's subject too

_STATUS: Mapping[str, TicketStatus] = {
    **dict.fromkeys(
        ("", "planned", "todo", "to_do", "open", "new", "backlog", "queued", "pending"), TicketStatus.PLANNED
    ),
    **dict.fromkeys(("in_progress", "doing", "active", "started", "wip", "running"), TicketStatus.IN_PROGRESS),
    **dict.fromkeys(("blocked", "on_hold", "hold", "waiting", "stuck", "failed", "fail"), TicketStatus.BLOCKED),
}
_DONE = frozenset({"done", "complete", "completed", "closed", "finished", "merged", "verified", "pass", "passed"})
_DROPPED = frozenset({"cancelled", "canceled", "dropped", "wontfix", "won_t_fix", "duplicate", "obsolete", "skipped"})
_PRIORITY: Mapping[str, Priority] = {
    **dict.fromkeys(("p0", "0", "a", "critical", "crit", "urgent", "highest"), Priority.P0),
    **dict.fromkeys(("p1", "1", "b", "high"), Priority.P1),
    **dict.fromkeys(("", "p2", "2", "c", "medium", "med", "mid", "normal"), Priority.P2),
    **dict.fromkeys(("p3", "3", "d", "low", "lowest"), Priority.P3),
}
_PROGRAMS = frozenset(
    {"bash", "cargo", "factory", "go", "grep", "just", "make", "mypy", "node", "nox", "npm", "npx", "pnpm", "pytest"}
    | {"python", "python3", "ruff", "sh", "test", "tox", "uv"}
)
_PIECE = re.compile(r"(?:`[^`]*`|[^;`]|`)+")
_SPAN = re.compile(r"`([^`]+)`")
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)


class Note(NamedTuple):
    """Something of a row that was not taken over, or not as it stood."""

    line: int
    id: str
    what: str


class Queue(NamedTuple):
    tickets: tuple[Ticket, ...]
    criteria: tuple[Criterion, ...]
    unmapped: tuple[Note, ...]


def read_queue(content: bytes, path: str = "queue.md") -> Queue:
    """The rows that are still work. Mistake, with file and line, where there is no such table or it is broken."""
    document = outline(content, path)
    table = find(document, QUEUE)
    notes = [Note(table.lines.start + 1, "", f"column {name}: kept in the prose") for name in _more(table.columns)]
    tickets: dict[str, Ticket] = {}
    criteria: list[Criterion] = []
    for row in rows(document, table):
        ticket = _ticket(row, len(tickets), notes)
        if ticket is None:
            continue
        if ticket.id in tickets:
            notes.append(Note(row.line + 1, row.cells["id"], f"left out: {ticket.id} stands in an earlier row"))
            continue
        tickets[ticket.id] = ticket
        criteria += _criteria(row, ticket.id, notes)
    return Queue(tuple(tickets.values()), tuple(criteria), tuple(sorted(notes)))


def _more(columns: tuple[str, ...]) -> list[str]:
    return [name for name in columns if name and name not in COLUMNS]


def _ticket(row: Row, order: int, notes: list[Note]) -> Ticket | None:
    """The row's ticket; None, and a note, where the row is no work to be done."""
    cells, line = row.cells, row.line + 1
    name, status = cells["id"], _word(cells["status"])

    def note(what: str) -> None:
        notes.append(Note(line, name, what))

    if why := _left_out(cells, status):
        note(f"left out: {why}")
        return None
    ticket_id = _ticket_id(name)
    if ticket_id != name:
        note(f"{name} is no ticket id: it is {ticket_id} here")
    if status not in _STATUS:
        note(f"status {cells['status']} is unknown: PLANNED")
    if (priority := _word(cells["priority"])) not in _PRIORITY:
        note(f"priority {cells['priority']} is unknown: P2")
    return Ticket(
        id=ticket_id,
        status=_STATUS.get(status, TicketStatus.PLANNED),
        priority=_PRIORITY.get(priority, Priority.P2),
        title=_title(cells["task"]),
        prose=_prose(cells),
        order=order,
        line=line,
    )


def _left_out(cells: Mapping[str, str], status: str) -> str:
    if not _ticket_id(cells["id"]):
        return "it has no id, so a second import could not know it again"
    if not cells["task"]:
        return "it has no task"
    if status in _DONE:
        return f"it says {cells['status']}, and here only a stamp makes a ticket DONE"
    return f"it says {cells['status']}" if status in _DROPPED else ""


def _word(text: str) -> str:
    """A status or priority without its dress: `**In Progress**` is in_progress."""
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_") or text


def _ticket_id(name: str) -> str:
    """The id as it is or in capitals where that is one, else Q- and what an id can hold of it."""
    for same in (name, name.upper()):
        if sections.ID.fullmatch(same) and ".." not in same and not same.casefold().endswith((".", ".lock")):
            return same
    held = re.sub(r"\.{2,}", ".", re.sub(r"[^A-Za-z0-9_.-]+", "-", name)).strip(".-_").removesuffix(".lock")
    return f"Q-{held}" if held else ""


def _title(task: str) -> str:
    text = _BREAK.sub(" ", task)
    return text if len(text) <= TITLE else text[: TITLE - 1].rsplit(" ", 1)[0].rstrip() + "…"


def _prose(cells: Mapping[str, str]) -> str:
    """What the roadmap's table has no column for, one point a cell."""
    known = {"id", "status", "priority", "task", "success_criteria"}
    points = [f"- {name}: {_BREAK.sub(' ', value)}" for name, value in cells.items() if value and name not in known]
    if _title(cells["task"]).endswith("…"):
        points.insert(0, f"- task: {_BREAK.sub(' ', cells['task'])}")
    return "\n".join([f"Taken over from the old queue's row {cells['id']}.", *([""] if points else []), *points])


def _criteria(row: Row, ticket: str, notes: list[Note]) -> Iterator[Criterion]:
    """One criterion for each part between semicolons or line breaks."""
    pieces = _PIECE.findall(_BREAK.sub(";", row.cells["success_criteria"]))
    texts = [piece.strip() for piece in pieces if piece.strip()]
    if not texts:
        notes.append(Note(row.line + 1, row.cells["id"], "no success criteria: it needs one with a check"))
    for number, text in enumerate(texts, 1):
        check = _check(text)
        if not check:
            notes.append(Note(row.line + 1, row.cells["id"], f"criterion {number} has no command: its check is empty"))
        yield Criterion(id=f"AC-{ticket}-{number}", ticket=ticket, text=text, check=check)


def _check(text: str) -> str:
    """The one command in backticks that a criterion holds."""
    commands = [span.strip() for span in _SPAN.findall(text) if _is_command(span)]
    return commands[0] if len(commands) == 1 else ""


def _is_command(span: str) -> bool:
    words = span.split()
    return bool(words) and (words[0] in _PROGRAMS or words[0].startswith("./")) and len(words) + ("/" in span) > 1
