"""One turn: ticket -> plan -> work -> change -> gate -> verdict -> stamp, or back into the queue with the reason."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from factory import workers
from factory.errors import FactoryError, InTheWay, Moved
from factory.git.ledger import ticket_path
from factory.line import audits, batches, beforehand, booking, judging, kept, labour, setback, trouble, way
from factory.line.house import House
from factory.line.replant import replant
from factory.line.turn import Attempt, Turn
from factory.model import Ended, Oid, Plan, Result, Stamp, State, Ticket, Triage
from factory.money.wallet import OverBudget
from factory.records import attempts, landing
from factory.records.attempts import Work
from factory.records.premises import hidden_at
from factory.records.records import released, started
from factory.records.state import Lease, Record, View, criteria_of
from factory.rooms import change
from factory.rooms.change import Change, Visible
from factory.rooms.removal import remove

REMERGES = 5  # how often somebody else may move main while a gate runs, before the attempt is put back


def advance(house: House, view: View, ticket: Ticket, fellows: tuple[Ticket, ...] = ()) -> Turn:
    """One attempt at one ticket, from plan to stamp. `fellows`: tickets that may go out in the same call."""
    if ticket.id in view.records and view.records[ticket.id].passed:
        try:
            return take_up(house, view, ticket)
        except Exception as error:
            if trouble.is_common_to_judge(error):
                raise
            return setback.set_aside(house, ticket, error)
    halt = house.halts[ticket.id] = threading.Event()
    if house.stop.is_set():  # `stop --now` came between the deal and here
        halt.set()
    try:
        seen = beforehand.ahead_of(house, view, _record(view, ticket), ticket)
        if seen.hopeless:
            return _hopeless(house, view, ticket, *seen.hopeless)
        attempt = perform(house, view, ticket, fellows, seen.told)
        if attempt is None:
            return _not_begun(house, ticket)
    except Exception as error:
        if trouble.is_common(error):
            raise
        return setback.set_aside(house, ticket, error)
    finally:
        del house.halts[ticket.id]
    attempt = _as_told(house, attempt)
    if halt.is_set():
        return setback.broken_off(house, attempt, house.halted.pop(ticket.id, "ended by the operator"))
    if attempt.work.ended is Ended.LATER and (wait := setback.wait_for(house, attempt)) is not None:
        return setback.put_off(house, attempt, wait)
    return land(house, attempt)


def _record(view: View, ticket: Ticket) -> Record:
    """As the attempt finds it. A person who opened a row again that was BLOCKED or DONE released it anew."""
    record = view.records.get(ticket.id) or Record(ticket=ticket.id)
    return released(record) if record.state in (State.BLOCKED, State.DONE) else record


def _may_begin(house: House, ticket: Ticket) -> bool:
    """Whether nobody ended the ticket, the run or the ticket's release since it was dealt."""
    ended = house.drain.is_set() or house.halts[ticket.id].is_set()
    return not ended and landing.is_released(house.repo, house.main(), ticket.id)


def _as_booked(house: House, view: View, ticket: Ticket) -> View:
    """The view with the ticket's record as the ledger has it now: an operator may have had it planned anew."""
    booked = house.ledger.read(ticket_path(ticket.id), Record.model_validate) or Record(ticket=ticket.id)
    return view._replace(records={**view.records, ticket.id: booked})


def _not_begun(house: House, ticket: Ticket) -> Turn:
    """Nothing is booked: whoever ended it has said so in the ledger, or the ticket is dealt again."""
    return Turn(ticket.id, why=house.halted.pop(ticket.id, "ended by the operator"), nobody=True)


def _hopeless(house: House, view: View, ticket: Ticket, triage: Triage, why: str) -> Turn:
    with house.landing:  # held by an operator's commands, too
        if not _may_begin(house, ticket):
            return _not_begun(house, ticket)
        return setback.give_up(house, _record(_as_booked(house, view, ticket), ticket), triage, why)


def perform(
    house: House, view: View, ticket: Ticket, fellows: tuple[Ticket, ...] = (), told: tuple[str, ...] = ()
) -> Attempt | None:
    """Plan, room, worker, harvest. Runs beside other attempts; lands nothing. `told`: to the worker, in its plan.

    None where it is not to begin any more: its checks on main were waited for, and an operator may have spoken."""
    with house.ledger.lock:  # an operator's command is answered before the attempt's start, or after it
        if not _may_begin(house, ticket):
            return None
        view = _as_booked(house, view, ticket)
        record = _record(view, ticket)
        plan, share = batches.next_plan(house, view, ticket, told)
        name = beforehand.attempt(record, house.settings)
        now = house.clock.now()
        lease = Lease(run=house.run, key=plan.idempotency_key, since=now, beat=now)
        record = started(record, plan.attempt, lease)
        house.numbers[ticket.id] = plan.attempt
        booking.start(house, record, plan)
    plan_commit = attempts.keep_plan(house.repo, plan, now)
    for line in told:
        house.say(ticket.id, line)
    house.say(ticket.id, f"{name}: {plan.worker} works")
    shared = labour.Shared(share, () if share else batches.plans_of(house, view, fellows))
    work, made, broke = _work(house, plan, shared)
    return Attempt(ticket, criteria_of(ticket.id, view.criteria), record, plan, plan_commit, now, work, made, broke)


def _work(house: House, plan: Plan, shared: labour.Shared) -> tuple[workers.Work, Change, Exception | None]:
    """Let the worker work in a room without the hidden files, and harvest what it changed; what broke the harvest is
    told beside its work, which was paid for."""
    settings = house.settings.workers[plan.worker]
    seen = Visible(house.repo.store, plan.base, hidden_at(house.repo, plan.base))
    done: workers.Work | None = None
    try:
        with (
            house.rooms.open(seen.oid, hidden=seen.hidden, repository=settings.repository) as room,
            _outbox(house) as out,
        ):
            done = _fit(house, plan, room.path, out, seen, shared)
            return done, change.harvest(house.repo.store, house.aside, room, seen, house.secrets), None
    except Exception as error:
        if done is None or trouble.is_common(error):
            raise
        return done, Change({}, ()), error


def _fit(
    house: House, plan: Plan, room: Path, out: Path, seen: Visible, shared: labour.Shared
) -> workers.Work:  # fmt: skip
    """What the worker does. Unfit where its set-up does not let it."""
    try:
        return labour.work(house, plan, room, out, seen, shared=shared)
    except FactoryError as error:
        if trouble.is_common(error) or isinstance(error, OverBudget):
            raise
        raise trouble.Unfit(plan.worker, error) from error


@contextmanager
def _outbox(house: House) -> Iterator[Path]:
    """A folder for the plan and the report. The worker writes in it: it is removed whatever it holds, of any depth."""
    out = Path(tempfile.mkdtemp(dir=house.scratch))
    try:
        yield out
    finally:
        remove(out)


# --- from change to stamp --------------------------------------------------------------------------------


def _as_told(house: House, attempt: Attempt) -> Attempt:
    """With the record as the ledger has it now: an operator may have released the ticket anew under the attempt."""
    told = house.ledger.read(ticket_path(attempt.ticket.id), Record.model_validate)
    return attempt._replace(record=told or attempt.record)


def land(house: House, attempt: Attempt) -> Turn:
    """Gate the change on today's main and stamp it, or book why it did not pass. One at a time."""
    with house.landing:  # held by an operator's commands, too
        attempt, work = judging.keep_work(house, _as_told(house, attempt))
        return _land(house, attempt, work)


def take_up(house: House, view: View, ticket: Ticket) -> Turn:
    """An attempt that passed and could not land: gated on today's main, not made again."""
    with house.landing:  # held by an operator's commands, too: they may have given it up, or ended the run
        record = house.ledger.read(ticket_path(ticket.id), Record.model_validate)
        if house.drain.is_set() or record is None or not record.passed:
            return _not_begun(house, ticket)
        attempt, work = kept.read(house.repo, ticket, record, view.criteria, house.clock.now())
        house.numbers[ticket.id] = attempt.plan.attempt
        return _land(house, attempt, work)


def _land(house: House, attempt: Attempt, work: Work) -> Turn:
    plan, repo = attempt.plan, house.repo
    for _ in range(REMERGES):
        if not landing.is_released(repo, house.main(), plan.ticket_id):
            return setback.broken_off(house, attempt, "its row was taken off the line meanwhile")
        if not repo.is_ancestor(work.base, main := house.main()):
            house.say(plan.ticket_id, "main was rewritten meanwhile; the change goes onto it as it is now", "warning")
            if (moved := replant(house, attempt, work, main)) is None:
                return setback.give_way(house, attempt, None, "main was rewritten, and the change does not fit on it")
            attempt, work = moved
            plan = attempt.plan
        merge, verdict, opinion, result, evidence, unheard = judging.judged(house, attempt, work)
        if unheard and verdict.passed:
            return setback.unheard(house, attempt, evidence, unheard)
        if not verdict.passed:
            return booking.fail(house, attempt, result, evidence, verdict, opinion)
        try:
            stamp = way.retried(house, partial(_stamp, house, attempt, merge, result, evidence, verdict.red))
        except InTheWay as obstacle:
            return setback.keep(house, attempt, evidence, obstacle)
        if stamp:
            return Turn(plan.ticket_id, stamp, result)
        house.say(plan.ticket_id, "main moved meanwhile; merging and gating again")
    return setback.give_way(house, attempt, work.work, "main kept moving while the gate ran")


def _stamp(
    house: House, attempt: Attempt, merge: landing.Merge, result: Result, evidence: Oid, red: Mapping[str, str]
) -> Stamp | None:
    """None where main is not what the gate saw any more."""
    with house.stamping():
        try:
            stamp = landing.stamp(
                house.repo, house.ref, merge, attempt.plan, result, evidence,
                run=house.run, now=house.clock.now(), signer=house.signer,
            )  # fmt: skip
        except Moved:
            return None
        booking.stamped(house, attempt, stamp, red, unread=audits.is_unread(house.settings, attempt.plan.risk))
        return stamp
