"""Records that workers write and read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from factory.cards.card import WorkItem
from factory.cards.shapes import misfit
from factory.cards.sources import Files
from factory.errors import CouldNotRun

Row = dict[str, Any]


def fault(error: Exception) -> str:
    """An error as a record names it: without the machine's own paths."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def earlier(card: WorkItem, repository: Files, shape: str | Mapping[str, str]) -> Iterator[Row]:
    """The records of the outputs that a card reads, one at a time. CouldNotRun where one is gone, broken or no such."""
    for path in card.input.reads:
        try:
            with repository.open(path) as stream:
                for number, line in enumerate(stream, 1):
                    record = json.loads(line)
                    if wrong := misfit(record, shape):
                        raise ValueError(f"line {number}: {wrong}")
                    yield record
        except (OSError, ValueError) as error:
            raise CouldNotRun(f"{card.id} reads {path}: {fault(error)}; run the card that writes it again") from None
