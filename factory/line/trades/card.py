"""Cards: small pieces of work by the thousand. Those that write data are laid over main and stamped three at a time;
a PATCH goes through the whole gate, and is stamped alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from factory.cards.card import WorkItem
from factory.errors import Exit, FactoryError, InTheWay, Mistake
from factory.executors import Order, most
from factory.kinds import BUILT_IN
from factory.line import booking, day_chain, evidence, judging, kept, learning, opening, purse, way
from factory.line.attempt import Begun
from factory.line.beforehand import Fitness
from factory.line.house import House
from factory.line.item import EVERYTHING, Done, Item, Turn
from factory.line.looking import Sight
from factory.line.trades import Able, GroupMerge, Judged, Packed, Trade, card_gate
from factory.model import Conclusion, Oid, Plan, State, Triage
from factory.records import attempts, card_plans, card_standing, halves
from factory.records.attempts import Steps
from factory.records.card_plans import card_of, plan_of
from factory.records.halves import Half
from factory.records.landing import Draft
from factory.records.premises import Premises
from factory.records.record import Lease, Record
from factory.records.truck import Truck, next_half, states, unstamped, with_half, with_records
from factory.records.yard import Yard
from factory.ssot.settings import HALF, Settings
from factory.tree import Entry


class Cards(Trade):
    """The cards of one run."""

    name = "card"

    def __init__(self, house: House, sight: Sight) -> None:
        super().__init__(house, sight)
        self._fitness = Fitness(house.repo, house.settings, house.environ)
        self._cards: dict[str, tuple[str, WorkItem]] = {}  # of the truck on the line: its file, and the card

    @property
    def _yard(self) -> Yard:
        return self._sight.now().yard

    # --- the queue

    def prepare(self) -> None:
        """Cards for every plan that has none; and all must add up, and be able to land, before one is worked on."""
        house = self._house
        day_chain.compile_due(house)
        if not (days := day_chain.open_days(self._yard)):
            return
        for day in days:
            day_chain.must_add_up(self._yard, day)
        way.must_be_open(house, self._yard.main)
        opening.must_be_able_to_sign(house, self._yard.main)
        self._tell_unfit(days)

    def _tell_unfit(self, days: Iterable[str]) -> None:
        """Which workers could not start, before the first card is worked on."""
        yard = self._yard
        names = {
            card.input.worker
            for day in days
            for known in [yard.states(day)]
            for card in yard.backlog(day)
            if card.input.worker and known[card.id] in (State.PENDING, State.INFLIGHT)
        }
        for name in sorted(names):
            if error := self._fitness.of_worker(name, yard.main):
                self._house.say("", f"the cards of worker {name} wait: {error}", "warning")

    def half(self, able: Able) -> Half | None:
        while truck := day_chain.open_truck(self._house, partial(self._stays_off, able)):
            self._board(truck)
            if truck.open_half:
                return truck.open_half
            if dealt := [item.id for item in able(self.ready())][:HALF]:
                return self._dealt(truck, dealt)
            day_chain.leave(self._house, truck)
        return None

    def _stays_off(self, able: Able, cards: Iterable[WorkItem]) -> set[str]:
        """Those of them that no truck is to take now. A card that is built in, and not made yet, is always able."""
        passed = self.passed()
        asked = [card for card in cards if card.input.worker or card.id in passed]
        items = [item_of(card, "", self._house.settings) for card in asked]
        return {card.id for card in asked} - {item.id for item in able(items)}

    def _board(self, truck: Truck) -> None:
        self._cards = {id: (truck.path, card) for id, card in day_chain.card_map(self._yard, truck).items()}

    def _dealt(self, truck: Truck, dealt: Sequence[str]) -> Half:
        half = next_half(truck, dealt, self._yard.main)
        day_chain.write(self._house, "deal", with_half(truck, half), f"{half.title}: {', '.join(dealt)}")
        return half

    def ready(self) -> list[Item]:
        """In the packets' order."""
        if not self._cards:
            return []
        truck = self._truck()
        done = day_chain.done_cards(self._yard, truck.day)
        return self.items(c for c in unstamped(truck) if done.issuperset(self._cards[c][1].deps))

    def _truck(self) -> Truck:
        """The truck on the line, as the ledger has it now."""
        file, _ = next(iter(self._cards.values()))
        return next(truck for truck in self._yard.trucks(file.split("/")[1]) if truck.path == file)

    def states(self) -> Mapping[str, State]:
        return states(self._truck()) if self._cards else {}

    def items(self, names: Iterable[str]) -> list[Item]:
        found, settings = self._cards, self._house.settings
        return [item_of(found[name][1], found[name][0], settings) for name in names if name in found]

    def record(self, item: str) -> Record:
        return self._truck().record(item) if item in self._cards else Record(ticket=item)

    def close(self, half: Half) -> None:
        truck = self._truck()
        done = halves.closed(truck.named(truck.halves[-1]), states(truck))
        counts = f"{len(done.dealt)} dealt, {len(done.done)} stamped, {len(done.failed)} failed"
        told, failed = f"{done.title}: {counts}", " ".join(done.failed)
        day_chain.write(self._house, "checkpoint", with_half(truck, done), told, Failed=failed)
        self._house.say("", f"checkpoint {told}", kind="checkpoint")

    def fault(self, item: Item) -> FactoryError | None:
        return None if item.worker == BUILT_IN else self._fitness.of_worker(item.worker, self._yard.main)

    def set_aside(self, item: Item, error: FactoryError) -> None:
        """Nothing more: what keeps a worker was told when the run began, and there may be thousands."""

    # --- what passed and could not land

    def passed(self) -> Mapping[str, Oid]:
        """Of a card that was packed twice, by its last truck."""
        yard, found = self._yard, dict[str, Oid]()
        for day in day_chain.open_days(yard):
            trucks = yard.trucks(day)
            if any(record.passed for truck in trucks for record in truck.records.values()):
                proofs = {card: truck.record(card).passed for truck in trucks for card in truck.cards}
                known = yard.states(day)
                found |= {card: proof for card, proof in proofs.items() if proof and known.get(card) is State.PENDING}
        return found

    def in_its_way(self, main: Oid, evidence: Oid, item: str) -> str:
        return way.in_its_way(self._house, main, _laid(self._house, main, kept.files(self._house.repo, evidence)))

    def take_up(self, item: Item, evidence: Oid) -> Done | None:
        """None where what it was made from is not main's any more, or the card is another."""
        house, at = self._house, attempts.folder(item.id)
        done = kept.read_card(house.repo, item, evidence, at, house.clock.now())
        return done if house.repo.is_ancestor(done.plan.base, house.main()) and self._is_of(done.plan) else None

    def _is_of(self, plan: Plan) -> bool:
        try:
            return card_of(plan) == self._cards[plan.ticket_id][1]
        except Mistake:
            return False

    # --- an attempt

    def ahead(self, item: Item) -> Callable[[], object] | None:
        """A PATCH is judged by the gate: main must be able to be."""
        gate, main = self._house.gate, self._yard.main
        return partial(gate.base_must_run, main, partial(self._house.say, "", kind="gate")) if item.alone else None

    def begin(self, items: Sequence[tuple[Item, object]], beside: Sequence[str]) -> list[Begun]:
        """One event for all that begin together."""
        house, now, main = self._house, self._house.clock.now(), self._house.main()
        truck, begun = self._truck(), list[Begun]()
        records = dict[str, Record]()
        settings = Premises(house.repo, main).settings
        for item, _ in items:
            before = truck.record(item.id)
            card = self._cards[item.id][1]
            plan = plan_of(card, settings, attempt=before.attempt + 1, base=main, previous=before.previous)
            lease = Lease(run=house.run, key=plan.idempotency_key, since=now, beat=now)
            records[item.id] = before.begun(plan.attempt, lease)
            house.numbers[item.id] = plan.attempt
            number, at = f"{item.id}#{plan.attempt}", attempts.folder(item.id)
            commit = Steps(house.repo, attempts.of_cards(number, number), now).plan(main, {at: plan}, plan.title)
            house.begun[item.id] = commit, now
            begun.append(Begun(item, plan, Order(plan=commit, folder=at, at=now, most=most(plan))))
        names = [f"{one.plan.ticket_id}#{one.plan.attempt}" for one in begun]
        day_chain.write(house, "start", with_records(truck, records), ", ".join(names), Cards=" ".join(names))
        return begun

    def verdict(self) -> Exit:
        return card_standing.verdict(self._sight.now().yard)

    def objects(self, done: Done) -> bool:
        return done.broke is not None or self._refusal(done, card_of(done.plan), self._house.main()) is not None

    def _refusal(self, done: Done, card: WorkItem, main: Oid) -> judging.Refusal | None:
        """The worker's end, the scope by main's own settings, the output."""
        forbidden = Premises(self._house.repo, main).protected
        ended = judging.ended_badly(self._house, done, main)
        return ended or card_gate.own_gate(self._house.repo.store, done, card, forbidden)

    # --- landing

    def merge(self, main: Oid, group: Sequence[Done]) -> GroupMerge:
        """Main with the cards' files laid over it. A card meets what was changed since it began of all that it wrote or
        read, and what a card before it in the group has written."""
        files: dict[str, Entry | None] = {}
        met: dict[str, tuple[str, ...]] = {}
        for done in group:
            own = (*done.change.files, *done.item.reads)
            if path := card_gate.changed(self._house.repo.store, done, main) or next(
                (p for p in own if p in files), ""
            ):
                met[done.item.id] = (path,)
            files |= done.change.files
        return GroupMerge(main, _laid(self._house, main, files), met)

    def judge(self, done: Done, merged: GroupMerge) -> Judged:
        """The worker's end, the scope, the output, conflicts; then its command on the tree that would be stamped, and
        for a PATCH the whole gate and its auditor. All by what main's own settings say there."""
        house, card, now = self._house, card_of(done.plan), Premises(self._house.repo, merged.main).settings
        refusal = self._refusal(done, card, merged.main)
        if refusal is None and (met := merged.met.get(done.item.id)):
            refusal = (Triage.CONFLICT, [f"{path} was changed by somebody else meanwhile" for path in met], ())
        if refusal:
            verdict = booking.refused(*refusal)
        else:
            verdict = card_gate.judge(
                house.gate.at(now), house.repo.store, done.plan, merged, partial(house.say, card.id, kind="gate")
            )
        return judging.read(house, done, merged, verdict) if card.type == "PATCH" else Judged(done, verdict)

    def keep(self, half: str, group: Sequence[Judged], merged: GroupMerge) -> Packed:
        done = group[0].done
        return evidence.keep_cards(self._house, half or done.number, merged.main if half else done.plan.base, group)

    def draft(self, half: str, group: Sequence[Judged], merged: GroupMerge, kept: Packed) -> Draft:
        cards, numbers = [one.done.item.id for one in group], " ".join(one.done.number for one in group)
        body = "\n".join(
            f"{one.done.item.id}: {', '.join(sorted(one.done.change.files)) or 'nothing new'}" for one in group
        )
        return Draft(
            merged.main,
            merged.tree,
            kept.evidence,
            f"stamp({half}): {', '.join(cards)}",
            body,
            attempts.of_cards(half, numbers).trailers,
            Conclusion.PASS.value,
            kept.whole,
            sum(one.done.work.report.cost_usd for one in group),
        )

    def stamped(self, half: str, group: Sequence[Judged], stamp: Oid, kept: Packed) -> list[Turn]:
        house, cards = self._house, tuple(one.done.item.id for one in group)
        house.say(half, f"stamped {stamp[:12]}: {', '.join(cards)}", kind="stamped")
        day_chain.stamped(house, group[0].done.item.file, half, stamp, cards, self._learnt(group, stamp))
        return [Turn(one.done.item, stamp, kept.results[one.done.item.id]) for one in group]

    def _learnt(self, group: Sequence[Judged], stamp: Oid) -> dict[str, object]:
        ledger = self._house.ledger
        return {path: card for one in group for path, card in learning.from_stamp(ledger, one.done, stamp).items()}

    def waits(self, judged: Judged, obstacle: InTheWay, merged: GroupMerge) -> str:
        return way.in_its_way(self._house, merged.main, _laid(self._house, merged.main, judged.done.change.files))


# --- what a card is on the line --------------------------------------------------------------------------


def item_of(card: WorkItem, file: str, settings: Settings) -> Item:
    """A card as the line deals it. `file`: its truck's, in the ledger."""
    scope = card_plans.scope_of(card)
    reads = (*card.input.reads, *(() if card.input.root else card.input.paths))
    return Item(
        id=card.id,
        trade=Cards.name,
        title=card.type,
        file=file,
        worker=card.input.worker or BUILT_IN,
        usd=purse.worst_of_card(settings, card.input.worker),
        touches=scope or EVERYTHING,
        reads=reads,
        alone=card.type == "PATCH",
    )


def _laid(house: House, main: Oid, files: Mapping[str, Entry | None]) -> Oid:
    """Main's tree with the cards' files in it."""
    store = house.repo.store
    return store.edit(store.tree_of(main), files)
