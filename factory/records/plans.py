"""plan.json: what a worker is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from factory.errors import Mistake
from factory.model import Criterion, Oid, Plan, PlanCriterion, Scope, Terms, Ticket
from factory.records.record import Record
from factory.records.state import View, criteria_of
from factory.ssot.protected import PROTECTED
from factory.ssot.settings import Settings

RESERVED = ".factory"
LONGEST = 200  # characters of a ticket's id: a folder of git's is named by it, and files with an ending


def protected(settings: Settings) -> tuple[str, ...]:
    """The globs that no change may touch: the built-in list and what the settings add."""
    return tuple(dict.fromkeys((*PROTECTED, *settings.protected.paths)))


def make_plan(
    view: View, settings: Settings, ticket: Ticket, record: Record, *, worker: str = "", told: Iterable[str] = ()
) -> Plan:
    """The plan of a ticket's next attempt at this view's main. The same ticket, attempt, base and worker give the same
    key. `worker`: who it is, where it is not the ticket's own. `told`: what is seen ahead of its criteria, which its
    worker should know."""
    terms, attempt, criteria = ticket.terms, record.attempt + 1, criteria_of(ticket.id, view.criteria)
    worker = worker or worker_of(ticket, settings)
    return Plan(
        ticket_id=ticket.id,
        attempt=attempt,
        ac_ids=tuple(c.id for c in criteria),
        title=ticket.title,
        description=ticket.prose,
        criteria=tuple(PlanCriterion(id=c.id, text=c.text, check=c.check) for c in criteria),
        scope=Scope(modify=terms.modify, readonly=terms.readonly, forbidden=protected(settings)),
        done_criteria=" ".join((_done(criteria), *(f"Note: {line}." for line in told))),
        risk=ticket.risk,
        priority=ticket.priority,
        base=view.main,
        timeout_minutes=terms.timeout_minutes or settings.caps.worker_minutes,
        budget_usd=settings.budget.cycle_usd if terms.budget_usd is None else terms.budget_usd,
        model_budget=_model(ticket, settings, worker),
        worker=worker,
        idempotency_key=_key(view.main, ticket.id, attempt, worker, terms, ticket.prose),
        previous=record.previous,
    )


def on_base(plan: Plan, base: Oid, terms: Terms) -> Plan:
    """The same plan for another commit of main, which holds the ticket with these terms."""
    key = _key(base, plan.ticket_id, plan.attempt, plan.worker, terms, plan.description)
    return plan.model_copy(update={"base": base, "idempotency_key": key})


def _key(base: Oid, ticket: str, attempt: int, worker: str, terms: Terms, prose: str) -> str:
    said = "\0".join((base, ticket, str(attempt), worker, terms.model_dump_json(), prose))
    return hashlib.sha256(said.encode()).hexdigest()


def _model(ticket: Ticket, settings: Settings, worker: str) -> str:
    """The risk's model, where the risk chose the worker or left the usual one; else the worker's own."""
    chosen = "" if ticket.terms.worker else settings.risk.of(ticket.risk).model
    return chosen or (settings.workers[worker].model if worker in settings.workers else "")


def _done(criteria: tuple[Criterion, ...]) -> str:
    checks = [c for c in criteria if c.check]
    if not checks:
        return "No criterion has a check: an auditor or a person must approve the change."
    return (
        f"{len(checks)} check(s) that are red now are green: {', '.join(c.id for c in checks)}. "
        "Every test that passes now still exists and passes. Nothing outside the scope has changed."
    )


def worker_of(ticket: Ticket, settings: Settings) -> str:
    """The worker that a ticket names, else its risk's, else the one that the settings name."""
    return ticket.terms.worker or settings.risk.of(ticket.risk).worker or settings.factory.worker


def _get_one(name: str) -> str:
    return f'add [workers.{name}] with kind = "command" and command = ["..."], or kind = "gemini", and commit it'


def must_have_workers(settings: Settings, *, cards: bool = False) -> None:
    """Mistake where there is no worker at all. `cards`: there are day plans, and the workers of cards are built in."""
    if not settings.workers and not cards:
        raise Mistake("there is no worker yet", path="ssot/factory.toml", remedy=_get_one("default"))


def must_be_there(name: str, settings: Settings, needs: str = "cards need it") -> None:
    """Mistake where the settings have no worker of this name."""
    if name not in settings.workers:
        raise Mistake(f"there is no worker {name!r}, and {needs}", path="ssot/factory.toml", remedy=_get_one(name))


def must_be_workable(ticket: Ticket, view: View, settings: Settings) -> None:
    """Mistake where its terms are wrong, its id is too long, its worker is none of the settings', or nothing could tell
    that it is done."""
    if ticket.fault:
        raise Mistake(ticket.fault)
    if len(ticket.id) > LONGEST:
        raise Mistake(
            f"the id {ticket.id[:40]}... has {len(ticket.id)} characters",
            path="D_ROADMAP.md",
            line=ticket.line,
            remedy=f"{LONGEST} is the most: it is part of names in git and on disk",
        )
    must_be_there(worker_of(ticket, settings), settings, f"{ticket.id} needs one")
    if not any(c.check for c in criteria_of(ticket.id, view.criteria)) and not settings.auditor.worker:
        raise Mistake(
            f"{ticket.id} has no criterion with a check, and no auditor is set up",
            path="D_ROADMAP.md",
            line=ticket.line,
            remedy="add a row with a check to AC_LEDGER.md, or set [auditor] worker",
        )
