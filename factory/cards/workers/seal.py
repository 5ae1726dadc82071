"""SEAL: a digest of every file, as a manifest that VERIFY can check."""

from __future__ import annotations

from collections.abc import Iterator

from factory.cards.card import WorkItem
from factory.cards.measure import sha256_of
from factory.cards.sources import Files
from factory.cards.workers.record import Row, fault


def seal(card: WorkItem, sources: Files, repository: Files) -> Iterator[Row]:
    """One record a file: the card's paths, else the outputs that it reads."""
    given = card.input
    for path in given.paths or given.reads:
        root = given.root if given.paths else ""
        yield _sealed(path, root, sources if given.paths else repository)


def _sealed(path: str, root: str, files: Files) -> Row:
    record: Row = {"path": path, "root": root, "size": 0, "sha256": ""}
    try:
        with files.open(path) as stream:
            digest, size = sha256_of(stream)
    except OSError as error:
        return record | {"error": fault(error)}
    return record | {"size": size, "sha256": digest}
