"""One card with a built-in worker, in a room: its output is written, and for a STRIKE in the repository its files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from factory import files
from factory.cards.card import WorkItem
from factory.cards.sources import FolderFiles
from factory.cards.workers import work
from factory.cards.workers.strike import struck
from factory.errors import CouldNotRun


def run_card(card: WorkItem, room: Path) -> int:
    """Records written. The output appears whole or not at all. FailedFast, CouldNotRun, OSError."""
    repository = FolderFiles(str(room))
    sources = FolderFiles(card.input.root) if card.input.root else repository
    at = room / card.output
    count = _put(at, work(card, sources, repository))
    if card.type == "STRIKE" and not card.input.root:
        _strike_files(card, room, at)
    return count


def _put(at: Path, lines: Iterable[bytes]) -> int:
    at.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with files.beside(at) as aside, aside.open("wb") as stream:
        for line in lines:
            stream.write(line)
            count += 1
    return count


def _strike_files(card: WorkItem, room: Path, at: Path) -> None:
    """Makes the replacements that the output names."""
    with at.open("rb") as stream:
        records = [json.loads(line) for line in stream]
    for path in card.input.paths:
        edits = [record for record in records if record["path"] == path and record["action"] == "replace"]
        if edits:
            try:
                content = struck((room / path).read_bytes(), edits)
            except ValueError as error:
                raise CouldNotRun(f"{card.id}: {path}: {error}; tag it again") from None
            (room / path).write_bytes(content)
