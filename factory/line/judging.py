"""What is said of an attempt beside its trade's own judges: how its worker ended, and what an auditor reads."""

from __future__ import annotations

from factory.errors import Unheard
from factory.gate.absent import absent, untracked
from factory.git.store import GitTree
from factory.line import audits, booking, trouble
from factory.line.house import House
from factory.line.item import Done
from factory.line.trades import GroupMerge, Judged, Trade
from factory.model import Ended, Finding, Oid, Triage, Verdict
from factory.money.wallet import OverBudget
from factory.plain import many
from factory.records.compact import compact

Refusal = tuple[Triage, list[str], tuple[Finding, ...]]


def judged(house: House, trade: Trade, done: Done, merged: GroupMerge) -> Judged:
    """The verdict on one attempt. Whatever breaks while it is judged is its verdict, too; raises what concerns all."""
    try:
        if done.broke:
            raise done.broke
        return trade.judge(done, merged)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        return Judged(done, trouble.verdict(error))


def ended_badly(house: House, done: Done, main: Oid) -> Refusal | None:
    """What its worker's end and the harvest say, before anything is merged."""
    work, made = done.work, done.change
    if work.ended is Ended.TIMEOUT:
        return Triage.TIMEOUT, [f"the worker was ended after {done.plan.timeout_minutes:g} min"], ()
    if work.ended is Ended.LATER:
        times = booking.record_of(house, done.item).transient + 1
        return Triage.API, [f"the model's server refused it {many(times, 'time')} in a row"], ()
    if work.ended is Ended.FAILED:
        tail = work.stderr.decode("utf-8", "replace").strip().splitlines()[-5:]
        hint = _lacking(house, "\n".join(tail), main)
        said = f": {hint or tail[-1]}" if tail else ""
        lines = [f"the worker ended with exit code {work.exit_code}{said}", *(tail if hint else tail[:-1])]
        return Triage.WORKER, lines, ()
    if too_long := compact(work.report.summary).blocked:
        return Triage.GUARD, [too_long], ()
    if made.findings:
        return made.findings[0].triage, [str(f) for f in made.findings], made.findings
    return None


def _lacking(house: House, said: str, main: Oid) -> str:
    """What a worker did not find in its room, and how it gets there."""
    program = absent(said, house.environ, house.gate.tools)
    return program or untracked(said, house.repo.work_tree, GitTree(house.repo.store, main))


def read(house: House, done: Done, merged: GroupMerge, verdict: Verdict) -> Judged:
    """The verdict, and what the auditor says where one is due."""
    try:
        return Judged(done, *audits.second_look(house, done, merged, verdict))
    except (Unheard, OverBudget) as error:
        return Judged(done, verdict, unheard=error)
