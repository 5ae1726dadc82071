"""What each event leaves in git: the ledger's records, the evidence, and, for a quarantine, what main is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from factory.errors import InTheWay, Moved
from factory.executors.local import SUMMARY
from factory.line import learning, purse
from factory.line.auditor import AuditWord, Opinion
from factory.line.house import House
from factory.line.item import Done, Item, Turn
from factory.model import Conclusion, Event, Finding, Oid, Plan, Previous, Result, TicketStatus, Triage, Verdict
from factory.plain import whole_line
from factory.records import attempts, landing, redact, shelf
from factory.records.compact import compact
from factory.records.landing import RowChange
from factory.records.record import Record
from factory.records.view import folds


class Beside(NamedTuple):
    """What an event has beside its item's record."""

    file: str = ""  # where the record lies, if that is no ticket's own file
    second: Oid | None = None  # the commit that stays reachable through the event
    folded: Oid | None = None  # main is in the records up to there
    more: Mapping[str, Any] = {}  # further files of the ledger


NOTHING = Beside()


def write(house: House, name: str, record: Record, text: str, beside: Beside = NOTHING, **trailers: str) -> Oid:
    """One event about one item, with its new record."""
    named = {f"Factory-{key.replace('_', '-')}": value for key, value in trailers.items()}
    event = Event(name=name, ticket=record.ticket, attempt=record.attempt, text=text, trailers=named)
    with house.ledger.lock:
        changes: dict[str, Any] = {**shelf.put(house.ledger, [record], beside.file), **beside.more}
        if beside.folded:
            changes = folds(house.repo, house.ledger, beside.folded) | changes
            changes |= purse.success(house, beside.folded)
        return house.ledger.append(event, changes, second=beside.second)


def record_of(house: House, item: Item) -> Record:
    """As the ledger has it now: an operator may have released the item anew under its attempt."""
    return shelf.read(house.ledger, item.id, item.file)


def refused(triage: Triage, lines: Iterable[str], findings: tuple[Finding, ...] = (), log: str = "") -> Verdict:
    """The verdict on what never came to the gate."""
    from factory.gate.triage import fingerprint

    lines = tuple(lines)
    text = "\n".join(lines)
    return Verdict(
        status=Conclusion.FAIL,
        triage=triage,
        fingerprint=fingerprint(triage, text),
        findings=findings,
        failed=lines,
        log=log or text + "\n",
    )


# --- an attempt's end ------------------------------------------------------------------------------------


def conclude(house: House, done: Done, work: Oid, tree: Oid, verdict: Verdict) -> Result:
    """result.json."""
    report, plan = done.work.report, done.plan
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
        work=work,
        gate_tree=tree,
        files_changed=tuple(sorted(map(attempts.as_text, done.change.files))),
        kpi_summary={
            "duration_seconds": done.seconds,
            "calls": report.calls,
            "cost_usd": report.cost_usd,
            "files": len(done.change.files),
            "attempt": plan.attempt,
        },
        duration_seconds=done.seconds,
        model_used=redact.one_line(redact.redact(report.model, house.secrets), SUMMARY),
        calls=report.calls,
        tokens_in=report.tokens_in,
        tokens_out=report.tokens_out,
        cost_estimate_usd=report.cost_usd,
    )


def fail(house: House, done: Done, result: Result, commit: Oid, verdict: Verdict, opinion: Opinion | None) -> Turn:
    """The failed attempt goes into the ledger with its evidence; its item goes back, or into quarantine."""
    item, why = done.item, whole_line(redact.redact(reason(verdict), house.secrets))
    triage = verdict.triage or Triage.TEST
    with house.ledger.lock:
        learnt = learning.from_failure(house.ledger, done.plan, verdict, why, house.clock.now())
        before = previous(done.plan, verdict, house.secrets, learnt.advice)
        record = record_of(house, item).failed(triage, why, before, gate=bool(verdict.guards))
        blocked = opinion is not None and opinion.verdict is AuditWord.BLOCK
        if record.spent(house.settings.caps.attempts) or blocked or compact(done.work.report.summary).blocked:
            record = record.ended()
        write(
            house,
            "fail",
            record,
            f"{triage.value}: {why}",
            Beside(file=item.file, second=commit, more=learnt.changes),
            Status=verdict.status.value,
            Triage=triage.value,
            Gate_Tree=result.gate_tree,
            Cost_USD=f"{result.cost_estimate_usd:.6f}",
        )
    attempts.drop(house.repo, done.plan.ticket_id, done.plan.attempt)
    house.say(item.id, f"failed: {triage.value}: {why}", "warning", "failed")
    if record.ends:
        quarantine(house, record, item.file)
    nobody = triage is Triage.CONFLICT  # with what landed meanwhile
    return Turn(item, result=result, triage=triage, why=why, nobody=nobody, ends=record.ends)


def reason(verdict: Verdict) -> str:
    """The verdict's first line; where what was printed names the cause (an import, a path, a shape), with that."""
    from factory.gate.triage import names_cause

    first, *more = verdict.failed or (verdict.status.value,)
    cause = next((line for line in more if names_cause(line, verdict.triage)), "")
    return f"{first}; it said: {cause}" if cause else first


def previous(plan: Plan, verdict: Verdict, secrets: tuple[str, ...], advice: tuple[str, ...] = ()) -> Previous:
    """What the next attempt is told of this one."""
    from factory.gate.failures import last_heard, tail

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


def quarantine(house: House, record: Record, file: str = "") -> None:
    """BLOCKED: a ticket on main, where a person sees it, then in the ledger. A row that a person took away is theirs.

    Where a person is editing that very row, the record alone says so until the next run.
    """
    if file.startswith(shelf.CARDS) or _row_is_blocked(house, record):
        quarantined(house, record, file)


def _row_is_blocked(house: House, record: Record) -> bool:
    row = RowChange(record.ticket, TicketStatus.BLOCKED, "block", record.triage.value if record.triage else "")
    for left in reversed(range(20)):
        if not landing.is_released(house.repo, main := house.main(), record.ticket):
            break
        try:
            landing.set_row(house.repo, house.ref, main, row, house.clock.now(), house.signer)
            break
        except InTheWay as way:
            house.say(record.ticket, f"its row will say BLOCKED later: {way}", "warning")
            return False
        except Moved:
            if not left:
                raise
    return True


def quarantined(house: House, record: Record, file: str = "") -> None:
    """The ledger's word on what is off the line already: until a person looks."""
    triage = record.triage
    blocked = record.blocked(triage, record.why)
    named = {"Triage": triage.value if triage else "", "Fingerprint": _print_of(record)}
    write(house, "block", blocked, record.why, Beside(file=file), **named)
    house.say(record.ticket, "quarantined: BLOCKED until a person looks", "warning", "quarantined")


def _print_of(record: Record) -> str:
    """How its failure is told from others; empty where its last attempt did not fail by that."""
    last = record.previous
    return last.fingerprint if last and last.triage is record.triage else ""
