"""What only the two documents together show: ids used twice, rows that belong to nothing, rings of dependencies."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping

from factory.errors import Mistake
from factory.model import Criterion, Ticket
from factory.ssot.documents import LEDGER, ROADMAP


def check(tickets: Collection[Ticket], criteria: Collection[Criterion]) -> None:
    """Raises Mistake for what only the two tables together show."""
    _check_unique(ROADMAP, ((ticket.id, ticket.line) for ticket in tickets))
    _check_unique(LEDGER, ((criterion.id, criterion.line) for criterion in criteria))
    known = {ticket.id for ticket in tickets}
    proofs = {criterion.id for criterion in criteria}
    for ticket in tickets:
        for dep in ticket.deps:
            if dep not in known:
                _unknown(f"{ticket.id} depends on {dep}, which is no ticket", dep, known, ROADMAP, ticket.line)
        _check_replaces(ticket, proofs)
    for criterion in criteria:
        if criterion.ticket not in known:
            what = f'{criterion.id} belongs to "{criterion.ticket}", which is no ticket'
            _unknown(what, criterion.ticket, known, LEDGER, criterion.line)
    if ring := _cycle({ticket.id: ticket.deps for ticket in tickets}):
        line = next(ticket.line for ticket in tickets if ticket.id == ring[0])
        what = f"a cycle of dependencies: {' -> '.join(ring)}"
        raise Mistake(what, path=ROADMAP, line=line, remedy="take one of them out of deps")


def _check_replaces(ticket: Ticket, known: Collection[str]) -> None:
    """A criterion that no row has would be ended by nobody."""
    for name in ticket.terms.replaces:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            remedy = f"did you mean {near[0]}?" if near else f"write the id of a criterion in {LEDGER}"
            what = f'{ticket.id} replaces "{name}", which is no criterion'
            raise Mistake(what, path=ROADMAP, line=ticket.line, remedy=remedy)


def _check_unique(path: str, ids: Iterable[tuple[str, int]]) -> None:
    seen: dict[str, int] = {}
    for name, line in ids:
        if name in seen:
            what = f"a second {name} (the first is on line {seen[name]})"
            raise Mistake(what, path=path, line=line, remedy="give it an id of its own")
        seen[name] = line


def _unknown(what: str, name: str, known: Collection[str], path: str, line: int) -> None:
    near = difflib.get_close_matches(name, known, 1)
    remedy = f"did you mean {near[0]}?" if near else f"correct it, or add the ticket to {ROADMAP}"
    raise Mistake(what, path=path, line=line, remedy=remedy)


def _cycle(deps: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A ring of tickets that wait for each other, its first one again at the end. No recursion: chains are long."""
    done: set[str] = set()
    for start in deps:
        trail: dict[str, Iterator[str]] = {} if start in done else {start: iter(deps[start])}
        while trail:
            here = next(reversed(trail))
            step = next((dep for dep in trail[here] if dep not in done), None)
            if step is None:
                done.add(here)
                del trail[here]
            elif step in trail:
                ring = list(trail)
                return [*ring[ring.index(step) :], step]
            else:
                trail[step] = iter(deps[step])
    return []
