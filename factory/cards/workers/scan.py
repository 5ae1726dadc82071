"""SCAN: an index record for every file."""

from __future__ import annotations

from collections.abc import Iterator

from factory.cards.card import WorkItem
from factory.cards.kinds import defined, kind_of
from factory.cards.measure import Measure
from factory.cards.sources import Files
from factory.cards.workers.record import Row, fault


def scan(card: WorkItem, sources: Files, repository: Files) -> Iterator[Row]:
    """One record a path, in order; a file that cannot be read has a record that says so."""
    return (_indexed(path, sources) for path in card.input.paths)


def _indexed(path: str, sources: Files) -> Row:
    record: Row = {"path": path, "size": 0, "sha256": "", "kind": "", "encoding": "", "lines": 0, "blank": 0}
    record |= {"longest": 0, "definitions": []}
    try:
        with sources.open(path) as stream:
            measured = Measure(stream)
    except OSError as error:
        return record | {"error": fault(error)}
    kind = kind_of(path, measured)
    found, unparsed = defined(kind, measured)
    record |= {"size": measured.size, "sha256": measured.sha256, "kind": kind, "encoding": measured.encoding}
    if kind != "binary":
        record |= {"lines": measured.lines, "blank": measured.blank, "longest": measured.longest}
    record["definitions"] = [{"name": name, "kind": what, "line": line} for name, what, line in found]
    return record | ({"unparsed": unparsed} if unparsed else {})
