"""`factory submit`: a change that exists already is gated and stamped like any attempt."""

from __future__ import annotations

from functools import partial

from factory.errors import InTheWay, Mistake
from factory.git.names import finding
from factory.git.store import GitTree
from factory.line import booking, recover
from factory.line.house import House
from factory.line.item import Done, Turn
from factory.line.lander import Landing, land
from factory.line.looking import Sight
from factory.line.opening import must_be_able_to_sign
from factory.line.trades.ticket import Tickets, item_of
from factory.model import Ended, Oid, Report, State, Ticket, Triage
from factory.records import attempts, plans
from factory.records.record import Lease, Record
from factory.records.state import View, standings
from factory.records.view import look
from factory.rooms.change import Change, harvest
from factory.tree import SUBMODULE, Entry
from factory.workers import Work

WORKER = "submit"


def hand_in(house: House, ticket_id: str, branch: str) -> Turn:
    """Judge the commits that `branch` has beyond main as one change for the ticket."""
    view = look(house.repo, house.ledger, house.main())
    if recover.mend(house, view):
        view = look(house.repo, house.ledger, house.main())
    ticket = _ticket(view, ticket_id)
    head, base = _head(house, branch, view.main)
    must_be_able_to_sign(house, view.main)
    house.gate.base_must_run(view.main, partial(house.say, ticket_id, kind="gate"))
    done = _attempt(house, view, ticket, head, base)
    [turn] = land(house, Landing(Tickets(house, Sight(house)), "", (done,)))
    if turn.ending:
        raise turn.ending
    if turn.waits:
        raise turn.waits
    if turn.kept:
        raise InTheWay(turn.why)
    return turn


def _ticket(view: View, ticket_id: str) -> Ticket:
    known = {t.id: t for t in view.tickets}
    if ticket_id not in known:
        raise Mistake(f"there is no ticket {ticket_id}", path="D_ROADMAP.md", remedy="add its row on main first")
    ticket = known[ticket_id]
    standing = standings(view).get(ticket_id)
    if standing is None or standing.state is not State.PENDING:
        state = standing.state.value if standing else ticket.status.value
        raise Mistake(
            f"{ticket_id} is {state}, and only a released ticket can be stamped",
            path="D_ROADMAP.md",
            line=ticket.line,
            remedy="set its status to IN_PROGRESS on main",
        )
    return ticket


def _head(house: House, branch: str, main: Oid) -> tuple[Oid, Oid]:
    for name in (f"refs/heads/{branch}", branch):
        found = house.repo.store.get(f"{name}^{{commit}}")
        if found:
            break
    else:
        raise Mistake(f"there is no branch or commit {branch!r}", remedy="name one with --branch")
    base = house.repo.merge_base(main, found[0])
    if base is None:
        raise Mistake(f"{branch} shares no history with main", remedy="rebase it onto main")
    if base == found[0]:
        raise Mistake(
            f"{branch} has nothing that main lacks", remedy="commit the change on a branch of its own, and name it"
        )
    return found[0], base


def _attempt(house: House, view: View, ticket: Ticket, head: Oid, base: Oid) -> Done:
    record = view.records.get(ticket.id) or Record(ticket=ticket.id)
    plan = plans.on_base(plans.make_plan(view, house.settings, ticket, record, worker=WORKER), base, ticket.terms)
    now = house.clock.now()
    record = record.begun(plan.attempt, Lease(run=house.run, key=plan.idempotency_key, since=now, beat=now))
    booking.write(house, "start", record, plan.title)
    summary = house.repo.store.commit(head).subject
    work = Work(Ended.DONE, Report(summary=summary), history=(f"factory submit {ticket.id} ({head})",))
    commit, item = attempts.keep_plan(house.repo, plan, now), item_of(ticket, house.settings)
    return Done(item, plan, commit, now, 0.0, work, _change(house, base, head))


def _change(house: House, base: Oid, head: Oid) -> Change:
    """What the commits come to, laid in a worker's room and harvested there: one set of rules for everybody."""
    store, seen = house.repo.store, GitTree(house.repo.store, base)
    files = {c.path: Entry(c.new_mode, c.new) if c.new else None for c in house.repo.diff(base, head)}
    with house.rooms.open(seen.oid) as room:
        room.bring(files)
        found = harvest(store, house.aside, room, seen, house.secrets)
    modules = (path for path, entry in files.items() if entry and entry.mode == SUBMODULE)
    brought = (finding(path, "is a submodule, and a change brings none", Triage.SCOPE) for path in modules)
    return found._replace(findings=(*found.findings, *brought))
