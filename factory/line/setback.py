"""An attempt that ends without a verdict: put off by a server, broken off by a person, overtaken by main, or never
begun, for no work could have passed."""

from __future__ import annotations

from factory.errors import FactoryError, InTheWay, QuotaUsed
from factory.git.ledger import ticket_path
from factory.line import booking, purse, trouble
from factory.line.house import House
from factory.line.turn import Attempt, Turn
from factory.model import Oid, State, Ticket, Triage
from factory.money import budget, pace
from factory.plain import whole_line
from factory.records import attempts, landing, records, redact
from factory.records.state import CANCELLED_AT_WORK, Record
from factory.reports import trail

PRINTED = 4096  # bytes of each, stdout and stderr


def wait_for(house: House, attempt: Attempt) -> float | None:
    """Seconds to wait after a rate limit or a network fault; None where it was one too many in a row."""
    work, record = attempt.work, attempt.record
    if work.daily_quota:
        return budget.day_turns(purse.today(house), purse.zone(house)).timestamp() - house.clock.now()
    return pace.retry_delay(record.transient + 1, attempt.plan.idempotency_key, work.retry_after)


def put_off(house: House, attempt: Attempt, wait: float) -> Turn:
    """A rate limit or an overload: wait, do not count. Stopped where only the next day helps."""
    why = "the daily quota is used up" if attempt.work.daily_quota else "rate limit or overload"
    record = records.put_off(attempt.record, why, house.clock.now() + wait)
    said = {trail.later_path(record.ticket): _printed(house, attempt)}
    booking.write(house, "later", record, f"{why}: waits {wait:.0f} s", second=attempt.plan_commit, more=said)
    attempts.drop(house.repo, attempt.plan.ticket_id, attempt.plan.attempt)
    house.say(attempt.plan.ticket_id, f"put off for {wait:.0f} s: {why}", "warning")
    if not attempt.work.daily_quota:
        return Turn(attempt.plan.ticket_id, why=why)
    worker = attempt.plan.worker
    used = QuotaUsed(f"{worker}: {why}; it turns in {wait / 3600:.1f} hours, then `factory run`")
    return Turn(attempt.plan.ticket_id, why=why, waits=used, unfit=worker)


def set_aside(house: House, ticket: Ticket, error: Exception) -> Turn:
    """It could not be begun, and nothing of it failed: it waits until that is mended, and the others go on."""
    word = trouble.as_word(error)
    why = whole_line(redact.redact(str(word), house.secrets))
    with house.ledger.lock:  # an operator may cancel it, or release it anew, meanwhile
        record = house.ledger.read(ticket_path(ticket.id), Record.model_validate) or Record(ticket=ticket.id)
        number, begun = record.attempt, record.state is State.INFLIGHT
        if begun or record.waits != why:
            second = house.repo.tip(attempts.ref(ticket.id, number)) if begun else None
            booking.write(house, "wait", records.aside(record, why), why, second=second)
            house.say(ticket.id, f"waits, and nothing of it failed: {why}", "warning")
    if begun:
        attempts.drop(house.repo, ticket.id, number)
    unfit = error.worker if isinstance(error, trouble.Unfit) else ""
    return Turn(ticket.id, why=why, nobody=True, waits=word, unfit=unfit)


def waits_no_more(house: House, ticket: str) -> None:
    """What kept it is mended: its record does not say so any longer."""
    record = house.ledger.read(ticket_path(ticket), Record.model_validate)
    if record and record.waits:
        booking.write(house, "wait", records.aside(record, ""), "it waits no more")


def _printed(house: House, attempt: Attempt) -> bytes:
    """What the worker printed, bounded and without secrets: such an attempt has no evidence pack that would hold it."""
    work = attempt.work
    return b"".join(redact.clean(said, house.secrets, PRINTED) for said in (work.stdout, work.stderr))


def broken_off(house: House, attempt: Attempt, why: str) -> Turn:
    """It was ended, by a person or for nothing could be judged: it does not count, and what was done is kept."""
    ticket, number = attempt.plan.ticket_id, attempt.plan.attempt
    tip = house.repo.tip(attempts.ref(ticket, number))
    with house.ledger.lock:  # an operator may release it anew meanwhile
        told = house.ledger.read(ticket_path(ticket), Record.model_validate)
        record = records.killed(told or attempt.record)
        if not landing.is_released(house.repo, house.main(), ticket):
            record = records.blocked(record, None, CANCELLED_AT_WORK)
        booking.write(house, "killed", record, why, second=tip)
    attempts.drop(house.repo, ticket, number)
    house.say(ticket, f"broken off: {why}", "warning")
    return Turn(ticket, why=why, nobody=True)


def keep(house: House, attempt: Attempt, evidence: Oid, way: InTheWay) -> Turn:
    """It passed, and a checkout could not follow: it waits as it is. InTheWay where no other could land either."""
    record = records.kept(attempt.record, evidence, f"passed, and waits: {way}")
    booking.write(house, "later", record, record.why, second=evidence)
    attempts.drop(house.repo, attempt.plan.ticket_id, attempt.plan.attempt)
    house.say(attempt.plan.ticket_id, record.why, "warning")
    if way.everyone:
        raise way
    return Turn(attempt.plan.ticket_id, why=str(way), kept=True, nobody=True)


def unheard(house: House, attempt: Attempt, evidence: Oid, error: FactoryError) -> Turn:
    """It passed, and its auditor could not be asked: it waits as it is, and the next run asks again."""
    why = whole_line(redact.redact(str(error), house.secrets))
    record = records.kept(attempt.record, evidence, f"passed, and waits: {why}").model_copy(update={"waits": why})
    booking.write(house, "wait", record, record.why, second=evidence)
    attempts.drop(house.repo, attempt.plan.ticket_id, attempt.plan.attempt)
    house.say(attempt.plan.ticket_id, record.why, "warning")
    return Turn(attempt.plan.ticket_id, why=record.why, kept=True, nobody=True, waits=error)


def give_up(house: House, record: Record, triage: Triage, why: str) -> Turn:
    """No attempt could pass: BLOCKED before anybody is paid, with the reason, until a person has changed something."""
    why = redact.one_line(redact.redact(why, house.secrets), 300)
    house.say(record.ticket, f"not begun, for no work could pass: {triage.value}: {why}", "warning")
    with house.landing:
        record = record.model_copy(update={"triage": triage, "why": why, "ends": True})
        booking.write(house, "hopeless", record, f"{triage.value}: {why}", Triage=triage.value)
        booking.quarantine(house, record)
    return Turn(record.ticket, why=why, nobody=True)


def give_way(house: House, attempt: Attempt, work: Oid | None, why: str) -> Turn:
    """Main moved under it: the ticket goes back, and nobody failed; not for ever. `work`: what the ledger keeps of it,
    and nothing where main was rewritten: somebody may have taken a secret out of its base."""
    record = records.overtaken(attempt.record, why)
    record = records.ended(record) if booking.spent(house, record) else record
    booking.write(house, "later", record, why, second=work)
    attempts.drop(house.repo, attempt.plan.ticket_id, attempt.plan.attempt)
    if record.ends:
        booking.quarantine(house, record)
    return Turn(attempt.plan.ticket_id, why=why, nobody=True)
