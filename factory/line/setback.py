"""A turn that ends without a verdict: put off by a server, broken off by a person, overtaken by main, kept until its
way is free, or never begun, for no work could have passed."""

from __future__ import annotations

from factory.errors import FactoryError, InTheWay, QuotaUsed
from factory.executors.local import Unfit
from factory.line import booking, purse, trouble
from factory.line.house import House
from factory.line.item import Done, Item, Turn
from factory.model import Oid, State, Triage
from factory.money import budget, pace
from factory.money.wallet import OverBudget
from factory.notices.causes import PASSED, PERSON
from factory.plain import whole_line
from factory.records import attempts, redact
from factory.records.record import CANCELLED_AT_WORK
from factory.reports import trail

PRINTED = 4096  # bytes of each, stdout and stderr


def wait_for(house: House, done: Done) -> float | None:
    """Seconds to wait after a rate limit or a network fault; None where it was one too many in a row."""
    if done.work.daily_quota:
        return budget.day_turns(purse.today(house), purse.zone(house)).timestamp() - house.clock.now()
    faults = booking.record_of(house, done.item).transient + 1
    return pace.retry_delay(faults, done.plan.idempotency_key, done.work.retry_after)


def put_off(house: House, done: Done, wait: float) -> Turn:
    """A rate limit or an overload: wait, do not count."""
    item, why = done.item, pace.DAILY if done.work.daily_quota else pace.LIMITED
    said = {trail.later_path(item.id): _printed(house, done)}
    with house.ledger.lock:
        record = booking.record_of(house, item).put_off(why, house.clock.now() + wait)
        text = f"{why}: waits {wait:.0f} s"
        booking.write(house, "later", record, text, booking.Beside(file=item.file, second=done.plan_commit, more=said))
    attempts.drop(house.repo, item.id, done.plan.attempt)
    house.say(item.id, f"put off for {wait:.0f} s: {why}", "warning", "put_off")
    if not done.work.daily_quota:
        return Turn(item, why=why)
    used = QuotaUsed(f"{done.plan.worker}: {why}; it turns in {wait / 3600:.1f} hours, then `factory run`")
    return Turn(item, why=why, waits=used, unfit=done.plan.worker)


def _printed(house: House, done: Done) -> bytes:
    """What the worker printed, bounded and without secrets: such an attempt has no evidence pack that would hold it."""
    work = done.work
    return b"".join(redact.clean(said, house.secrets, PRINTED) for said in (work.stdout, work.stderr))


def set_aside(house: House, item: Item, error: Exception) -> Turn:
    """It could not be begun, and nothing of it failed: it waits until that is mended, and the others go on."""
    word = trouble.as_word(error)
    why = whole_line(redact.redact(str(word), house.secrets))
    with house.ledger.lock:  # a lander may write beside
        record = booking.record_of(house, item)
        number, begun = record.attempt, record.state is State.INFLIGHT
        if begun or record.waits != why:
            second = house.repo.tip(attempts.ref(item.id, number)) if begun else None
            beside = booking.Beside(file=item.file, second=second)
            booking.write(house, "wait", record.set_aside(why), why, beside, Waits_For=whom(word))
            house.say(item.id, f"waits, and nothing of it failed: {why}", "warning", "put_off")
    if begun:
        attempts.drop(house.repo, item.id, number)
    unfit = error.worker if isinstance(error, Unfit) else ""
    return Turn(item, why=why, nobody=True, waits=word, unfit=unfit)


def whom(word: FactoryError) -> str:
    """For whom an item waits: a day that turns needs nobody."""
    return "" if isinstance(word, (OverBudget, QuotaUsed)) else PERSON


def waits_no_more(house: House, item: Item) -> None:
    """What kept it is mended: its record does not say so any longer."""
    with house.ledger.lock:
        record = booking.record_of(house, item)
        if record.waits:
            booking.write(house, "wait", record.set_aside(""), "it waits no more", booking.Beside(file=item.file))


def not_begun(house: House, item: Item) -> Turn:
    """Nothing is booked: whoever ended it has said so in the ledger, or the item is dealt again."""
    return Turn(item, why=house.signals.halted.pop(item.id, "ended by the operator"), nobody=True)


def broken_off(house: House, done: Done, why: str, *, released: bool) -> Turn:
    """It was ended, by a person or for nothing could be judged: it does not count, and what was done is kept. One that
    is not `released` any more is off the line."""
    item, number = done.item, done.plan.attempt
    tip = done.commits.work if done.commits else house.repo.tip(attempts.ref(item.id, number))
    with house.ledger.lock:
        record = booking.record_of(house, item)
        if record.state is not State.BLOCKED:  # a card that is cancelled has no row that would say so
            record = record.killed()
            if not released:
                record = record.blocked(None, CANCELLED_AT_WORK)
        booking.write(house, "killed", record, why, booking.Beside(file=item.file, second=tip))
    attempts.drop(house.repo, item.id, number)
    house.say(item.id, f"broken off: {why}", "warning", "broken_off")
    return Turn(item, why=why, nobody=True)


def keep(house: House, done: Done, evidence: Oid, way: InTheWay) -> Turn:
    """It passed, and a checkout could not follow: it waits as it is."""
    _keep(house, done, evidence, f"{PASSED}{way}", "later")
    return Turn(done.item, why=str(way), kept=True, nobody=True, ending=way if way.everyone else None)


def unheard(house: House, done: Done, evidence: Oid, error: FactoryError) -> Turn:
    """It passed, and its auditor could not be asked: it waits as it is, and the next run asks again."""
    why = whole_line(redact.redact(str(error), house.secrets))
    said = f"{PASSED}{why}"
    _keep(house, done, evidence, said, "wait", waits=why)
    return Turn(done.item, why=said, kept=True, nobody=True, waits=error)


def _keep(house: House, done: Done, evidence: Oid, said: str, event: str, *, waits: str = "") -> None:
    item, said = done.item, whole_line(redact.redact(said, house.secrets))
    with house.ledger.lock:
        before = booking.record_of(house, item)
        if done.kept and before.why == said and before.passed:
            return  # an earlier run said so
        record = before.kept(evidence, said).model_copy(update={"waits": waits, "attempt": done.plan.attempt})
        booking.write(house, event, record, said, booking.Beside(file=item.file, second=evidence), Waits_For=PERSON)
    attempts.drop(house.repo, item.id, done.plan.attempt)
    house.say(item.id, said, "warning", "put_off")


def give_up(house: House, item: Item, triage: Triage, why: str) -> Turn:
    """No attempt could pass: BLOCKED before anybody is paid, with the reason, until a person has changed something."""
    why = redact.one_line(redact.redact(why, house.secrets), 300)
    house.say(item.id, f"not begun, for no work could pass: {triage.value}: {why}", "warning")
    with house.ledger.lock:
        record = booking.record_of(house, item)
        if record.state in (State.BLOCKED, State.DONE):  # a person opened its row again
            record = record.released()
        record = record.model_copy(update={"triage": triage, "why": why, "ends": True})
        booking.write(
            house, "hopeless", record, f"{triage.value}: {why}", booking.Beside(file=item.file), Triage=triage.value
        )
    booking.quarantine(house, record, item.file)
    return Turn(item, why=why, nobody=True)


def give_way(house: House, done: Done, work: Oid | None, why: str) -> Turn:
    """Main moved under it: the item goes back, and nobody failed; not for ever. `work`: what the ledger keeps of it,
    and nothing where main was rewritten: somebody may have taken a secret out of its base."""
    item = done.item
    with house.ledger.lock:
        record = booking.record_of(house, item).overtaken(why)
        record = record.ended() if record.spent(house.settings.caps.attempts) else record
        booking.write(house, "later", record, why, booking.Beside(file=item.file, second=work))
    attempts.drop(house.repo, item.id, done.plan.attempt)
    if record.ends:
        booking.quarantine(house, record, item.file)
    return Turn(item, why=why, nobody=True)
