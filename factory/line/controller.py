"""One turn: ticket -> plan -> work -> change -> gate -> verdict -> stamp, or back into the queue with the reason."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from factory import workers
from factory.errors import Moved
from factory.gate.altered import SAYS_LITTLE, mute
from factory.git.ledger import ticket_path
from factory.line import audits, batches, booking, labour, setback
from factory.line.house import House
from factory.line.turn import Attempt, Turn
from factory.model import Ended, Finding, Oid, Plan, Result, Stamp, Ticket, Triage, Verdict
from factory.records import attempts, landing, premises
from factory.records.attempts import Work
from factory.records.compact import compact
from factory.records.premises import hidden_at
from factory.records.records import started
from factory.records.state import Lease, Record, View, criteria_of
from factory.rooms import change
from factory.rooms.change import Change, Visible
from factory.rooms.removal import remove

REMERGES = 5  # how often somebody else may move main while a gate runs, before the attempt is put back


def advance(house: House, view: View, ticket: Ticket, fellows: tuple[Ticket, ...] = ()) -> Turn:
    """One attempt at one ticket, from plan to stamp. `fellows`: tickets that may go out in the same call."""
    halt = house.halts[ticket.id] = threading.Event()
    if house.stop.is_set():  # `stop --now` came between the deal and here
        halt.set()
    try:
        attempt = perform(house, view, ticket, fellows)
    finally:
        del house.halts[ticket.id]
    attempt = _as_told(house, attempt)
    if halt.is_set():
        return setback.broken_off(house, attempt)
    if attempt.work.ended is Ended.LATER and (wait := setback.wait_for(house, attempt)) is not None:
        return setback.put_off(house, attempt, wait)
    return land(house, attempt)


def perform(house: House, view: View, ticket: Ticket, fellows: tuple[Ticket, ...] = ()) -> Attempt:
    """Plan, room, worker, harvest. Runs beside other attempts; lands nothing."""
    record = view.records.get(ticket.id) or Record(ticket=ticket.id)
    plan, share = batches.next_plan(house, view, ticket)
    now = house.clock.now()
    lease = Lease(run=house.run, key=plan.idempotency_key, since=now, beat=now)
    record = started(record, plan.attempt, lease)
    house.numbers[ticket.id] = plan.attempt
    booking.start(house, record, plan)
    plan_commit = attempts.keep_plan(house.repo, plan, now)
    _foretell(house, plan)
    house.say(ticket.id, f"attempt {plan.attempt}: {plan.worker} works")
    shared = labour.Shared(share, () if share else batches.plans_of(house, view, fellows))
    work, made = _work(house, plan, ticket, shared)
    return Attempt(ticket, criteria_of(ticket.id, view.criteria), record, plan, plan_commit, now, work, made)


def _foretell(house: House, plan: Plan) -> None:
    """Before money is spent: what the criteria's tests will not be able to say."""
    store, tree = house.repo.store, house.repo.store.tree_of(plan.base)
    for test in (test for c in plan.criteria for test in mute(c.check, partial(store.file, tree))):
        house.say(plan.ticket_id, f"{test} {SAYS_LITTLE}")


def _work(house: House, plan: Plan, ticket: Ticket, shared: labour.Shared) -> tuple[workers.Work, Change]:
    """Let the worker work in a room without the hidden files, and harvest what it changed."""
    settings = house.settings.workers[plan.worker]
    seen = Visible(house.repo.store, plan.base, hidden_at(house.repo, plan.base))
    with (
        house.rooms.open(seen.oid, hidden=seen.hidden, repository=settings.repository) as room,
        _outbox(house, ticket) as out,
    ):
        work = labour.work(house, plan, room.path, out, seen, shared=shared)
        return work, change.harvest(house.repo.store, house.aside, room, seen, house.secrets)


@contextmanager
def _outbox(house: House, ticket: Ticket) -> Iterator[Path]:
    """A folder for the plan and the report. The worker writes in it: it is removed whatever it holds, of any depth."""
    out = Path(tempfile.mkdtemp(prefix=f"{ticket.id}-", dir=house.scratch))
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
        return _land(house, _as_told(house, attempt))


def _land(house: House, attempt: Attempt) -> Turn:
    plan, repo = attempt.plan, house.repo
    summary = booking.summary(house, attempt)
    work = attempts.keep_work(repo, plan, attempt.plan_commit, attempt.change.files, summary, house.clock.now())
    for _ in range(REMERGES):
        if not landing.is_released(repo, house.main(), plan.ticket_id):
            return setback.broken_off(house, attempt, "its row was taken off the line meanwhile")
        merge = _merge(house, plan, work)
        verdict = judge(house, attempt, work, merge)
        verdict, opinion = audits.second_look(house, attempt, merge, verdict)
        result, evidence = booking.keep(house, attempt, work, merge, verdict, opinion)
        if not verdict.passed:
            return booking.fail(house, attempt, result, evidence, verdict, opinion)
        if stamp := _stamp(house, attempt, merge, result, evidence, verdict.red):
            return Turn(plan.ticket_id, stamp, result)
        house.say(plan.ticket_id, "main moved meanwhile; merging and gating again")
    return setback.give_way(house, attempt, work)


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
        booking.stamped(house, attempt, stamp, red)
        return stamp


def _merge(house: House, plan: Plan, work: Work) -> landing.Merge:
    """The change on today's main; in conflict too where main took back what the plan was made from."""
    main = house.main()
    if stale := tuple(premises.stale(house.repo, main, plan)):
        return landing.Merge(main, "", stale)
    return landing.merge(house.repo, main, plan.base, work.work, plan.ticket_id)


def judge(house: House, attempt: Attempt, work: Work, merge: landing.Merge) -> Verdict:
    """What stands before the gate (a crash, nothing changed, foul play, a conflict), then the gate itself."""
    if reason := _before_the_gate(attempt, merge):
        triage, lines, findings = reason
        house.gate.settle(lambda text: house.say("", text))
        return booking.refused(triage, lines, findings)
    gate = house.gate.at(premises.settings_of(house.repo, merge.main))
    return gate.judge(
        attempt.plan, premises.terms_at(house.repo, merge.main, attempt.plan.ticket_id),
        main=merge.main, tree=merge.tree, work=work.tree,
        say=lambda text: house.say(attempt.ticket.id, text),
    )  # fmt: skip


def _before_the_gate(attempt: Attempt, merge: landing.Merge) -> tuple[Triage, list[str], tuple[Finding, ...]] | None:
    work, made = attempt.work, attempt.change
    if work.ended is Ended.TIMEOUT:
        return Triage.TIMEOUT, [f"the worker was ended after {attempt.plan.timeout_minutes:g} minutes"], ()
    if work.ended is Ended.LATER:
        return Triage.API, [f"the model's server refused it {attempt.record.transient + 1} times in a row"], ()
    if work.ended is Ended.FAILED:
        tail = work.stderr.decode("utf-8", "replace").strip().splitlines()[-5:]
        said = f": {tail[-1]}" if tail else ""
        return Triage.WORKER, [f"the worker ended with exit code {work.exit_code}{said}", *tail[:-1]], ()
    if too_long := compact(work.report.summary).blocked:
        return Triage.GUARD, [too_long], ()
    if made.findings:
        return made.findings[0].triage, [str(f) for f in made.findings], made.findings
    if not made.files:
        return Triage.EMPTY, ["the worker changed nothing"], ()
    if merge.conflicts:
        return Triage.CONFLICT, [f"{path} was changed on main meanwhile" for path in merge.conflicts], ()
    return None
