"""The two tables stay true: ids unique, criteria kept as they were worded, and DONE written by a stamp alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from factory.errors import Mistake
from factory.model import Criterion, CriterionStatus, Finding, Ticket, TicketStatus
from factory.tree import Tree
from guards.case import Case, content, rules

NAME = "ssot_docs"
RULES = rules(__file__)
ROADMAP, LEDGER = "D_ROADMAP.md", "AC_LEDGER.md"
Said = Iterator[tuple[str, str]]
Row = TypeVar("Row", Ticket, Criterion)
Reader = Callable[[bytes], tuple[Row, ...]]
Judge = Callable[[Case, dict[str, Row], tuple[Row, ...]], Iterator[Finding]]


def check(case: Case) -> Iterator[Finding]:
    """By hand a person may release and reopen; a ticket's change may only add."""
    from factory.ssot import unread
    from factory.ssot.documents import read_ledger, read_roadmap

    def roadmap(told: bytes) -> tuple[Ticket, ...]:
        if case.by_hand:  # else main has it already, or the file is protected
            unread.check(told)
        return read_roadmap(told)

    yield from _table(case, ROADMAP, roadmap, _tickets)
    yield from _table(case, LEDGER, read_ledger, _criteria)


def _table(case: Case, path: str, read: Reader[Row], judge: Judge[Row]) -> Iterator[Finding]:
    before, after = content(case.base, path), content(case.tree, path)
    if before == after and (after is None or not case.by_hand):
        return
    if after is None:
        yield RULES["table"].found(path, "is removed; the factory cannot work without it")
        return
    try:
        rows = read(after)
    except Mistake as mistake:
        yield RULES["table"].found(path, mistake.what, mistake.line)
        return
    yield from judge(case, _by_id(case.base, path, read), rows)


def _by_id(base: Tree, path: str, read: Reader[Row]) -> dict[str, Row]:
    """The rows of the base; none where the base has no table that can be read."""
    try:
        return {row.id: row for row in read(content(base, path) or b"")}
    except Mistake:
        return {}


def _tickets(case: Case, before: dict[str, Ticket], rows: tuple[Ticket, ...]) -> Iterator[Finding]:
    yield from _repeated(ROADMAP, rows)
    own = case.plan.ticket_id if case.plan else ""
    for row in rows:
        for rule, said in _ticket(row, before.get(row.id), own, case.by_hand):
            yield RULES[rule].found(ROADMAP, f"{row.id}: {said}", row.line)
    if not case.by_hand:
        for gone in before.keys() - {row.id for row in rows}:
            yield RULES["kept"].found(ROADMAP, f"{gone}: its row was removed")


def _ticket(row: Ticket, old: Ticket | None, own: str, by_hand: bool) -> Said:
    if row.status is TicketStatus.DONE and row.id != own and (old is None or old.status is not TicketStatus.DONE):
        yield "done", "says DONE without a stamp"
    elif by_hand or row.id == own:
        pass
    elif old is None and row.status is not TicketStatus.PLANNED:
        yield "kept", f"a change may add a ticket as PLANNED only, not as {row.status}"
    elif old is not None and row.status is not old.status:
        yield "kept", f"a change set its status from {old.status} to {row.status}"
    if not by_hand and old is not None and _terms(row) != _terms(old):
        yield "kept", "a change altered its priority, risk, dependencies or terms"


def _terms(row: Ticket) -> tuple[object, ...]:
    return row.priority, row.risk, row.deps, row.terms


def _criteria(case: Case, before: dict[str, Criterion], rows: tuple[Criterion, ...]) -> Iterator[Finding]:
    yield from _repeated(LEDGER, rows)
    own = set(case.plan.ac_ids) if case.plan else set()
    for row in rows:
        for rule, said in _criterion(row, before.get(row.id), own, case):
            yield RULES[rule].found(LEDGER, f"{row.id}: {said}", row.line)
    for gone in sorted(before.keys() - {row.id for row in rows}):
        yield RULES["kept"].found(LEDGER, f"{gone}: the criterion was removed")


def _criterion(row: Criterion, old: Criterion | None, own: set[str], case: Case) -> Said:
    if old is not None and (row.ticket, row.text, row.check) != (old.ticket, old.text, old.check):
        yield "kept", "the criterion was reworded; add a new one instead"
    was = old.status if old is not None else CriterionStatus.OPEN
    if row.status is CriterionStatus.DONE and was is not CriterionStatus.DONE and row.id not in own:
        yield "done", "says DONE without a stamp"
    if was is CriterionStatus.DONE and row.status is CriterionStatus.OPEN and not case.by_hand:
        yield "done", "a change opened it again"
    is_new = row.status is CriterionStatus.REPLACED and was is not CriterionStatus.REPLACED
    if is_new and row.id not in case.terms.replaces:
        yield "done", "says REPLACED, and no ticket names it in replaces"


def _repeated(path: str, rows: tuple[Ticket, ...] | tuple[Criterion, ...]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for row in rows:
        if row.id in seen:
            yield RULES["table"].found(path, f"{row.id}: the id is used already, in line {seen[row.id]}", row.line)
        seen.setdefault(row.id, row.line)
