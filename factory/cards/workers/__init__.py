"""The built-in workers, by the type of card. Each gives its records one at a time and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from factory.cards.accept import watched
from factory.cards.backlog import json_line
from factory.cards.card import WorkItem
from factory.cards.sources import Files
from factory.cards.workers.record import Row
from factory.cards.workers.scan import scan
from factory.cards.workers.seal import seal
from factory.cards.workers.strike import strike
from factory.cards.workers.tag import tag
from factory.cards.workers.verify import verify
from factory.errors import CouldNotRun

Worker = Callable[[WorkItem, Files, Files], Iterator[Row]]
WORKERS: Mapping[str, Worker] = {"SCAN": scan, "TAG": tag, "STRIKE": strike, "VERIFY": verify, "SEAL": seal}


def work(card: WorkItem, sources: Files, repository: Files) -> Iterator[bytes]:
    """The lines of a card's output. FailedFast at a failfast condition; CouldNotRun where no built-in worker fits."""
    if card.input.worker or card.type not in WORKERS:
        named = card.input.worker or f"none for {card.type}"
        raise CouldNotRun(f"{card.id}: no built-in worker ({named}); name one from ssot/factory.toml in its lane")
    records = WORKERS[card.type](card, sources, repository)
    return map(json_line, watched(card, records))
