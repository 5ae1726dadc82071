"""What each event of a truck leaves in the ledger: the truck's file, the day's counts, and a failed card's evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from factory.errors import InTheWay, QuotaUsed
from factory.line import booking, purse, trouble
from factory.line.house import House
from factory.model import Event, Oid, State, Triage
from factory.money import budget, pace
from factory.plain import whole_line
from factory.records import redact
from factory.records.view import folds
from factory.rooms.change import Change
from factory.trucks import chain
from factory.trucks.chain import Judged
from factory.trucks.landing import Stamped
from factory.trucks.truck import CardHalf, CardRecord, Truck, closed, with_half, with_record, with_stamp
from factory.trucks.work import Made
from factory.trucks.yard import FOLDED, Day, Yard, day_path


def write(
    house: House, name: str, truck: Truck, text: str, *, card: str = "", attempt: int = 0, second: Oid | None = None,
    folded: Oid | None = None, **trailers: str,
) -> Truck:  # fmt: skip
    """One event with the truck as it leaves it. `folded`: main's stamps up to there are in the ledger's records."""
    event = Event(
        name=name, ticket=card, attempt=attempt, text=text,
        trailers={f"Factory-{key.replace('_', '-')}": value for key, value in trailers.items()},
    )  # fmt: skip
    changes: dict[str, Any] = {truck.path: truck.model_dump(mode="json", exclude_defaults=True)}
    if folded:
        changes = Yard(house.repo, house.ledger, folded).put_right() | changes
        changes |= {FOLDED: {"main": folded}, **folds(house.repo, house.ledger, folded)}
    house.ledger.append(event, changes, second=second)
    return truck


def as_told(house: House, truck: Truck) -> Truck:
    """The truck as the ledger has it now: an operator may have taken a card off it, or put one back."""
    return Truck.model_validate(house.ledger.read(truck.path))


def count(yard: Yard, day: str, *, plan: Oid = "", over: bool = False) -> Day:
    """The day's counts as they are now."""
    states = list(yard.states(day).values())
    return Day(
        day=day, plan=plan or yard.day(day).plan, total=len(states), done=states.count(State.DONE),
        blocked=states.count(State.BLOCKED), trucks=len(yard.packed(day)), over=over,
    )  # fmt: skip


def tell_day(house: House, name: str, day: Day, text: str) -> None:
    house.ledger.append(Event(name=name, text=text), {day_path(day.day): day.model_dump(mode="json")})


# --- a half ----------------------------------------------------------------------------------------------


def dealt(house: House, truck: Truck, half: CardHalf) -> Truck:
    return write(house, "deal", with_half(truck, half), f"{truck.half_name(half)}: {', '.join(half.dealt)}")


def started(house: House, truck: Truck, cards: Iterable[str]) -> Truck:
    """These cards are worked on now: each gets its attempt's number."""
    names = []
    for card in cards:
        record = truck.record(card)
        record = record.model_copy(update={"state": State.INFLIGHT, "attempt": record.attempt + 1, "passed": None})
        truck = with_record(truck, card, record)
        names.append(f"{card}#{record.attempt}")
    return write(house, "start", truck, ", ".join(names), Cards=" ".join(names))


def put_back(house: House, truck: Truck, cards: Iterable[str], why: str) -> Truck:
    """Attempts that were broken off: they do not count, and their numbers are used again."""
    names = [card for card in cards if truck.record(card).state is State.INFLIGHT]
    for card in names:
        truck = with_record(truck, card, again(truck.record(card)))
    return write(house, "killed", truck, f"{', '.join(names)}: {why}") if names else truck


def again(record: CardRecord) -> CardRecord:
    return record.model_copy(update={"state": State.PENDING, "attempt": record.attempt - 1})


def stamped(house: House, truck: Truck, half: CardHalf, stamp: Stamped) -> Truck:
    """The ledger's word on a stamp that main holds already."""
    truck = with_stamp(truck, half.name, stamp.oid, stamp.cards)
    text = f"{truck.half_name(half)}: {', '.join(stamp.cards)}"
    house.say(truck.half_name(half), f"stamped {stamp.oid[:12]}: {', '.join(stamp.cards)}")
    return write(
        house, "stamped", truck, text, folded=stamp.oid,
        Status="PASS", Stamp=stamp.oid, Cards=" ".join(stamp.cards), Half=truck.half_name(half),
    )  # fmt: skip


def checkpoint(house: House, truck: Truck, half: CardHalf) -> Truck:
    """Close the half."""
    done = closed(truck, half)
    text = f"{truck.half_name(half)}: {len(done.dealt)} dealt, {len(done.stamped)} stamped, {len(done.failed)} failed"
    truck = write(house, "checkpoint", with_half(truck, done), text)
    house.say("", f"checkpoint {text}")
    return truck


# --- a card ----------------------------------------------------------------------------------------------


def failed(house: House, truck: Truck, one: Judged) -> Truck:
    """Back into its half with the reason and its evidence, or, at the cap, into quarantine."""
    card, verdict, attempt = one.card.id, one.verdict, one.made.plan.attempt
    triage = verdict.triage or Triage.TEST
    why = verdict.failed[0] if verdict.failed else verdict.status.value
    why = whole_line(redact.redact(why, house.secrets))
    before = booking.previous(one.made.plan, verdict, house.secrets)
    kept = _evidence(house, one)
    record = after_failure(truck.record(card), triage, why, {"previous": before})
    truck = write(
        house, "fail", with_record(truck, card, record), f"{triage.value}: {why}", card=card, attempt=attempt,
        second=kept.evidence, Status=verdict.status.value, Triage=triage.value,
        Cost_USD=f"{one.made.work.report.cost_usd:.6f}",
    )  # fmt: skip
    house.say(card, f"failed: {triage.value}: {why}", "warning")
    cap = house.settings.caps.attempts
    return quarantined(house, truck, card) if record.attempts >= cap or record.conflicts >= 2 * cap else truck


def _evidence(house: House, one: Judged) -> chain.Kept:
    """The failed attempt with what it left; where that cannot be kept, without it."""
    name, base = f"{one.card.id}#{one.made.plan.attempt}", one.made.plan.base
    try:
        return chain.keep(house, name, base, [one])
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        bare = one.made._replace(work=trouble.bare_work(one.made.work), change=Change({}, ()))
        return chain.keep(house, name, base, [Judged(bare, one.verdict)])


def after_failure(record: CardRecord, triage: Triage, why: str, more: dict[str, Any]) -> CardRecord:
    """A conflict with what landed meanwhile is nobody's failure; it is counted apart, because it is capped too."""
    counted = {"conflicts": record.conflicts + 1}
    if triage is not Triage.CONFLICT:
        counted = {"attempts": record.attempts + 1, "transient": 0}
    return record.model_copy(
        update={"state": State.PENDING, "triage": triage, "why": why, "passed": None, **counted, **more}
    )


def quarantined(house: House, truck: Truck, card: str, why: str = "") -> Truck:
    """BLOCKED until a person looks: `factory retry` releases it anew."""
    record = truck.record(card)
    record = record.model_copy(update={"state": State.BLOCKED, "why": why or record.why, "passed": None})
    house.say(card, "quarantined: BLOCKED until a person looks", "warning")
    triage = record.triage.value if record.triage else ""
    return write(house, "block", with_record(truck, card, record), record.why, card=card, Triage=triage)


def later(house: House, truck: Truck, made: Made) -> tuple[Truck, float | None]:
    """A rate limit or an overload: the attempt does not count. The seconds to wait; None: it was one too many in a row.

    QuotaUsed where only the next day helps."""
    card, record = made.card.id, truck.record(made.card.id)
    if made.work.daily_quota:
        wait: float | None = _until_tomorrow(house)
    else:
        wait = pace.retry_delay(record.transient + 1, made.plan.idempotency_key, made.work.retry_after)
    if wait is None:
        return truck, None
    update = {"transient": record.transient + 1, "not_before": house.clock.now() + wait}
    record = again(record).model_copy(update=update)
    truck = write(
        house, "later", with_record(truck, card, record), f"rate limit or overload: waits {wait:.0f} s", card=card
    )
    house.say(card, f"put off for {wait:.0f} s", "warning")
    if made.work.daily_quota:
        raise QuotaUsed(f"{made.plan.worker}: the daily quota is used up; it turns in {wait / 3600:.1f} hours, "
                      "then `factory run`")  # fmt: skip
    return truck, wait


def waits(house: House, truck: Truck, one: Judged, way: InTheWay) -> Truck:
    """It passed, and a checkout could not follow: it waits as it is. No attempt failed, and none is made again."""
    card, record = one.card.id, truck.record(one.card.id)
    why = whole_line(redact.redact(f"passed, and waits: {way}", house.secrets))
    if record.passed and record.why == why:
        return truck  # an earlier run said so
    proof = chain.keep(house, f"{card}#{one.made.plan.attempt}", house.main(), [one]).evidence
    update = {"state": State.PENDING, "triage": None, "why": why, "passed": proof, "not_before": 0.0}
    truck = with_record(truck, card, record.model_copy(update=update))
    house.say(card, why, "warning")
    return write(house, "later", truck, why, card=card, attempt=one.made.plan.attempt, second=proof)


def _until_tomorrow(house: House) -> float:
    return budget.day_turns(purse.today(house), purse.zone(house)).timestamp() - house.clock.now()


def released(record: CardRecord) -> CardRecord:
    """Released anew: its attempts count from here; its numbers go on."""
    return CardRecord(attempt=record.attempt, previous=record.previous)
