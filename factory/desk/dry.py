"""What `run` would do, decided by the same functions; nothing is changed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from factory.errors import Exit, FactoryError
from factory.executors.bench import make_bench
from factory.gate.altered import mute
from factory.gate.trial import Ran
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.line import beforehand
from factory.line.audits import is_unread
from factory.line.beforehand import Fitness, Footing
from factory.line.opening import key_path, signing_key
from factory.model import Plan
from factory.money import budget
from factory.money.spend import dollars
from factory.operator.outlook import as_lines, outlook
from factory.records import plans
from factory.records.record import Record
from factory.records.signing import Signer
from factory.records.state import View, ready, standings
from factory.records.view import find_main, look
from factory.records.yard import Yard
from factory.ssot.product import product_of

PATIENCE = 30.0  # seconds for what all checks say on main


class Forecast(NamedTuple):
    """What the next run would do, and what would end it before its first worker started."""

    document: dict[str, Any]
    faults: tuple[FactoryError, ...]
    exit: Exit = Exit.OK  # of what keeps single tickets, where the others could go on


def decisions(repo: Repo, now: float, environ: Mapping[str, str]) -> Forecast:
    """The tickets in the order in which they would be taken, with worker, scope and cost cap; and each day's cards."""
    settings, main = find_main(repo)
    ledger = Ledger(repo, lambda: now)
    view, yard = look(repo, ledger, main), Yard(repo, ledger, main)
    on = Footing(repo, view, settings, environ, Signer(signing_key(repo, environ)), key_path(repo, environ))
    faults = list(beforehand.faults(on, cards=bool(yard.plans())))
    first = [t.id for t in ready(view, now)]
    later = [ticket.id for ticket in on.pending if ticket.id not in first]
    plans = {id: _plan(on, id) for id in (*first, *later)}
    untried = [plans[id] for id in first if not _record(view, id).attempts]
    fitness = Fitness(repo, settings, environ)
    waits = _waits(on, fitness)
    today = budget.day_of(now, ZoneInfo(settings.factory.timezone)).strftime("%Y%m%d")
    cards = outlook(yard, settings, today, lambda name: fitness.of_worker(name, main))
    kept = [*waits.values(), *cards.waits, *filter(None, [cards.wrong])]
    if kept and len(waits) == len(plans) and not any(day["cards"] for day in cards.days):
        faults += kept[:1]
    try:
        ran = {} if faults else _on_main(on, [c.check for plan in untried for c in plan.criteria if c.check])
    except FactoryError as error:
        faults, ran = [error], {}
    tickets = [
        _told(on, plan, id in first, ran if plan in untried else {}) | {"waits": str(waits.get(id, ""))}
        for id, plan in plans.items()
    ]
    product = list(settings.product.paths or product_of(GitTree(repo.store, main)))
    document = {
        "main": main,
        "product": product,
        "first": settings.cards.first,
        "tickets": tickets,
        "cards": cards.days,
        "cards_wait": str(cards.wrong or ""),
        "warnings": beforehand.warnings(on),
        "faults": list(map(str, faults)),
    }
    return Forecast(document, tuple(faults), next((error.exit for error in kept), Exit.OK))


def _waits(on: Footing, fitness: Fitness) -> dict[str, FactoryError]:
    """Ticket -> what keeps it until that is mended."""
    found = {ticket.id: fitness.fault(ticket, on.view) for ticket in on.pending}
    return {ticket: error for ticket, error in found.items() if error}


def _record(view: View, ticket: str) -> Record:
    return view.records.get(ticket) or Record(ticket=ticket)


def _plan(on: Footing, ticket: str) -> Plan:
    return plans.make_plan(on.view, on.settings, standings(on.view)[ticket].ticket, _record(on.view, ticket))


def _on_main(on: Footing, checks: list[str]) -> dict[str, Ran]:
    """What checks say on main, in rooms that are gone in the end. None is asked where `[gate] setup` must run first."""
    if on.settings.gate.setup or not checks:
        return {}
    with (
        tempfile.TemporaryDirectory(prefix="factory-dry-", ignore_cleanup_errors=True) as folder,
        make_bench(on.repo, {**on.environ, "XDG_CACHE_HOME": folder}) as bench,
    ):
        try:
            return bench.gate.on_main(on.view.main, checks, PATIENCE)
        finally:
            bench.gate.end()


def _told(on: Footing, plan: Plan, is_ready: bool, ran: Mapping[str, Ran]) -> dict[str, Any]:
    ticket = standings(on.view)[plan.ticket_id].ticket
    seen = beforehand.prospect_of(on.repo.store, on.view, on.settings, plan, ticket.terms, ran)
    checks = [c.check for c in plan.criteria if c.check]
    return {
        "ticket": ticket.id,
        "attempt": plan.attempt,
        "worker": plan.worker,
        "risk": plan.risk.value,
        "modify": list(plan.scope.modify) or ["everything not protected"],
        "budget_usd": plan.budget_usd,
        "timeout_minutes": plan.timeout_minutes,
        "waits_for": [] if is_ready else list(ticket.deps),
        "checks": checks,
        "unasked": [check for check in checks if check not in ran],
        "unread": is_unread(on.settings, ticket.risk),
        "hopeless": ": ".join(seen.hopeless) if seen.hopeless else "",
        "told": list(seen.told),
        "mute": [test for check in checks for test in mute(check, partial(on.repo.store.file, on.view.main))],
        "try": beforehand.attempt(_record(on.view, ticket.id), on.settings),
    }


def as_text(document: dict[str, Any]) -> str:
    cards = [line for found in document["cards"] for line in as_lines(found)]
    cards += [f"cards wait until that is mended: {document['cards_wait']}"] if document["cards_wait"] else []
    warnings = [f"warning: {line}" for line in document["warnings"]]
    if not document["tickets"] and not cards:
        nothing = "nothing to do: no ticket is IN_PROGRESS in D_ROADMAP.md at the tip of main"
        return "\n".join([nothing, *warnings])
    lines = [f"product: {', '.join(document['product'])}; all else judges"] if document["tickets"] else []
    for t in document["tickets"]:
        name = f"{t['ticket']}#{t['try'].removeprefix('attempt ')}"
        wait = f"  after {', '.join(t['waits_for'])}" if t["waits_for"] else ""
        lines.append(
            f"{name}  worker {t['worker']}  risk {t['risk']}  at most ${dollars(t['budget_usd'])} "
            f"and {t['timeout_minutes']:g} min{wait}"
        )
        lines += [f"    waits until that is mended: {t['waits']}"] if t["waits"] else []
        lines += ["    its risk asks for a reader, and there is none: set [auditor] worker"] if t["unread"] else []
        lines.append(f"    may change: {', '.join(t['modify'])}")
        lines += [f"    must turn green: {check}" for check in t["checks"]]
        lines += [f"    BLOCKED before anybody is paid: {t['hopeless']}"] if t["hopeless"] else []
        lines += [f"    {line}" for line in t["told"]]
    return "\n".join([*cards, *lines, *warnings] if document["first"] == "cards" else [*lines, *cards, *warnings])
