"""A third trade, as a stranger would add one: each line of CHORES.txt on main is an item, and its commit says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from factory.executors import Order, most
from factory.git.ledger import ticket_path
from factory.line import booking, evidence, judging
from factory.line.attempt import Begun
from factory.line.item import Done, Item, Turn
from factory.line.trades import Able, GroupMerge, Judged, Packed, Trade
from factory.model import Conclusion, Event, Oid, Plan, Priority, Risk, Scope, State, Triage, Verdict
from factory.records import attempts, halves, shelf
from factory.records.halves import Half
from factory.records.landing import Draft
from factory.records.record import Lease, Record

FILE = "CHORES.txt"


class Chores(Trade):
    """The chores of one run; three at a time, as everything here."""

    name = "chore"
    _open: Half | None = None

    def _lines(self) -> list[str]:
        store = self._house.repo.store
        return (store.file(store.tree_of(self._house.main()), FILE) or b"").decode().splitlines()

    def half(self, able: Able) -> Half | None:
        dealt = tuple(item.id for item in able(self.ready()))[:3]
        self._open = Half(date="chores", box=1, half=halves.FRONT, dealt=dealt) if dealt else None
        return self._open

    def ready(self) -> list[Item]:
        return self.items(name for name, state in self.states().items() if state is State.PENDING)

    def states(self) -> Mapping[str, State]:
        store, main = self._house.repo.store, self._house.main()
        names = [line.split()[0] for line in self._lines()]
        done = {name for name in names if store.entry(store.tree_of(main), f"{name}.txt")}
        return {name: State.DONE if name in done else self.record(name).state for name in names}

    def items(self, names: Iterable[str]) -> list[Item]:
        worker = self._house.settings.factory.worker
        return [
            Item(id=n, trade=self.name, title=n, file=ticket_path(n), worker=worker, touches=(f"{n}.txt",))
            for n in names
        ]

    def record(self, item: str) -> Record:
        return shelf.read(self._house.ledger, item)

    def close(self, half: Half) -> None:
        self._house.ledger.append(Event(name="checkpoint", text=f"chores {', '.join(half.dealt)}"), {})

    def begin(self, items: Sequence[tuple[Item, object]], beside: Sequence[str]) -> list[Begun]:
        return [self._begin(item) for item, _ in items]

    def _begin(self, item: Item) -> Begun:
        house, main, now = self._house, self._house.main(), self._house.clock.now()
        record = self.record(item.id)
        plan = Plan(
            ticket_id=item.id, attempt=record.attempt + 1, ac_ids=(), title=item.title, description=item.title,
            criteria=(), scope=Scope(modify=item.touches), done_criteria="the file is there", risk=Risk.LOW,
            priority=Priority.P2, base=main, timeout_minutes=1, budget_usd=1, worker=item.worker,
            idempotency_key=sha256(f"{main} {item.id} {record.attempt}".encode()).hexdigest(),
        )  # fmt: skip
        lease = Lease(run=house.run, key=plan.idempotency_key, since=now, beat=now)
        booking.write(house, "start", record.begun(plan.attempt, lease), item.title)
        return Begun(item, plan, Order(plan=attempts.keep_plan(house.repo, plan, now), at=now, most=most(plan)))

    def settled(self, done: Done, main: Oid) -> Done | Turn:
        return evidence.with_work(self._house, done)

    def merge(self, main: Oid, group: Sequence[Done]) -> GroupMerge:
        store = self._house.repo.store
        return GroupMerge(main, store.edit(store.tree_of(main), group[0].change.files))

    def judge(self, done: Done, merged: GroupMerge) -> Judged:
        if refusal := judging.ended_badly(self._house, done, merged.main):
            return Judged(done, booking.refused(*refusal))
        if set(done.change.files) != set(done.item.touches):
            return Judged(done, booking.refused(Triage.SCOPE, ["a chore writes its own file"]))
        return Judged(done, Verdict(status=Conclusion.PASS, log="a chore\n"))

    def keep(self, half: str, group: Sequence[Judged], merged: GroupMerge) -> Packed:
        return evidence.keep_ticket(self._house, group[0], merged)

    def draft(self, half: str, group: Sequence[Judged], merged: GroupMerge, kept: Packed) -> Draft:
        name, result = group[0].done.item.id, kept.results[group[0].done.item.id]
        return Draft(
            merged.main, merged.tree, kept.evidence, f"chore({name}): done", "", (("Factory-Chore", name),), "PASS",
            attempts.to_json(result), 0.0, event="chore",
        )  # fmt: skip

    def stamped(self, half: str, group: Sequence[Judged], stamp: Oid, kept: Packed) -> list[Turn]:
        item = group[0].done.item
        booking.write(self._house, "chore", self.record(item.id).stamped(stamp), "done")
        attempts.drop(self._house.repo, item.id, group[0].done.plan.attempt)
        return [Turn(item, stamp, kept.results[item.id])]
