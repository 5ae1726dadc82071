"""The rows that say DONE, along main: which commit turned each of them, whatever happened to the tables between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from factory.errors import Mistake
from factory.git.repo import Repo
from factory.model import CriterionStatus, Oid, TicketStatus
from factory.records.view import CRITERIA, ROADMAP
from factory.ssot import documents

Row = tuple[str, ...]  # its id first; what it claims, so that a reworded criterion is another claim; its proof last


def _stands(known: Mapping[str, Row] | None, row: Row) -> bool:
    return (known or {}).get(row[0], ())[:-1] == row[:-1]


class Turned(NamedTuple):
    """A row that says DONE from a commit on, and before it did not, or said so of other words."""

    table: str
    id: str
    reworded: bool


def _tickets(content: bytes) -> dict[str, Row]:
    return {t.id: (t.id, "") for t in documents.read_roadmap(content) if t.status is TicketStatus.DONE}


def _criteria(content: bytes) -> dict[str, Row]:
    done = (c for c in documents.read_ledger(content) if c.status is not CriterionStatus.OPEN)  # also what was replaced
    return {c.id: (c.id, c.ticket, c.text, c.check, c.work) for c in done}


class _Table:
    """One table's DONE rows, as of the last commit that had the table in a state to be read."""

    def __init__(self, path: str, read: Callable[[bytes], dict[str, Row]]) -> None:
        self.path, self._read = path, read
        self._blob: Oid = ""
        self._ever: set[Row] = set()  # all that was proven, also what was replaced or taken back since
        self.known: Mapping[str, Row] | None = None  # None: the table has not come yet
        self.first: Mapping[str, Row] = {}  # DONE when the table first came: history, not a claim
        self.proven: dict[str, Row] = {}  # by a stamp, or from before all stamps; as long as the row stays DONE
        self.lost = False  # at the last step: the table is gone, or cannot be read
        self.taken_back: set[str] = set()  # at the last step: DONE no more, or in the words that were proven

    def step(self, repo: Repo, tree: Oid, *, is_stamp: bool) -> Iterator[Turned]:
        """The rows that this tree's table says DONE of, and that the tables before it did not."""
        self.taken_back, self.lost = set(), False
        entry = repo.store.entry(tree, self.path)
        if entry is not None and entry.oid == self._blob:
            return
        self.lost = entry is None and self.known is not None
        if entry is None:
            return
        try:
            now = self._read(repo.store.read(entry.oid, "blob"))
        except (Mistake, KeyError):
            self.lost = True
            return  # it claims nothing; the next one that can be read is held against the last one that could
        self._blob = entry.oid
        was, self.known = self.known, now
        if was is None:
            self.first, self.proven = now, dict(now)
            self._ever.update(now.values())
            return
        self.taken_back = {
            *(was.keys() - now.keys()),
            *(id for id in now if not self._is_other(self.proven.get(id), now[id])),
        }
        self.proven = {id: row for id, row in self.proven.items() if id in now}
        new = [id for id, row in now.items() if self._is_other(was.get(id), row)]
        new = [id for id in new if self._is_other(self.proven.get(id), now[id])]
        self.proven |= {id: now[id] for id in new if is_stamp}
        self._ever.update(self.proven.values())
        ended = [id for id in new if is_stamp and id in was and was[id][:-1] == now[id][:-1]]  # what the stamp replaces
        yield from (Turned(self.path, id, id in was) for id in sorted(set(new) - set(ended)))

    def _is_other(self, was: Row | None, now: Row) -> bool:
        """Whether a row claims something else: other words, or a work that never was its proof. None claims less."""
        if was is None or was[:-1] != now[:-1]:
            return True
        return was[-1] != now[-1] and bool(now[-1]) and now not in self._ever


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

    @property
    def lost(self) -> list[str]:
        """The tables that the last commit does not have, or not in a state to be read."""
        return [table.path for table in self._tables if table.lost]

    def says_done(self, ticket: str) -> bool:
        """Whether the ticket's row in the roadmap says DONE now."""
        return ticket in (self._tables[0].known or {})

    def history(self) -> list[str]:
        """The rows that were DONE when the tables came, and are so still, in the same words."""
        return [id for table in self._tables for id, row in table.first.items() if _stands(table.known, row)]
