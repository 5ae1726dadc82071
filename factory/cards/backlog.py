"""Backlogs and packets as JSONL: one card a line, the same cards always the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from factory.cards.card import WorkItem
from factory.errors import CouldNotRun, Mistake
from factory.plain import many


def json_line(record: Any) -> bytes:
    """One record as a line. A byte of a path that is no UTF-8 becomes its JSON escape, which reads back as itself."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def json_lines(content: bytes, path: str = "") -> Iterator[tuple[int, Any]]:
    """Every record with its line number. Mistake where a line is no JSON or the last one is cut off."""
    lines = content.split(b"\n")
    if lines.pop():
        raise Mistake("the last line is cut off", path=path, line=len(lines) + 1, remedy="make the file again")
    for number, line in enumerate(lines, 1):
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            raise Mistake("not JSON", path=path, line=number, remedy="make the file again") from None


def write_backlog(items: Iterable[WorkItem]) -> bytes:
    """The cards as bytes that were read back and found equal; CouldNotRun where they are not. Mistake: a double id."""
    made = tuple(items)
    content = b"".join(map(_line, made))
    read = read_backlog(content)
    if read != made:
        raise CouldNotRun(
            f"of {many(len(made), 'card')} made {len(read)} came back, or not as they were; nothing was written"
        )
    return content


def read_backlog(content: bytes, path: str = "") -> tuple[WorkItem, ...]:
    """The cards of a backlog or packet. Mistake, with file and line, for anything else."""
    items: dict[str, WorkItem] = {}
    for number, record in json_lines(content, path):
        try:
            item = WorkItem.model_validate(record)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = "".join(f"{part}: " for part in [".".join(map(str, first["loc"]))] if part)
            what = f"not a card: {where}{first['msg'].removeprefix('Value error, ')}"
            raise Mistake(what, path=path, line=number, remedy="`factory plan compile` makes cards") from None
        if item.id in items:
            raise Mistake(f"{item.id} is there twice", path=path, line=number, remedy="compile the plan again")
        items[item.id] = item
    return tuple(items.values())


def _line(item: WorkItem) -> bytes:
    """All ten fields of the card, and of what is inside them only what differs from its default."""
    inside = {"input", "accept", "failfast"}
    record = item.model_dump(exclude=inside)
    for name in inside:
        record[name] = getattr(item, name).model_dump(exclude_defaults=True, by_alias=True)
    return json_line(record)
