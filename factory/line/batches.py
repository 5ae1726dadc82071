"""Which tickets go out as one call, and the attempt of one whose answer was bought in such a call."""

from __future__ import annotations

from collections.abc import Iterable

from factory.line.house import House
from factory.model import Plan, Terms, Ticket
from factory.proposals.shares import Share, Shares
from factory.records import plans
from factory.records.record import Record
from factory.records.state import View
from factory.ssot.settings import Settings

SAME = {"modify", "readonly", "hidden", "worker"}  # of two tickets' terms, where they may share a call


def fellows_of(view: View, settings: Settings, ticket: Ticket, released: Iterable[Ticket]) -> tuple[Ticket, ...]:
    """The tickets that may share this one's call, as many as its worker takes. Pure.

    They are released now, in the same half, of the same scope, risk and worker, and nobody has tried one before."""
    worker = settings.workers.get(plans.worker_of(ticket, settings))
    most = worker.batch if worker else 1
    if most < 2 or not _untried(view, ticket):
        return ()
    found = [t for t in released if t.id != ticket.id and _alike(t, ticket) and _untried(view, t)]
    return tuple(found[: most - 1])


def _alike(one: Ticket, other: Ticket) -> bool:
    return one.risk is other.risk and _scope(one.terms) == _scope(other.terms)


def _scope(terms: Terms) -> dict[str, object]:
    return terms.model_dump(include=SAME)


def _untried(view: View, ticket: Ticket) -> bool:
    record = view.records.get(ticket.id) or Record(ticket=ticket.id)
    return record.attempts == 0 and record.previous is None


def next_plan(
    house: House, view: View, ticket: Ticket, record: Record, told: Iterable[str] = ()
) -> tuple[Plan, Share | None]:
    """The plan of the ticket's next attempt. Where its answer was bought already, the plan's base is the one that the
    answer was made for: what landed meanwhile is merged, as with any attempt that ran beside others."""
    plan = plans.make_plan(view, house.settings, ticket, record, told=told)
    if house.settings.workers[plan.worker].batch < 2:
        return plan, None
    share = Shares(house.cache / "answers").find(plan)
    if share is None or not house.repo.is_ancestor(share.base, view.main):
        return plan, None
    return plans.on_base(plan, share.base, ticket.terms), share


def plans_of(house: House, view: View, tickets: Iterable[Ticket]) -> tuple[Plan, ...]:
    """The plans of those that go out in one call."""
    records = ((ticket, view.records.get(ticket.id) or Record(ticket=ticket.id)) for ticket in tickets)
    return tuple(plans.make_plan(view, house.settings, ticket, record) for ticket, record in records)
