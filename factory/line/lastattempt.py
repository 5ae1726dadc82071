"""A ticket's last attempt, read back from git, for the auditor."""

from __future__ import annotations

import json

from factory.errors import CouldNotRun, Mistake
from factory.git.objects import trailers
from factory.git.repo import LEDGER
from factory.line.auditor import Opinion, Question, Silent
from factory.line.audits import opinion_of
from factory.line.house import House
from factory.model import Oid, Plan, Result, Triage, Verdict
from factory.records import attempts


def opinion(house: House, ticket: str) -> Opinion:
    """Ask the auditor about it. Mistake where the ticket has no attempt yet; CouldNotRun where it gives no opinion."""
    evidence = _evidence(house, ticket)
    store = house.repo.store
    result = Result.model_validate_json(store.file(evidence, attempts.RESULT) or b"")
    plan = Plan.model_validate_json(store.file(evidence, attempts.PLAN) or b"")
    seen = json.loads(store.file(evidence, f"{attempts.EVIDENCE}/verify_report.json") or b"{}")
    verdict = Verdict(
        status=result.status,
        triage=Triage(result.triage) if result.triage else None,
        guards=result.guards,
        gate_results=result.gate_results,
        criteria=result.criteria,
        tests=result.tests,
        failed=tuple(seen.get("failed", ())),
    )
    tree, flagged = result.gate_tree or store.tree_of(result.work), tuple(seen.get("flagged", ()))
    try:
        return opinion_of(house, Question(plan, plan.base, tree, verdict, flagged))
    except Silent as silent:
        raise CouldNotRun(str(silent)) from silent


def _evidence(house: House, ticket: str) -> Oid:
    """The evidence commit of the newest attempt: the second parent of its stamp, or of its `fail` event."""
    newest: tuple[int, Oid] | None = None
    for revision in (house.ref, LEDGER):
        if house.repo.tip(revision) is None:
            continue
        for logged in house.repo.log(revision):
            found = trailers(logged.message)
            ours = found.get("Factory-Ticket") == ticket and found.get("Factory-Event") in ("stamp", "fail")
            if ours and len(logged.parents) == 2:
                newest = max(newest or (0, ""), (logged.time, logged.parents[1]))
                break
    if newest is None:
        raise Mistake(f"{ticket} has no attempt that was judged", remedy="`factory log` shows what happened")
    return newest[1]
