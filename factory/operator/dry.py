"""What `run` would do, decided by the same functions; nothing is changed."""

from __future__ import annotations

from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from factory.errors import Mistake
from factory.gate.altered import SAYS_LITTLE, mute
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.line.audits import is_unread
from factory.line.foretold import foretold
from factory.line.purse import must_ever_fit
from factory.model import State, Ticket
from factory.money import budget
from factory.records import plans
from factory.records.state import Record, View, criteria_of, ready, standings
from factory.records.view import find_main, look, main_ref, must_be_readable
from factory.ssot.product import product_of
from factory.ssot.settings import Settings
from factory.trucks.outlook import as_line, outlook
from factory.trucks.yard import Yard


def decisions(repo: Repo, now: float) -> dict[str, Any]:
    """The tickets in the order in which they would be taken, with worker, scope and cost cap; and each day's cards."""
    settings, main = find_main(repo)
    ledger = Ledger(repo, lambda: now)
    view, yard = look(repo, ledger, main), Yard(repo, ledger, main)
    plans.must_have_workers(settings, cards=bool(yard.plans()))
    must_be_readable(repo, main)
    stands, tree = standings(view), repo.store.tree_of(main)
    first = [t.id for t in ready(view, now)]
    later = [id for id, s in stands.items() if s.state is State.PENDING and id not in first]
    found = []
    for id in (*first, *later):
        ticket = stands[id].ticket
        record = view.records.get(id) or Record(ticket=id)
        plan = plans.make_plan(
            ticket, criteria_of(id, view.criteria), settings,
            attempt=record.attempt + 1, base=main, worker=plans.worker_of(ticket, settings), previous=record.previous,
        )  # fmt: skip
        found.append(
            {
                "ticket": id, "attempt": plan.attempt, "worker": plan.worker, "risk": plan.risk.value,
                "modify": list(plan.scope.modify) or ["everything not protected"], "budget_usd": plan.budget_usd,
                "timeout_minutes": plan.timeout_minutes, "waits_for": [] if id in first else list(ticket.deps),
                "checks": (checks := [c.check for c in plan.criteria if c.check]),
                "unread": is_unread(settings, ticket.risk),
                "waits": _fault(ticket, view, settings),
                "mute": [test for check in checks for test in mute(check, partial(repo.store.file, tree))],
            }
        )  # fmt: skip
    today = budget.day_of(now, ZoneInfo(settings.factory.timezone)).strftime("%Y%m%d")
    product = list(settings.product.paths or product_of(GitTree(repo.store, main)))
    cards = outlook(yard, settings, today)
    waiting = [s.ticket for s in stands.values() if s.state is State.PENDING]
    warnings = foretold(repo, main_ref(settings), waiting)
    return {"main": main, "product": product, "first": settings.cards.first, "tickets": found, "cards": cards,
            "warnings": warnings}  # fmt: skip


def _fault(ticket: Ticket, view: View, settings: Settings) -> str:
    """Why a run would leave it waiting; "" where it would not."""
    try:
        plans.must_be_workable(ticket, view, settings)
        must_ever_fit(settings, ticket)
    except Mistake as mistake:
        return str(mistake)
    return ""


def as_text(document: dict[str, Any]) -> str:
    cards = [as_line(found) for found in document["cards"]]
    if not document["tickets"] and not cards:
        return "nothing to do: no ticket is IN_PROGRESS in D_ROADMAP.md at the tip of main"
    warnings = [f"warning: {line}" for line in document["warnings"]]
    lines = [f"product: {', '.join(document['product'])}; all else judges"] if document["tickets"] else []
    for t in document["tickets"]:
        wait = f"  after {', '.join(t['waits_for'])}" if t["waits_for"] else ""
        lines.append(
            f"{t['ticket']}#{t['attempt']}  worker {t['worker']}  risk {t['risk']}  at most ${t['budget_usd']:.2f} "
            f"and {t['timeout_minutes']:g} minutes{wait}"
        )
        lines += [f"    waits until that is mended: {t['waits']}"] if t["waits"] else []
        lines += ["    its risk asks for a reader, and there is none: set [auditor] worker"] if t["unread"] else []
        lines.append(f"    may change: {', '.join(t['modify'])}")
        lines += [f"    must turn green: {check}" for check in t["checks"]]
        lines += [f"    {test} {SAYS_LITTLE}" for test in t["mute"]]
    return "\n".join([*cards, *lines, *warnings] if document["first"] == "cards" else [*lines, *cards, *warnings])
