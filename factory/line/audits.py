"""When the auditor is asked, and what its word changes: a PASS may become a FAIL, never the other way round."""

from __future__ import annotations

import tempfile
from pathlib import Path

from factory import workers
from factory.errors import FactoryError, Mistake, Unheard
from factory.executors import Means
from factory.executors.local import guarded
from factory.gate.absent import absent
from factory.git.names import TABLES
from factory.git.store import GitTree
from factory.line import auditor, booking, trouble
from factory.line.attempt import executor, halt_of, wallet_of
from factory.line.auditor import FILE, AuditQuestion, AuditWord, Opinion, Silent
from factory.line.house import House
from factory.line.item import Done
from factory.line.trades import GroupMerge
from factory.model import Changed, Ended, Oid, Plan, Risk, Triage, Verdict
from factory.money.wallet import OverBudget
from factory.ssot.settings import Settings


def second_look(house: House, done: Done, merged: GroupMerge, verdict: Verdict) -> tuple[Verdict, Opinion | None]:
    """The verdict after the auditor, where one is due; without one, as it was. Unheard where what passed is to be read,
    and the auditor gives no opinion: then nothing failed, and nothing passes."""
    settings, plan = house.settings, done.plan
    risk_says = settings.risk.of(plan.risk).auditor
    proven = any(c.check for c in plan.criteria)
    failures = booking.record_of(house, done.item).gate_failures + 1 if verdict.guards and not verdict.passed else 0
    if not merged.tree or not auditor.due(
        risk_says and verdict.passed, bool(settings.auditor.worker), proven, failures
    ):
        return verdict, None
    if not verdict.passed and failures < 2:
        return verdict, None
    try:
        flagged = tuple(str(finding) for finding in verdict.findings if finding.flag)
        asked = AuditQuestion(plan, merged.main, merged.tree, verdict, flagged)
        opinion = _said_before(house, done, merged) or _asked(house, asked)
    except Silent as silent:
        if isinstance(silent.error, OverBudget):
            raise silent.error from silent
        if verdict.passed:
            raise Unheard(f"the auditor could not be asked: {silent}; mend it, then `factory run`") from silent
        house.say(plan.ticket_id, str(silent))
        return verdict, None
    house.say(plan.ticket_id, f"auditor: {opinion.verdict.value}: {opinion.summary}")
    return weighed(verdict, opinion), opinion


def _asked(house: House, asked: AuditQuestion) -> Opinion:
    """Its opinion. Where it broke, it is asked once more: what it is to read was paid for."""
    try:
        return opinion_of(house, asked)
    except Silent as silent:
        if not asked.verdict.passed or silent.error or halt_of(house, asked.plan).is_set():
            raise
        house.say(asked.plan.ticket_id, f"{silent}; it is asked once more", "warning")
    return opinion_of(house, asked)


def _said_before(house: House, done: Done, merged: GroupMerge) -> Opinion | None:
    """What it said before of this very change: it is not paid again because a stamp had to wait."""
    if (heard := done.heard) is None:
        return None
    before, now = (house.repo.diff(*two) for two in ((heard.main, heard.tree), (merged.main, merged.tree)))
    return heard.opinion if _beside_tables(before) == _beside_tables(now) else None


def _beside_tables(changed: tuple[Changed, ...]) -> list[Changed]:
    return [change for change in changed if change.path not in TABLES]


def weighed(verdict: Verdict, opinion: Opinion) -> Verdict:
    """What the gate and the auditor say together."""
    lines = (*verdict.failed, *opinion.lines())
    if not verdict.passed:
        return verdict.model_copy(update={"failed": lines})
    if opinion.verdict is AuditWord.PASS:
        return verdict
    return booking.refused(Triage.GUARD, list(opinion.lines())).model_copy(
        update={
            "gate_results": verdict.gate_results,
            "guards": verdict.guards,
            "criteria": verdict.criteria,
            "findings": verdict.findings,
        }
    )


def opinion_of(house: House, asked: AuditQuestion) -> Opinion:
    """Ask the configured auditor. Mistake where none is; Silent where it gives no usable opinion."""
    name = house.settings.auditor.worker
    if not name:
        raise Mistake(f"auditor: {auditor.NONE}", path="ssot/factory.toml", remedy="set [auditor] worker")

    def work(plan: Plan, tree: Oid) -> tuple[Ended, bytes | None]:
        return _work(house, plan, tree)

    return auditor.ask(house.repo, asked, name, work)


def _work(house: House, plan: Plan, tree: Oid) -> tuple[Ended, bytes | None]:
    """Run the auditor in a room of the merged tree that is thrown away; only its one file is read."""
    chosen = house.settings.auditor
    model = chosen.model or house.settings.workers[plan.worker].model
    plan = plan.model_copy(update={"model_budget": model, "timeout_minutes": chosen.timeout_minutes})
    local, means = executor(house), Means(wallet_of(house, plan), halt_of(house, plan))
    settings = local.worker_of(plan)
    with (
        house.rooms.open(house.repo.store.tree_of(tree), repository=settings.repository) as room,
        tempfile.TemporaryDirectory(prefix="audit-", dir=house.scratch) as out,
    ):
        task = workers.Task(
            plan=plan,
            room=room.path,
            out=Path(out),
            settings=settings,
            rules="",
            files=GitTree(house.repo.store, tree),
            launch=local.launcher(plan, room.path, means),
            wallet=means.wallet,
            stop=means.stop,
        )
        done = _heard(plan, settings.kind, task)
        if done.ended is Ended.FAILED:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            why = "".join(f": {absent(line, house.environ, house.gate.tools) or line}" for line in said)
            raise Silent(f"the auditor {plan.worker} ended with exit code {done.exit_code}{why}")
        return done.ended, _answer(room.path / FILE)


def _heard(plan: Plan, kind: str, task: workers.Task) -> workers.Work:
    """What the auditor's worker does. Silent where its set-up, or its own code, does not let it: that is no reason to
    end the run for the tickets that it does not read."""
    try:
        return guarded(workers.load(kind).work, task)
    except FactoryError as error:
        if trouble.is_common(error):
            raise
        raise Silent(f"the auditor {plan.worker} could not read: {error}", error) from error


def is_unread(settings: Settings, risk: Risk) -> bool:
    """Whether a change of this risk is to be read before it is stamped, and nobody is set up to do so."""
    return settings.risk.of(risk).auditor and not settings.auditor.worker


def _answer(at: Path) -> bytes | None:
    if at.is_symlink() or not at.is_file() or at.stat().st_size > 1 << 20:
        return None
    return at.read_bytes()
