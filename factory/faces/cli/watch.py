"""The live page of `factory status --watch`, made of a snapshot. Pure."""

from __future__ import annotations

from factory.desk.snapshot import Snapshot
from factory.desk.status import TITLE, as_text, head, other_lines, spent, ticket_lines, worked_on
from factory.model import State
from factory.plain import cut, many, printable

WEIGHT = {State.INFLIGHT: 4, State.BLOCKED: 3, State.PENDING: 1, State.DONE: 0}


def page_text(seen: Snapshot) -> str:
    """The page as plain text."""
    running = [
        f"running: {item.id}#{item.attempt}, {(seen.at - item.since) / 60:.1f} min, "
        f"sign of life {seen.at - item.beat:.0f} s ago"
        for item in seen.running
        if item.since is not None and item.beat is not None
    ]
    return "\n".join([as_text(seen), *_places(seen), *running, *_next(seen)])


def fitted(seen: Snapshot, columns: int, rows: int) -> list[str]:
    """The lines of the page that a window has room for. What matters least goes first: rooms, box, what is done."""
    first, second, *rest = head(seen)
    below = [spent(seen), *_next(seen)]
    known = {item.id: worked_on(item, seen.at) for item in seen.running}
    room = rows - 2 - len(rest) - len(below)
    tickets = _chosen(seen, ticket_lines(seen, known, max(8, min(TITLE, columns - 45))), max(0, room))
    more = [*other_lines(seen), *_places(seen)][: max(0, room - len(tickets))]
    lines = [first, second, *rest, *tickets, *more, *below]
    if len(lines) > rows:
        lines = [first, *below[::-1], second][:rows]
    return [cut(printable(line).replace("\n", " "), columns) for line in lines]


def _chosen(seen: Snapshot, lines: dict[str, str], room: int) -> list[str]:
    """All tickets, or those that a person cares for most, in their order, and how many more there are."""
    if len(lines) <= room:
        return list(lines.values())
    heavy = sorted(seen.of("ticket"), key=lambda item: -WEIGHT[item.state])
    chosen = {item.id for item in heavy[: max(0, room - 1)]}
    told = [line for id, line in lines.items() if id in chosen]
    return [*told, f"and {many(len(lines) - len(told), 'more ticket')}; `factory status` shows them"][:room]


def _places(seen: Snapshot) -> list[str]:
    """The box that is worked on, and the rooms."""
    last, box = (seen.halves[-1] if seen.halves else None), "none yet"
    if last:
        dealt = ", ".join(last.dealt) or "nothing dealt"
        box = f"{last.date} {last.name}, {'closed' if last.closed else 'open'}: {dealt}"
    kinds = " and ".join(filter(None, (seen.rooms.sandbox, seen.rooms.kind and f"{seen.rooms.kind} rooms")))
    disk = f"{(seen.rooms.disk or 0) / (1 << 20):.0f} MB on disk"
    return [f"box: {box}", f"rooms: {disk}" + (f" ({kinds})" if kinds else "")]


def _next(seen: Snapshot) -> list[str]:
    return [f"next: {seen.next}"] if seen.next and seen.state != "RUNNING" else []
