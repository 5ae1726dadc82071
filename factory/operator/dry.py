"""What `run` would do, decided by the same functions; nothing is changed."""

from __future__ import annotations

from typing import Any

from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.model import State
from factory.records import plans
from factory.records.state import Record, criteria_of, ready, standings
from factory.records.view import find_main, look


def decisions(repo: Repo, now: float) -> dict[str, Any]:
    """The tickets in the order in which they would be taken, each with its worker, scope and cost cap."""
    settings, main = find_main(repo)
    view = look(repo, Ledger(repo, lambda: now), main)
    plans.must_have_workers(view, settings)
    stands = standings(view)
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
                "checks": [c.check for c in plan.criteria if c.check],
            }
        )  # fmt: skip
    return {"main": main, "tickets": found}


def as_text(document: dict[str, Any]) -> str:
    if not document["tickets"]:
        return "nothing to do: no ticket is IN_PROGRESS in D_ROADMAP.md at the tip of main"
    lines = []
    for t in document["tickets"]:
        wait = f"  after {', '.join(t['waits_for'])}" if t["waits_for"] else ""
        lines.append(
            f"{t['ticket']}#{t['attempt']}  worker {t['worker']}  risk {t['risk']}  at most ${t['budget_usd']:.2f} "
            f"and {t['timeout_minutes']:g} minutes{wait}"
        )
        lines.append(f"    may change: {', '.join(t['modify'])}")
        lines += [f"    must turn green: {check}" for check in t["checks"]]
    return "\n".join(lines)
