"""The rows that say DONE, along main: which commit turned each of them, whatever happened to the tables between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from factory.errors import Mistake
from factory.git.repo import Repo
from factory.model import CriterionStatus, Oid, TicketStatus
from factory.records.view import CRITERIA, ROADMAP
from factory.ssot import documents

Row = tuple[str, ...]  # its id first; with it what it claims, so that a reworded criterion is another claim


class Turned(NamedTuple):
    """A row that says DONE from a commit on, and before it did not, or said so of other words."""

    table: str
    id: str
    reworded: bool


def _tickets(content: bytes) -> dict[str, Row]:
    return {t.id: (t.id,) for t in documents.read_roadmap(content) if t.status is TicketStatus.DONE}


def _criteria(content: bytes) -> dict[str, Row]:
    done = (c for c in documents.read_ledger(content) if c.status is not CriterionStatus.OPEN)  # also what was replaced
    return {c.id: (c.id, c.ticket, c.text, c.check) for c in done}


class _Table:
    """One table's DONE rows, as of the last commit that had the table in a state to be read."""

    def __init__(self, path: str, read: Callable[[bytes], dict[str, Row]]) -> None:
        self.path, self._read = path, read
        self._blob: Oid = ""
        self.known: Mapping[str, Row] | None = None  # None: the table has not come yet
        self.first: Mapping[str, Row] = {}  # DONE when the table first came: history, not a claim
        self.proven: dict[str, Row] = {}  # by a stamp, or from before all stamps; as long as the row stays DONE
        self.taken_back: set[str] = set()  # at the last step: DONE no more, or in the words that were proven

    def step(self, repo: Repo, tree: Oid, *, is_stamp: bool) -> Iterator[Turned]:
        """The rows that this tree's table says DONE of, and that the tables before it did not."""
        self.taken_back = set()
        entry = repo.store.entry(tree, self.path)
        if entry is None or entry.oid == self._blob:
            return
        try:
            now = self._read(repo.store.read(entry.oid, "blob"))
        except (Mistake, KeyError):
            return  # it claims nothing; the next one that can be read is held against the last one that could
        self._blob = entry.oid
        was, self.known = self.known, now
        if was is None:
            self.first, self.proven = now, dict(now)
            return
        self.taken_back = {*(was.keys() - now.keys()), *(id for id in now if self.proven.get(id) == now[id])}
        self.proven = {id: row for id, row in self.proven.items() if id in now}
        new = [id for id, row in now.items() if was.get(id) != row and self.proven.get(id) != row]
        self.proven |= {id: now[id] for id in new if is_stamp}
        yield from (Turned(self.path, id, id in was) for id in sorted(new))


class Rows:
    """Both tables, walked along main's first-parent line from its oldest commit on."""

    def __init__(self) -> None:
        self._tables = (_Table(ROADMAP, _tickets), _Table(CRITERIA, _criteria))

    def turned(self, repo: Repo, tree: Oid, *, is_stamp: bool) -> list[Turned]:
        """The rows that the next commit of the line turned DONE, or reworded."""
        return [row for table in self._tables for row in table.step(repo, tree, is_stamp=is_stamp)]

    @property
    def taken_back(self) -> set[tuple[str, str]]:
        """(table, id) of what claims nothing any more since the last commit: reopened, gone, or as it was proven."""
        return {(table.path, id) for table in self._tables for id in table.taken_back}

    def says_done(self, ticket: str) -> bool:
        """Whether the ticket's row in the roadmap says DONE now."""
        return ticket in (self._tables[0].known or {})

    def history(self) -> list[str]:
        """The rows that were DONE when the tables came, and are so still, in the same words."""
        return [id for table in self._tables for id, row in table.first.items() if (table.known or {}).get(id) == row]
