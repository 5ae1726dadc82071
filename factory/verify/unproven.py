"""Rows that name a work as their proof where main holds no such work: a cut history, a table from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from factory.errors import Mistake
from factory.git.repo import Repo
from factory.model import CriterionStatus, Oid
from factory.records.view import CRITERIA
from factory.ssot.documents import read_ledger

WORK = re.compile(r"[0-9a-f]{12}")  # as the factory writes it


def claims(repo: Repo, main: Oid, history: Collection[str]) -> Iterator[tuple[str, str]]:
    """(criterion, why) of those among `history`, the rows that were DONE when the table came."""
    try:
        rows = read_ledger(repo.store.file(repo.store.tree_of(main), CRITERIA) or b"") if history else ()
    except Mistake:
        return
    for row in rows:
        if row.id in history and row.status is not CriterionStatus.OPEN and WORK.fullmatch(row.work):
            found = repo.store.get(f"{row.work}^{{commit}}")
            if found is None or not repo.is_ancestor(found[0], main):
                remedy = "get the whole history, or clear that cell"
                yield row.id, f"it says DONE by the work {row.work}, which is no part of main; {remedy}"
