"""The rows that say DONE, along main: which commit turned each of them, whatever happened to the tables between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from factory.errors import Mistake
from factory.git.repo import Repo
from factory.model import CriterionStatus, Oid, TicketStatus
from factory.records.view import CRITERIA, ROADMAP
from factory.ssot import documents

Row = tuple[str, ...]  # its id first; with it what it claims, so that a reworded criterion is another claim


def _tickets(content: bytes) -> set[Row]:
    return {(t.id,) for t in documents.read_roadmap(content) if t.status is TicketStatus.DONE}


def _criteria(content: bytes) -> set[Row]:
    done = (c for c in documents.read_ledger(content) if c.status is not CriterionStatus.OPEN)  # also what was replaced
    return {(c.id, c.ticket, c.text, c.check) for c in done}


class _Table:
    """One table's DONE rows, as of the last commit that had the table in a state to be read."""

    def __init__(self, path: str, read: Callable[[bytes], set[Row]]) -> None:
        self._path, self._read = path, read
        self._blob: Oid = ""
        self._known: set[Row] | None = None  # None: the table has not come yet

    def step(self, repo: Repo, tree: Oid) -> set[Row]:
        """The rows that this tree's table says DONE of, and that the tables before it did not."""
        entry = repo.store.entry(tree, self._path)
        if entry is None or entry.oid == self._blob:
            return set()
        try:
            now = self._read(repo.store.read(entry.oid, "blob"))
        except (Mistake, KeyError):
            return set()  # it claims nothing; the next one that can be read is held against the last one that could
        self._blob = entry.oid
        was, self._known = self._known, now
        return now - was if was is not None else set()  # DONE when the table first came: history, not a claim

    @property
    def done(self) -> set[str]:
        return {row[0] for row in self._known or ()}


class Rows:
    """Both tables, walked along main's first-parent line from its oldest commit on."""

    def __init__(self) -> None:
        self._tables = (_Table(ROADMAP, _tickets), _Table(CRITERIA, _criteria))

    def turned(self, repo: Repo, tree: Oid) -> Iterator[str]:
        """The ids of the rows that the next commit of the line turned DONE."""
        for table in self._tables:
            yield from sorted(row[0] for row in table.step(repo, tree))

    def says_done(self, ticket: str) -> bool:
        """Whether the ticket's row in the roadmap says DONE now."""
        return ticket in self._tables[0].done
