"""Tickets: rows of the roadmap, each merged, judged by the whole gate, and stamped alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from factory.errors import DoesNotAddUp, Exit, FactoryError, Mistake
from factory.executors import Order, most
from factory.gate.prospect import Prospect
from factory.git import history
from factory.git.ledger import ticket_path
from factory.line import audits, batches, beforehand, booking, evidence, judging, kept, learning, purse, setback
from factory.line.attempt import Begun
from factory.line.house import House
from factory.line.item import EVERYTHING, Done, Item, Turn
from factory.line.looking import Sight
from factory.line.replant import replant
from factory.line.trades import Able, GroupMerge, Judged, Packed, Trade
from factory.line.way import in_its_way
from factory.model import Event, Oid, State, Ticket, Triage
from factory.records import attempts, halves, landing, plans
from factory.records.halves import BACK, FRONT, Half
from factory.records.landing import Draft
from factory.records.premises import Premises
from factory.records.record import Lease, Record
from factory.records.state import counts
from factory.records.view import RED, SETTINGS
from factory.ssot.settings import HALF, Settings


class Tickets(Trade):
    """The tickets of one run."""

    name = "ticket"

    def __init__(self, house: House, sight: Sight) -> None:
        super().__init__(house, sight)
        self._fitness = beforehand.Fitness(house.repo, house.settings, house.environ)

    # --- the queue

    def half(self, able: Able) -> Half | None:
        house, look = self._house, self._sight.now()
        last = halves.latest(kept_halves(house))
        if last is not None and not last.closed:
            return last
        opens = halves.opened(last, purse.today(house).isoformat(), look.main)
        return opens if opens.half == BACK or able(self.ready()) else None

    def deal(self, half: Half, able: Able) -> Half:
        house = self._house
        if len(half.dealt) == HALF or not self._may_deal(half):
            return half
        more = halves.topped_up(half, [item.id for item in able(self.ready())])
        if more != half:
            event = Event(name="deal", text=f"{more.title}: {', '.join(more.dealt)}")
            house.ledger.append(event, more.as_file())
        return more

    def _may_deal(self, half: Half) -> bool:
        """A back half starts only when every ticket of its front half is stamped."""
        front = [h for h in kept_halves(self._house) if (h.date, h.box, h.half) == (half.date, half.box, FRONT)]
        return half.half == FRONT or all(h.whole for h in front)

    def ready(self) -> list[Item]:
        return self.items(self._sight.now().ready)

    def states(self) -> Mapping[str, State]:
        return {id: standing.state for id, standing in self._sight.now().standings.items()}

    def items(self, names: Iterable[str]) -> list[Item]:
        found, settings = self._sight.now().standings, self._house.settings
        return [item_of(found[name].ticket, settings) for name in names if name in found]

    def record(self, item: str) -> Record:
        return self._sight.now().view.records.get(item) or Record(ticket=item)

    def close(self, half: Half) -> None:
        """DoesNotAddUp where the records count a stamp that main does not have."""
        house, main = self._house, self._sight.now().main
        done = halves.closed(half, self.states())
        since = half.main if half.main and history.on_line(house.repo, main, half.main) else None
        landed = {w.ticket for w in history.words(house.repo, main, since) if w.stamp}
        if missing := sorted(set(done.stamped) - landed):
            raise DoesNotAddUp(f"{half.name} counts {missing[0]} as stamped, and main has no stamp for it since")
        ended = f"{len(done.dealt)} dealt, {len(done.stamped)} stamped, {len(done.failed)} failed"
        text = f"{done.date} ({house.settings.factory.timezone}) {done.name}: {ended}"
        named = {halves.FAILED: " ".join(done.failed)}
        house.ledger.append(Event(name="checkpoint", text=text, trailers=named), done.as_file())
        house.say("", f"checkpoint {text}", kind="checkpoint")

    def released(self, item: Item, main: Oid) -> bool:
        return landing.is_released(self._house.repo, main, item.id)

    def verdict(self) -> Exit:
        found = counts(self._sight.now().view)
        return Exit.OK if found["DONE"] == sum(found.values()) else Exit.FAIL

    def fault(self, item: Item) -> FactoryError | None:
        """A run works by the settings that it began with: what is wrong by them may be right by now."""
        ticket, view, settings = self._ticket(item), self._sight.now().view, self._house.settings
        error = self._fitness.fault(ticket, view)
        if not isinstance(error, Mistake) or (now := Premises(self._house.repo, view.main).settings) == settings:
            return error
        try:
            plans.must_be_workable(ticket, view, now)
        except Mistake:
            return error
        return Mistake(f"{ticket.id} needs what main has had since this run began", path=SETTINGS, remedy="run again")

    def _ticket(self, item: Item) -> Ticket:
        return self._sight.now().standings[item.id].ticket

    # --- what passed and could not land

    def passed(self) -> Mapping[str, Oid]:
        records = self._sight.now().view.records.values()
        return {r.ticket: r.passed for r in records if r.passed and r.state is State.PENDING}

    def in_its_way(self, main: Oid, evidence: Oid, item: str) -> str:
        repo = self._house.repo
        work = kept.commits(repo, evidence)
        merged = landing.merge(repo, main, work.base, work.work, item)
        return in_its_way(self._house, main, merged.tree) if merged.tree else ""

    def take_up(self, item: Item, evidence: Oid) -> Done | None:
        return kept.read(self._house.repo, item, evidence, self._house.clock.now())

    # --- an attempt

    def ahead(self, item: Item) -> Callable[[], Prospect]:
        view, record, ticket = self._sight.now().view, self.record(item.id), self._ticket(item)
        record = record.released() if record.state in (State.BLOCKED, State.DONE) else record
        return lambda: beforehand.ahead_of(self._house, view, record, ticket)

    def begin(self, items: Sequence[tuple[Item, object]], beside: Sequence[str]) -> list[Begun]:
        return [self._begin(item, seen.told if isinstance(seen, Prospect) else (), beside) for item, seen in items]

    def _begin(self, item: Item, told: tuple[str, ...], fellows: Iterable[str]) -> Begun:
        house, view, ticket = self._house, self._sight.now().view, self._ticket(item)
        record = self.record(item.id)
        record = record.released() if record.state in (State.BLOCKED, State.DONE) else record
        plan, share = batches.next_plan(house, view, ticket, record, told)
        name, now = beforehand.attempt(record, house.settings), house.clock.now()
        record = record.begun(plan.attempt, Lease(run=house.run, key=plan.idempotency_key, since=now, beat=now))
        house.numbers[item.id] = plan.attempt
        booking.write(house, "start", record, plan.title)
        commit = attempts.keep_plan(house.repo, plan, now)
        house.begun[item.id] = commit, now
        for line in told:
            house.say(item.id, line)
        house.say(item.id, f"{name}: {plan.worker} works", kind="works")
        others = () if share else batches.fellows_of(view, house.settings, ticket, self._tickets(fellows))
        order = Order(plan=commit, hidden=Premises(house.repo, plan.base).hidden, at=now, most=most(plan))
        return Begun(item, plan, order, share, batches.plans_of(house, view, others))

    def _tickets(self, names: Iterable[str]) -> list[Ticket]:
        found = self._sight.now().standings
        return [found[name].ticket for name in names if name in found]

    # --- landing

    def settled(self, done: Done, main: Oid) -> Done | Turn:
        house, repo = self._house, self._house.repo
        if not self.released(done.item, main):
            return setback.broken_off(house, done, "its row was taken off the line meanwhile", released=False)
        done = evidence.with_work(house, done)
        if repo.is_ancestor(done.plan.base, main):
            return done
        house.say(done.item.id, "main was rewritten meanwhile; the change goes onto it as it is now", "warning", "gate")
        moved = replant(house, done, main)
        why = "main was rewritten, and the change does not fit on it"
        return moved or setback.give_way(house, done, None, why)

    def merge(self, main: Oid, group: Sequence[Done]) -> GroupMerge:
        """In conflict too where main took back what the plan was made from."""
        [done] = group
        if stale := tuple(Premises(self._house.repo, main).stale(done.plan)):
            return GroupMerge(main, "", {done.item.id: stale})
        found = landing.merge(self._house.repo, main, done.plan.base, commits_of(done).work, done.item.id)
        return GroupMerge(main, found.tree, {done.item.id: found.conflicts} if found.conflicts else {}, found.unread)

    def judge(self, done: Done, merged: GroupMerge) -> Judged:
        """What stands before the gate (a crash, nothing changed, foul play, a conflict), the gate, the auditor."""
        house = self._house
        if reason := judging.ended_badly(house, done, merged.main) or met(done, merged):
            house.gate.settle(partial(house.say, "", kind="gate"))
            return judging.read(house, done, merged, booking.refused(*reason))
        now, say = Premises(house.repo, merged.main), partial(house.say, done.item.id, kind="gate")
        verdict = house.gate.at(now.settings).judge(
            done.plan,
            now.terms(done.item.id),
            main=merged.main,
            tree=merged.tree,
            work=commits_of(done).tree,
            say=say,
        )
        return judging.read(house, done, merged, verdict)

    def keep(self, half: str, group: Sequence[Judged], merged: GroupMerge) -> Packed:
        [judged] = group
        return evidence.keep_ticket(self._house, judged, merged)

    def draft(self, half: str, group: Sequence[Judged], merged: GroupMerge, kept: Packed) -> Draft:
        plan = group[0].done.plan
        return landing.draft(merged.main, merged.tree, kept.evidence, plan, kept.results[plan.ticket_id])

    def stamped(self, half: str, group: Sequence[Judged], stamp: Oid, kept: Packed) -> list[Turn]:
        """The ledger's word on it, and on what is red there; the attempt's ref goes."""
        house, [judged] = self._house, group
        item, plan = judged.done.item, judged.done.plan
        unread = audits.is_unread(house.settings, plan.risk)
        risk = plan.risk.value if unread else ""
        with house.ledger.lock:
            record = booking.record_of(house, item).stamped(stamp)
            red = {"main": stamp, "red": dict(judged.verdict.red)}
            more = {**learning.from_stamp(house.ledger, judged.done, stamp), RED: red}
            booking.write(
                house,
                "stamped",
                record,
                plan.title,
                booking.Beside(folded=stamp, more=more),
                Status="PASS",
                Stamp=stamp,
                Unread=risk,
            )
        attempts.drop(house.repo, item.id, plan.attempt)
        house.say(item.id, f"stamped {stamp[:12]}", kind="stamped")
        if unread:
            house.say(item.id, f"its risk is {risk}, and nobody read it: set [auditor] worker", "warning")
        return [Turn(item, stamp, kept.results[item.id])]


def commits_of(done: Done) -> attempts.Commits:
    """Its commits, which `settled` made."""
    assert done.commits is not None
    return done.commits


def met(done: Done, merged: GroupMerge) -> tuple[Triage, list[str]] | None:
    if not done.change.files:
        return Triage.EMPTY, ["the worker changed nothing"]
    if paths := merged.met.get(done.item.id):
        return Triage.CONFLICT, [f"{path} was changed on main meanwhile" for path in paths]
    if merged.unread:
        said = f"the change leaves a table that cannot be read: {merged.unread}; leave it as main has it"
        return Triage.GUARD, [said]
    return None


def item_of(ticket: Ticket, settings: Settings) -> Item:
    """A ticket as the line deals it."""
    worker = plans.worker_of(ticket, settings)
    return Item(
        id=ticket.id,
        trade=Tickets.name,
        title=ticket.title,
        file=ticket_path(ticket.id),
        worker=worker,
        usd=purse.worst_of_ticket(settings, ticket),
        touches=ticket.terms.modify or EVERYTHING,
    )


def kept_halves(house: House) -> list[Half]:
    """Every half of tickets in the ledger's tree."""
    return list(house.ledger.read_all("boxes", Half.model_validate).values())
