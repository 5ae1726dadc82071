"""One turn: ticket -> plan -> work -> change -> gate -> verdict -> stamp, or back into the queue with the reason."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from factory import attempts, booking, change, landing, plans, workers
from factory.attempts import Work
from factory.change import Change, Visible
from factory.errors import MACHINE, FactoryError, Moved
from factory.house import House
from factory.model import Ended, Finding, Plan, Ticket, Triage, Verdict
from factory.process import Finished
from factory.records import started
from factory.sandbox import Job
from factory.settings import Worker
from factory.state import Lease, Record, View, criteria_of
from factory.tree import Tree
from factory.turn import Attempt, Turn
from factory.view import RULES
from factory.wallet import AttemptTooDear, LedgerWallet

REMERGES = 5  # how often somebody else may move main while a gate runs, before the attempt is put back


def advance(house: House, view: View, ticket: Ticket) -> Turn:
    """One attempt at one ticket, from plan to stamp."""
    house.halts[ticket.id] = threading.Event()
    try:
        attempt = perform(house, view, ticket)
    finally:
        halted = house.halts.pop(ticket.id).is_set()
    if halted:
        return booking.broken_off(house, attempt)
    if attempt.work.ended is Ended.LATER and (wait := booking.wait_for(house, attempt)) is not None:
        return booking.put_off(house, attempt, wait)
    return land(house, attempt)


def perform(house: House, view: View, ticket: Ticket) -> Attempt:
    """Plan, room, worker, harvest. Runs beside other attempts; lands nothing."""
    record = view.records.get(ticket.id) or Record(ticket=ticket.id)
    plan = _plan(house, view, ticket, record)
    now = house.clock.now()
    lease = Lease(run=house.run, key=plan.idempotency_key, since=now, beat=now)
    record = started(record, plan.attempt, lease)
    booking.start(house, record, plan)
    plan_commit = attempts.keep_plan(house.repo, plan, now)
    house.say(ticket.id, f"attempt {plan.attempt}: {plan.worker} works")
    work, made = _work(house, plan, ticket)
    return Attempt(ticket, criteria_of(ticket.id, view.criteria), record, plan, plan_commit, now, work, made)


def _plan(house: House, view: View, ticket: Ticket, record: Record) -> Plan:
    return plans.make_plan(
        ticket,
        criteria_of(ticket.id, view.criteria),
        house.settings,
        attempt=record.attempt + 1,
        base=view.main,
        worker=plans.worker_of(ticket, house.settings),
        previous=record.previous,
    )


def _work(house: House, plan: Plan, ticket: Ticket) -> tuple[workers.Work, Change]:
    """Let the worker work in a room without the hidden files, and harvest what it changed."""
    settings = house.settings.workers[plan.worker]
    seen = Visible(house.repo.store, plan.base, ticket.terms.hidden)
    kind = workers.load(settings.kind)
    with (
        house.rooms.open(seen.oid, hidden=seen.hidden, repository=settings.repository) as room,
        tempfile.TemporaryDirectory(prefix=f"{ticket.id}-", dir=house.scratch) as out,
    ):
        task = workers.Task(
            plan=plan, room=room.path, out=Path(out), settings=settings, rules=_rules(seen), files=seen,
            launch=_launcher(house, plan, room.path), wallet=_wallet(house, plan), stop=house.halts[ticket.id],
        )  # fmt: skip
        work = _guarded(kind, task)
        return work, change.harvest(house.repo.store, house.aside, room, seen, house.secrets)


def _wallet(house: House, plan: Plan) -> LedgerWallet:
    return LedgerWallet(
        house.ledger, house.settings, plan, house.clock.now, lambda text: house.say(plan.ticket_id, f"warning: {text}")
    )


def _guarded(kind: workers.Kind, task: workers.Task) -> workers.Work:
    """A worker's own code may break in any way; that is a failed attempt, not a broken factory."""
    try:
        return kind.work(task)
    except AttemptTooDear as error:
        return workers.Work(Ended.FAILED, stderr=f"{error}\n".encode(), exit_code=1)
    except FactoryError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in MACHINE:
            raise
        return workers.Work(Ended.FAILED, stderr=f"{type(error).__name__}: {error}\n".encode(), exit_code=70)


def _rules(files: Tree) -> str:
    try:
        return files.read(RULES).decode("utf-8", "replace")
    except KeyError:
        return ""


def _launcher(house: House, plan: Plan, room: Path) -> workers.Launch:
    """Runs a worker's command in the sandbox with the plan's limits."""
    settings = house.settings.workers[plan.worker]

    def launch(
        argv: tuple[str | Path, ...],
        *,
        env: Mapping[str, str | Path] = {},
        files: Mapping[str, Path] = {},
        write: Mapping[str, Path] = {},
        read: tuple[Path, ...] = (),
        socket: Path | None = None,
    ) -> Finished:
        job = Job(
            argv=(), room=room, timeout=plan.timeout_minutes * 60, files=files, write=write, socket=socket,
            read=(*map(Path, house.settings.sandbox.read), *read), network=_network(house, settings),
            limits=house.gate.limits, stop=house.halts.get(plan.ticket_id), python=house.gate.python,
        )  # fmt: skip

        def told(word: str | Path) -> str:
            return house.sandbox.inside(job, word) if isinstance(word, Path) else word

        passed = {name: value for name, value in house.environ.items() if name in settings.env}
        told_env = {name: told(value) for name, value in env.items()}
        return house.sandbox.run(_with(job, tuple(map(told, argv)), {**passed, **told_env}))

    return launch


def _network(house: House, settings: Worker) -> Literal["none", "full"]:
    """All of it only where the settings say so; a model's endpoint is reached through a socket, not a network."""
    return "full" if (settings.network or house.settings.sandbox.network) == "full" else "none"


def _with(job: Job, argv: tuple[str, ...], env: Mapping[str, str]) -> Job:
    from dataclasses import replace

    return replace(job, argv=argv, env=env)


# --- from change to stamp --------------------------------------------------------------------------------


def land(house: House, attempt: Attempt) -> Turn:
    """Gate the change on today's main and stamp it, or book why it did not pass. One at a time."""
    with house.landing:
        return _land(house, attempt)


def _land(house: House, attempt: Attempt) -> Turn:
    plan, repo = attempt.plan, house.repo
    summary = booking.summary(house, attempt)
    work = attempts.keep_work(repo, plan, attempt.plan_commit, attempt.change.files, summary, house.clock.now())
    for _ in range(REMERGES):
        merge = landing.merge(repo, house.main(), plan.base, work.work, plan.ticket_id)
        verdict = judge(house, attempt, work, merge)
        result, evidence = booking.keep(house, attempt, work, merge, verdict)
        if not verdict.passed:
            return booking.fail(house, attempt, result, evidence, verdict)
        try:
            stamp = landing.stamp(
                repo,
                house.ref,
                merge,
                plan,
                result,
                evidence,
                run=house.run,
                now=house.clock.now(),
                signer=house.signer,
            )
        except Moved:
            house.say(plan.ticket_id, "main moved meanwhile; merging and gating again")
            continue
        booking.stamped(house, attempt, stamp)
        return Turn(plan.ticket_id, stamp, result)
    return booking.give_way(house, attempt, work)


def judge(house: House, attempt: Attempt, work: Work, merge: landing.Merge) -> Verdict:
    """What stands before the gate (a crash, nothing changed, foul play, a conflict), then the gate itself."""
    if reason := _before_the_gate(attempt, merge):
        triage, lines, findings = reason
        return booking.refused(triage, lines, findings)
    return house.gate.judge(
        attempt.plan, attempt.ticket.terms, main=merge.main, tree=merge.tree, work=work.tree,
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
        return Triage.WORKER, [f"the worker ended with exit code {work.exit_code}", *tail], ()
    if made.findings:
        return made.findings[0].triage, [str(f) for f in made.findings], made.findings
    if not made.files:
        return Triage.EMPTY, ["the worker changed nothing"], ()
    if merge.conflicts:
        return Triage.CONFLICT, [f"{path} was changed on main meanwhile" for path in merge.conflicts], ()
    return None
