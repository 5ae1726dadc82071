"""The verdict on one attempt, and its evidence. Whatever breaks while it is judged is its verdict, too."""

from __future__ import annotations

from typing import NamedTuple

from factory.errors import FactoryError, Unheard
from factory.gate.absent import absent
from factory.gate.untracked import untracked
from factory.git.store import GitTree
from factory.line import audits, booking, trouble
from factory.line.auditor import Opinion
from factory.line.house import House
from factory.line.turn import Attempt
from factory.model import Ended, Finding, Oid, Plan, Result, Triage, Verdict
from factory.money.wallet import OverBudget
from factory.plain import many
from factory.records import attempts, landing, premises
from factory.records.attempts import Work
from factory.records.compact import compact


class Judged(NamedTuple):
    """What was judged, what it came to, and where that is kept."""

    merge: landing.Merge
    verdict: Verdict
    opinion: Opinion | None
    result: Result
    evidence: Oid
    unheard: FactoryError | None = None  # it passed, and its auditor could not be asked


def keep_work(house: House, attempt: Attempt) -> tuple[Attempt, Work]:
    """The work commit; of an attempt whose change cannot be kept one without it, and the reason stays with it."""
    try:
        return attempt, _keep_work(house, attempt)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        attempt = trouble.bare(attempt)._replace(broke=error)
        return attempt, _keep_work(house, attempt)


def _keep_work(house: House, attempt: Attempt) -> Work:
    summary = booking.summary(house, attempt)
    now = house.clock.now()
    return attempts.keep_work(house.repo, attempt.plan, attempt.plan_commit, attempt.change.files, summary, now)


def judged(house: House, attempt: Attempt, work: Work) -> Judged:
    """The change on today's main, judged. Raises what concerns every ticket, and nothing else."""
    main = house.main()
    try:
        if attempt.broke:
            raise attempt.broke
        merge = _merge(house, attempt.plan, main, work)
        verdict, opinion, unheard = _verdict(house, attempt, work, merge), None, None
        try:
            verdict, opinion = audits.second_look(house, attempt, merge, verdict)
        except (Unheard, OverBudget) as error:
            unheard = error
        return Judged(merge, verdict, opinion, *booking.keep(house, attempt, work, merge, verdict, opinion), unheard)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        return _broke(house, attempt, work, landing.Merge(main, "", ()), trouble.verdict(error))


def _broke(house: House, attempt: Attempt, work: Work, merge: landing.Merge, verdict: Verdict) -> Judged:
    """The verdict on an attempt that broke what was to judge it; where its evidence is what broke it, without that."""
    try:
        return Judged(merge, verdict, None, *booking.keep(house, attempt, work, merge, verdict))
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        return Judged(merge, verdict, None, *booking.keep(house, trouble.bare(attempt), work, merge, verdict))


def _merge(house: House, plan: Plan, main: Oid, work: Work) -> landing.Merge:
    """The change on today's main; in conflict too where main took back what the plan was made from."""
    if stale := tuple(premises.stale(house.repo, main, plan)):
        return landing.Merge(main, "", stale)
    return landing.merge(house.repo, main, plan.base, work.work, plan.ticket_id)


def _verdict(house: House, attempt: Attempt, work: Work, merge: landing.Merge) -> Verdict:
    """What stands before the gate (a crash, nothing changed, foul play, a conflict), then the gate itself."""
    if reason := _before_the_gate(house, attempt, merge):
        triage, lines, findings = reason
        house.gate.settle(lambda text: house.say("", text))
        return booking.refused(triage, lines, findings)
    gate = house.gate.at(premises.settings_of(house.repo, merge.main))
    return gate.judge(
        attempt.plan, premises.terms_at(house.repo, merge.main, attempt.plan.ticket_id),
        main=merge.main, tree=merge.tree, work=work.tree,
        say=lambda text: house.say(attempt.ticket.id, text),
    )  # fmt: skip


def _lacking(house: House, said: str, main: Oid) -> str:
    """What a worker did not find in its room, and how it gets there."""
    program = absent(said, house.environ, house.gate.tools)
    return program or untracked(said, house.repo.work_tree, GitTree(house.repo.store, main))


def _before_the_gate(
    house: House, attempt: Attempt, merge: landing.Merge
) -> tuple[Triage, list[str], tuple[Finding, ...]] | None:
    work, made = attempt.work, attempt.change
    if work.ended is Ended.TIMEOUT:
        return Triage.TIMEOUT, [f"the worker was ended after {attempt.plan.timeout_minutes:g} min"], ()
    if work.ended is Ended.LATER:
        return Triage.API, [f"the model's server refused it {many(attempt.record.transient + 1, 'time')} in a row"], ()
    if work.ended is Ended.FAILED:
        tail = work.stderr.decode("utf-8", "replace").strip().splitlines()[-5:]
        hint = _lacking(house, "\n".join(tail), merge.main)
        said = f": {hint or tail[-1]}" if tail else ""
        lines = [f"the worker ended with exit code {work.exit_code}{said}", *(tail if hint else tail[:-1])]
        return Triage.WORKER, lines, ()
    if too_long := compact(work.report.summary).blocked:
        return Triage.GUARD, [too_long], ()
    if made.findings:
        return made.findings[0].triage, [str(f) for f in made.findings], made.findings
    if not made.files:
        return Triage.EMPTY, ["the worker changed nothing"], ()
    if merge.conflicts:
        return Triage.CONFLICT, [f"{path} was changed on main meanwhile" for path in merge.conflicts], ()
    if merge.unread:
        return (
            Triage.GUARD,
            [f"the change leaves a table that cannot be read: {merge.unread}; leave it as main has it"],
            (),
        )
    return None
