"""The live page of `factory status --watch`, made of a snapshot. Pure."""

from __future__ import annotations

from factory.desk.snapshot import Snapshot
from factory.desk.status import TITLE, as_text, head, other_lines, spent, ticket_lines, worked_on
from factory.desk.status_words import ENGLISH, StatusWords
from factory.model import State
from factory.plain import cut, printable

WEIGHT = {State.INFLIGHT: 4, State.BLOCKED: 3, State.PENDING: 1, State.DONE: 0}


def page_text(seen: Snapshot, words: StatusWords = ENGLISH) -> str:
    """The page as plain text."""
    running = [
        words.running.format(
            f"{item.id}#{item.attempt}", words.minutes.format((seen.at - item.since) / 60), seen.at - item.beat
        )
        for item in seen.running
        if item.since is not None and item.beat is not None
    ]
    return "\n".join([as_text(seen, words), *_places(seen, words), *running, *_next(seen, words)])


def fitted(seen: Snapshot, columns: int, rows: int, words: StatusWords = ENGLISH) -> list[str]:
    """The lines of the page that a window has room for. What matters least goes first: rooms, box, what is done."""
    first, second, *rest = head(seen, words)
    below = [spent(seen, words), *_next(seen, words)]
    known = {item.id: worked_on(item, seen.at, words) for item in seen.running}
    room = rows - 2 - len(rest) - len(below)
    wide = max(8, min(TITLE, columns - 45))
    tickets = _chosen(seen, ticket_lines(seen, known, wide, words), max(0, room), words)
    more = [*other_lines(seen, words), *_places(seen, words)][: max(0, room - len(tickets))]
    lines = [first, second, *rest, *tickets, *more, *below]
    if len(lines) > rows:
        lines = [first, *below[::-1], second][:rows]
    return [cut(printable(line).replace("\n", " "), columns) for line in lines]


def _chosen(seen: Snapshot, lines: dict[str, str], room: int, words: StatusWords) -> list[str]:
    """All tickets, or those that a person cares for most, in their order, and how many more there are."""
    if len(lines) <= room:
        return list(lines.values())
    heavy = sorted(seen.of("ticket"), key=lambda item: -WEIGHT[item.state])
    chosen = {item.id for item in heavy[: max(0, room - 1)]}
    told = [line for id, line in lines.items() if id in chosen]
    return [*told, words.more(len(lines) - len(told))][:room]


def _places(seen: Snapshot, words: StatusWords) -> list[str]:
    """The box that is worked on, and the rooms."""
    last, box = (seen.halves[-1] if seen.halves else None), words.no_box
    if last:
        dealt = ", ".join(last.dealt) or words.nothing_dealt
        box = f"{last.date} {last.name}, {words.half[last.closed]}: {dealt}"
    kinds = " and ".join(filter(None, (seen.rooms.sandbox, seen.rooms.kind and f"{seen.rooms.kind} rooms")))
    disk = words.rooms.format((seen.rooms.disk or 0) / (1 << 20))
    return [words.box.format(box), disk + (f" ({kinds})" if kinds else "")]


def _next(seen: Snapshot, words: StatusWords) -> list[str]:
    return [words.next.format(seen.next)] if seen.next and seen.state != "RUNNING" else []
