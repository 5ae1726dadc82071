"""What each event leaves in git: the ledger's record, the evidence, and, for a quarantine, the row on main."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from factory.errors import DoesNotAddUp, InTheWay, Moved
from factory.git.ledger import ticket_path
from factory.line import learning, purse
from factory.line.auditor import Opinion, Word
from factory.line.house import House
from factory.line.turn import Attempt, Turn
from factory.model import (
    Answer,
    Event,
    Finding,
    Oid,
    Plan,
    Previous,
    Result,
    Stamp,
    TicketStatus,
    Triage,
    Verdict,
)
from factory.plain import json_text, whole_line
from factory.records import attempts, evidence, landing, records, redact
from factory.records.attempts import Work
from factory.records.compact import compact
from factory.records.state import Record
from factory.records.view import RED, folds
from factory.workers import Work as Worked

SUMMARY = 72  # characters of a worker's summary that go into a subject
AUDIT = "audit_report.json"


def write(
    house: House, name: str, record: Record, text: str, *, second: Oid | None = None, folded: Oid | None = None,
    more: Mapping[str, Any] = {}, **trailers: str,
) -> Oid:  # fmt: skip
    """One event about one ticket, with its new record. `folded`: main is in the records up to there."""
    with house.ledger.lock:
        return _write(house, name, record, text, second, folded, more, trailers)


def _write(
    house: House, name: str, record: Record, text: str, second: Oid | None, folded: Oid | None,
    more: Mapping[str, Any], trailers: dict[str, str],
) -> Oid:  # fmt: skip
    event = Event(
        name=name, ticket=record.ticket, attempt=record.attempt, text=text,
        trailers={f"Factory-{key.replace('_', '-')}": value for key, value in trailers.items()},
    )  # fmt: skip
    changes: dict[str, Any] = {ticket_path(record.ticket): record.model_dump(mode="json"), **more}
    if folded:
        changes = folds(house.repo, house.ledger, folded) | changes
        changes |= purse.success(house, folded)
    return house.ledger.append(event, changes, second=second)


def start(house: House, record: Record, plan: Plan) -> None:
    write(house, "start", record, plan.title)


def summary(house: House, attempt: Attempt) -> str:
    """The worker's words in one line that can carry no trailer, no escape code and no key."""
    return redact.one_line(redact.redact(attempt.work.report.summary, house.secrets), SUMMARY)


def refused(triage: Triage, lines: list[str], findings: tuple[Finding, ...] = ()) -> Verdict:
    """The verdict on what never came to the gate."""
    from factory.gate.triage import fingerprint

    text = "\n".join(lines)
    return Verdict(
        status=Answer.FAIL, triage=triage, fingerprint=fingerprint(triage, text), findings=findings,
        failed=tuple(lines), log=text + "\n",
    )  # fmt: skip


# --- an attempt's end ------------------------------------------------------------------------------------


def keep(
    house: House, attempt: Attempt, work: Work, merge: landing.Merge, verdict: Verdict, opinion: Opinion | None = None
) -> tuple[Result, Oid]:
    """result.json and the evidence pack, committed under the attempt's ref."""
    result = conclude(house, attempt, work, merge, verdict)
    done = attempt.work
    pack = evidence.pack(
        attempt.plan, result, verdict,
        stdout=done.stdout, stderr=done.stderr, exit_code=done.exit_code, history=done.history,
        git_info={
            "base": work.base, "plan": work.plan, "work": work.work, "main": merge.main, "gate_tree": merge.tree,
            "algorithm": house.repo.algorithm,
        },
        report=done.report.model_dump(mode="json"), known_secrets=house.secrets, extra=_further(done, opinion, verdict),
    )  # fmt: skip
    if wrong := evidence.faults(pack):
        raise DoesNotAddUp(f"the evidence of {attempt.plan.ticket_id} is not complete: {wrong[0]}")
    ref = attempts.ref(attempt.plan.ticket_id, attempt.plan.attempt)
    tip = house.repo.tip(ref)
    if tip != work.work:  # main moved, and the gate ran again: the evidence of the first time is replaced
        house.repo.move(ref, work.work, tip)
    return result, attempts.keep_evidence(house.repo, attempt.plan, work.work, result, pack, house.clock.now())


def _further(done: Worked, opinion: Opinion | None, verdict: Verdict) -> dict[str, bytes]:
    """What some attempts have beside the pack's own files."""
    found = dict(done.extra) | {name: (json_text(rows) + "\n").encode() for name, rows in verdict.more.items()}
    if "\n" in done.report.summary.strip():  # one line is in the work commit's subject already
        found["summary.md"] = compact(done.report.summary).text.encode()
    return found if opinion is None else {**found, AUDIT: json_text(opinion.model_dump(mode="json")).encode()}


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
        files_changed=tuple(sorted(map(attempts.as_text, attempt.change.files))),
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


def stamped(house: House, attempt: Attempt, stamp: Stamp, red: Mapping[str, str] = {}, *, unread: bool = False) -> None:
    """The ledger's word on a stamp that main holds already, and on what is `red` there; the attempt's ref goes.
    `unread`: its risk asks for a reader, and there is none."""
    record = records.stamped(attempt.record, stamp.oid)
    more = {**learning.from_stamp(house.ledger, attempt, stamp), RED: {"main": stamp.oid, "red": dict(red)}}
    risk = attempt.plan.risk.value if unread else ""
    write(
        house, "stamped", record, attempt.plan.title, folded=stamp.oid, more=more, Status="PASS", Stamp=stamp.oid,
        Unread=risk,
    )  # fmt: skip
    attempts.drop(house.repo, stamp.ticket, stamp.attempt)
    house.say(stamp.ticket, f"stamped {stamp.oid[:12]}")
    if unread:
        house.say(stamp.ticket, f"its risk is {risk}, and nobody read it: set [auditor] worker", "warning")


def fail(
    house: House, attempt: Attempt, result: Result, commit: Oid, verdict: Verdict, opinion: Opinion | None = None
) -> Turn:
    """The failed attempt goes into the ledger with its evidence; its ticket goes back, or into quarantine."""
    why = whole_line(redact.redact(reason(verdict), house.secrets))
    triage = verdict.triage or Triage.TEST
    learnt = learning.from_failure(house.ledger, attempt, triage, verdict.fingerprint, why, house.clock.now())
    before = previous(attempt.plan, verdict, house.secrets, learnt.advice)
    if triage is Triage.CONFLICT:
        record = records.conflicted(attempt.record, why, before)
    else:
        record = records.failed(attempt.record, triage, why, before, gate=bool(verdict.guards))
    blocked = opinion is not None and opinion.verdict is Word.BLOCK
    if spent(house, record) or blocked or compact(attempt.work.report.summary).blocked:
        record = records.ended(record)
    write(
        house, "fail", record, f"{triage.value}: {why}", second=commit, more=learnt.changes,
        Status=verdict.status.value, Triage=triage.value, Gate_Tree=result.gate_tree,
        Cost_USD=f"{result.cost_estimate_usd:.6f}",
    )  # fmt: skip
    attempts.drop(house.repo, attempt.plan.ticket_id, attempt.plan.attempt)
    house.say(attempt.plan.ticket_id, f"failed: {triage.value}: {why}", "warning")
    if record.ends:
        quarantine(house, record)
    nobody = triage is Triage.CONFLICT  # with what landed meanwhile
    return Turn(
        attempt.plan.ticket_id, result=result, why=why, nobody=nobody, worker=attempt.plan.worker, ends=record.ends
    )


def reason(verdict: Verdict) -> str:
    """The verdict's first line; where what was printed names the cause (an import, a path, a shape), with that."""
    from factory.gate.triage import names_cause

    first, *more = verdict.failed or (verdict.status.value,)
    cause = next((line for line in more if names_cause(line, verdict.triage)), "")
    return f"{first}; it said: {cause}" if cause else first


def previous(plan: Plan, verdict: Verdict, secrets: tuple[str, ...], advice: tuple[str, ...] = ()) -> Previous:
    """What the next attempt is told of this one."""
    from factory.gate.tally import last_heard
    from factory.gate.triage import tail

    def clean(text: str) -> str:
        return redact.redact(redact.printable(text), secrets)

    return Previous(
        attempt=plan.attempt,
        triage=verdict.triage or Triage.TEST,
        fingerprint=verdict.fingerprint,
        failed=tuple(clean(line) for line in verdict.failed[:20]),
        log_tail=clean(tail(last_heard(verdict.log))),
        advice=tuple(map(clean, advice)),
    )


def spent(house: House, record: Record) -> bool:
    """Whether a ticket has used up its attempts, or its patience with conflicts."""
    cap = house.settings.caps.attempts
    return record.attempts >= cap or record.conflicts >= 2 * cap


def quarantine(house: House, record: Record) -> None:
    """BLOCKED: on main, where a person sees it, then in the ledger. A row that a person took away is theirs.

    Where a person is editing that very row, the record alone says so until the next run.
    """
    for left in reversed(range(20)):
        if not landing.is_released(house.repo, main := house.main(), record.ticket):
            break
        try:
            landing.set_row(
                house.repo, house.ref, main, record.ticket, TicketStatus.BLOCKED,
                record.triage.value if record.triage else "", event="block", now=house.clock.now(),
                signer=house.signer,
            )  # fmt: skip
            break
        except InTheWay as way:
            house.say(record.ticket, f"its row will say BLOCKED later: {way}", "warning")
            return
        except Moved:
            if not left:
                raise
    quarantined(house, record)


def quarantined(house: House, record: Record) -> None:
    """The ledger's word on a row that main has as BLOCKED already."""
    triage = record.triage
    write(
        house, "block", records.blocked(record, triage, record.why), record.why, Triage=triage.value if triage else ""
    )
    house.say(record.ticket, "quarantined: BLOCKED until a person looks", "warning")
