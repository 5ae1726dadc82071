"""What each event leaves in git: the ledger's record, the evidence, and, for a quarantine, the row on main."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from factory import attempts, budget, evidence, landing, pace, records, redact, wallet
from factory.attempts import Work
from factory.errors import CouldNotRun, Moved, Stopped
from factory.house import House
from factory.ledger import FACTORY, ticket_path
from factory.model import (
    Answer,
    Event,
    Finding,
    Oid,
    Plan,
    Previous,
    Result,
    Stamp,
    Ticket,
    TicketStatus,
    Triage,
    Verdict,
)
from factory.plans import worker_of
from factory.state import Record
from factory.turn import Attempt, Turn
from factory.view import factory_file

SUMMARY = 72  # characters of a worker's summary that go into a subject
FREE = ("patch",)  # kinds of worker that cost nothing


def write(
    house: House, name: str, record: Record, text: str, *, second: Oid | None = None, folded: Oid | None = None,
    **trailers: str,
) -> Oid:  # fmt: skip
    """One event about one ticket, with its new record. `folded`: main is in the records up to there."""
    event = Event(
        name=name, ticket=record.ticket, attempt=record.attempt, text=text,
        trailers={f"Factory-{key.replace('_', '-')}": value for key, value in trailers.items()},
    )  # fmt: skip
    changes: dict[str, Any] = {ticket_path(record.ticket): record.model_dump(mode="json")}
    if folded:
        factory = factory_file(house.ledger).model_copy(update={"main": folded})
        changes[FACTORY] = factory.model_dump(mode="json")
    return house.ledger.append(event, changes, second=second)


def start(house: House, record: Record, plan: Plan) -> None:
    write(house, "start", record, plan.title)


def summary(house: House, attempt: Attempt) -> str:
    """The worker's words in one line that can carry no trailer, no escape code and no key."""
    return redact.one_line(redact.redact(attempt.work.report.summary, house.secrets), SUMMARY)


def refused(triage: Triage, lines: list[str], findings: tuple[Finding, ...] = ()) -> Verdict:
    """The verdict on what never came to the gate."""
    from factory.triage import fingerprint

    text = "\n".join(lines)
    return Verdict(
        status=Answer.FAIL, triage=triage, fingerprint=fingerprint(triage, text), findings=findings,
        failed=tuple(lines), log=text + "\n",
    )  # fmt: skip


# --- an attempt's end ------------------------------------------------------------------------------------


def keep(house: House, attempt: Attempt, work: Work, merge: landing.Merge, verdict: Verdict) -> tuple[Result, Oid]:
    """result.json and the evidence pack, committed on the attempt's branch."""
    result = conclude(house, attempt, work, merge, verdict)
    done = attempt.work
    pack = evidence.pack(
        attempt.plan, result, verdict,
        stdout=done.stdout, stderr=done.stderr, exit_code=done.exit_code, history=done.history,
        git_info={
            "base": work.base, "plan": work.plan, "work": work.work, "main": merge.main, "gate_tree": merge.tree,
            "algorithm": house.repo.algorithm,
        },
        report=done.report.model_dump(mode="json"), known_secrets=house.secrets, extra=done.extra,
    )  # fmt: skip
    if wrong := evidence.faults(pack):
        raise CouldNotRun(f"the evidence of {attempt.plan.ticket_id} is not complete: {wrong[0]}")
    ref = attempts.branch(attempt.plan.ticket_id, attempt.plan.attempt)
    tip = house.repo.tip(ref)
    if tip != work.work:  # main moved, and the gate ran again: the evidence of the first time is replaced
        house.repo.move(ref, work.work, tip)
    return result, attempts.keep_evidence(house.repo, attempt.plan, work.work, result, pack, house.clock.now())


def conclude(house: House, attempt: Attempt, work: Work, merge: landing.Merge, verdict: Verdict) -> Result:
    report, plan = attempt.work.report, attempt.plan
    seconds = round(max(0.0, house.clock.now() - attempt.began), 3)
    return Result(
        ticket_id=plan.ticket_id,
        attempt=plan.attempt,
        status=verdict.status,
        triage=verdict.triage or "",
        fingerprint=verdict.fingerprint,
        gate_results=verdict.gate_results,
        guards=verdict.guards,
        criteria=verdict.criteria,
        tests=verdict.tests,
        base=plan.base,
        work=work.work,
        gate_tree=merge.tree,
        files_changed=tuple(sorted(map(_as_text, attempt.change.files))),
        kpi_summary={
            "duration_seconds": seconds, "calls": report.calls, "cost_usd": report.cost_usd,
            "files": len(attempt.change.files), "attempt": plan.attempt,
        },
        duration_seconds=seconds,
        model_used=redact.one_line(redact.redact(report.model, house.secrets), SUMMARY),
        calls=report.calls,
        tokens_in=report.tokens_in,
        tokens_out=report.tokens_out,
        cost_estimate_usd=report.cost_usd,
    )  # fmt: skip


def _as_text(path: str) -> str:
    """A path as JSON can hold it: bytes that are no UTF-8 are written out, as in `a\\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def stamped(house: House, attempt: Attempt, stamp: Stamp) -> None:
    """The ledger's word on a stamp that main holds already; the attempt's branch goes."""
    record = records.stamped(attempt.record, stamp.oid)
    write(house, "stamped", record, attempt.plan.title, folded=stamp.oid, Status="PASS", Stamp=stamp.oid)
    attempts.drop_branch(house.repo, stamp.ticket, stamp.attempt)
    house.say(stamp.ticket, f"stamped {stamp.oid[:12]}")


def fail(house: House, attempt: Attempt, result: Result, commit: Oid, verdict: Verdict) -> Turn:
    """The failed attempt goes into the ledger with its evidence; its ticket goes back, or into quarantine."""
    why = verdict.failed[0] if verdict.failed else verdict.status.value
    why = redact.one_line(redact.redact(why, house.secrets), 200)
    triage = verdict.triage or Triage.TEST
    before = previous(attempt.plan, verdict, house.secrets)
    if triage is Triage.CONFLICT:
        record = records.conflicted(attempt.record, why, before)
    else:
        record = records.failed(attempt.record, triage, why, before, gate=bool(verdict.guards))
    write(
        house, "fail", record, f"{triage.value}: {why}", second=commit,
        Status=verdict.status.value, Triage=triage.value, Gate_Tree=result.gate_tree,
        Cost_USD=f"{result.cost_estimate_usd:.6f}",
    )  # fmt: skip
    attempts.drop_branch(house.repo, attempt.plan.ticket_id, attempt.plan.attempt)
    house.say(attempt.plan.ticket_id, f"failed: {triage.value}: {why}")
    if spent(house, record):
        quarantine(house, record)
    return Turn(attempt.plan.ticket_id, None, result, why)


def previous(plan: Plan, verdict: Verdict, secrets: tuple[str, ...]) -> Previous:
    """What the next attempt is told of this one."""
    from factory.triage import tail

    def clean(text: str) -> str:
        return redact.redact(redact.printable(text), secrets)

    return Previous(
        attempt=plan.attempt,
        triage=verdict.triage or Triage.TEST,
        fingerprint=verdict.fingerprint,
        failed=tuple(clean(line) for line in verdict.failed[:20]),
        log_tail=clean(tail(verdict.log)),
    )


def spent(house: House, record: Record) -> bool:
    """Whether a ticket has used up its attempts, or its patience with conflicts."""
    cap = house.settings.caps.attempts
    return record.attempts >= cap or record.conflicts >= 2 * cap


def quarantine(house: House, record: Record) -> None:
    """BLOCKED: on main, where a person sees it, then in the ledger."""
    triage = record.triage
    for _ in range(20):
        try:
            landing.set_row(
                house.repo, house.ref, house.main(), record.ticket, TicketStatus.BLOCKED,
                triage.value if triage else "", event="block", now=house.clock.now(), signer=house.signer,
            )  # fmt: skip
            break
        except Moved:
            continue
    write(
        house, "block", records.blocked(record, triage, record.why), record.why, Triage=triage.value if triage else ""
    )
    house.say(record.ticket, "quarantined: BLOCKED until a person looks")


def wait_for(house: House, attempt: Attempt) -> float | None:
    """Seconds to wait after a rate limit or a network fault; None where it was one too many in a row."""
    work, record = attempt.work, attempt.record
    if work.daily_quota:
        return budget.day_turns(today(house), zone(house)).timestamp() - house.clock.now()
    return pace.retry_delay(record.transient + 1, attempt.plan.idempotency_key, work.retry_after)


def put_off(house: House, attempt: Attempt, wait: float) -> Turn:
    """A rate limit or an overload: wait, do not count. Stopped where only the next day helps."""
    why = "the daily quota is used up" if attempt.work.daily_quota else "rate limit or overload"
    record = records.put_off(attempt.record, why, house.clock.now() + wait)
    write(house, "later", record, f"{why}: waits {wait:.0f} s", second=attempt.plan_commit)
    attempts.drop_branch(house.repo, attempt.plan.ticket_id, attempt.plan.attempt)
    house.say(attempt.plan.ticket_id, f"put off for {wait:.0f} s: {why}")
    if attempt.work.daily_quota:
        raise Stopped(f"{attempt.plan.worker}: {why}; it turns in {wait / 3600:.1f} hours, then `factory run`")
    return Turn(attempt.plan.ticket_id, why=why)


def broken_off(house: House, attempt: Attempt) -> Turn:
    """An operator ended it: it does not count, and what was done is kept in the ledger."""
    write(house, "killed", records.killed(attempt.record), "ended by the operator", second=attempt.plan_commit)
    attempts.drop_branch(house.repo, attempt.plan.ticket_id, attempt.plan.attempt)
    return Turn(attempt.plan.ticket_id, why="ended by the operator", nobody=True)


def must_fit(house: House, ticket: Ticket) -> None:
    """OverBudget where the ticket's worst cost does not fit under a daily cap: then it is not started."""
    worker = house.settings.workers[worker_of(ticket, house.settings)]
    usd = house.settings.budget.cycle_usd if ticket.terms.budget_usd is None else ticket.terms.budget_usd
    if worker.kind not in FREE:
        wallet.must_fit(house.ledger, house.settings, usd, house.clock.now())


def zone(house: House) -> ZoneInfo:
    return ZoneInfo(house.settings.factory.timezone)


def today(house: House) -> datetime.date:
    return budget.day_of(house.clock.now(), zone(house))


def give_way(house: House, attempt: Attempt, work: Work) -> Turn:
    """Main moved under the gate again and again: the ticket goes back, and nobody failed."""
    why = "main kept moving while the gate ran"
    write(house, "later", records.killed(attempt.record), why, second=work.work)
    attempts.drop_branch(house.repo, attempt.plan.ticket_id, attempt.plan.attempt)
    return Turn(attempt.plan.ticket_id, why=why, nobody=True)
