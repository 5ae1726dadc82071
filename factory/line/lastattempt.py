"""An item's last attempt, read back from git, for the auditor."""

from __future__ import annotations

import json

from factory.cards.card import is_card
from factory.errors import CouldNotRun, Mistake
from factory.git.objects import trailers
from factory.git.repo import LEDGER
from factory.line.auditor import AuditQuestion, Opinion, Silent
from factory.line.audits import opinion_of
from factory.line.house import House
from factory.model import Oid, Plan, Result, Triage, Verdict
from factory.records import attempts
from factory.records.yard import attempts_of


def opinion(house: House, item: str) -> Opinion:
    """Ask the auditor about it. Mistake where the item has no attempt yet; CouldNotRun where it gives no opinion."""
    evidence, store = _evidence(house, item), house.repo.store
    at = attempts.place(item)

    def file(name: str) -> bytes:
        return store.file(evidence, f"{at}/{name}") or b"{}"

    result = Result.model_validate_json(file("result.json"))
    plan = Plan.model_validate_json(file("plan.json"))
    seen = json.loads(file("evidence/verify_report.json"))
    main = json.loads(file("evidence/git_info.json")).get("main", plan.base) if is_card(item) else plan.base
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
        return opinion_of(house, AuditQuestion(plan, main, tree, verdict, flagged))
    except Silent as silent:
        raise CouldNotRun(str(silent)) from silent


def _evidence(house: House, item: str) -> Oid:
    """The evidence commit of the newest attempt: the second parent of its stamp, or of its `fail` event."""
    newest: tuple[int, Oid] | None = None
    for revision in (house.ref, LEDGER):
        if house.repo.tip(revision) is None:
            continue
        for logged in house.repo.log(revision):
            found = trailers(logged.message)
            of = (found.get("Factory-Ticket", ""), *attempts_of(found.get("Factory-Cards", "")))
            if item in of and found.get("Factory-Event") in ("stamp", "fail") and len(logged.parents) == 2:
                newest = max(newest or (0, ""), (logged.time, logged.parents[1]))
                break
    if newest is None:
        raise Mistake(f"{item} has no attempt that was judged", remedy="`factory log` shows what happened")
    return newest[1]
