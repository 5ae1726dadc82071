"""The road from plan to report, with no person on it: compile, follow, pack, and the truck that leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from factory.cards.card import WorkItem
from factory.cards.places import day_plan_path
from factory.errors import DoesNotAddUp, Mistake, Moved
from factory.git import objects
from factory.git.objects import Commit
from factory.git.store import GitTree
from factory.line import loading, purse
from factory.line.house import House
from factory.line.loading import Load
from factory.model import Event, Oid, State
from factory.plain import many
from factory.records import attempts, evidence, landing, shelf
from factory.records import truck as trucks
from factory.records.drift import written_drifts
from factory.records.truck import Truck, states
from factory.records.view import folds
from factory.records.yard import FOLDED, DayCounts, Yard, day_path
from factory.tree import FILE, Entry

StaysOff = Callable[[Iterable[WorkItem]], set[str]]  # the cards that no truck is to take now


def look(house: House) -> Yard:
    return Yard(house.repo, house.ledger, house.main())


def commit(house: House, decide: Callable[[Yard], Load | None], day: str) -> Load | None:
    """Put files on main as `plan(<day>): ...`; decided again where somebody moved main meanwhile."""
    for _ in range(20):
        yard = look(house)
        if (load := decide(yard)) is None:
            return None
        store = house.repo.store
        blobs: Mapping[str, Entry | None] = {
            path: Entry(FILE, store.write_blob(content)) for path, content in load.files.items()
        }
        tree = store.edit(store.tree_of(yard.main), blobs)
        if tree == store.tree_of(yard.main):
            return load  # a person wrote and committed the same files
        trailers = [("Factory-Event", "plan"), ("Factory-Day", day), ("Factory-Run", house.run)]
        message = objects.message(f"plan({day}): {load.text}", trailers=trailers)
        try:
            made = Commit(tree, (yard.main,), message, int(house.clock.now()))
            landing.advance(house.repo, house.ref, yard.main, house.signer.sign(made))
        except Moved:
            continue
        house.say(f"plan {day}", load.text)
        return load
    raise Moved("main keeps moving; try again")


# --- the chain -------------------------------------------------------------------------------------------


def compile_due(house: House) -> None:
    """Cards for every plan of today and before that has none, oldest first."""
    yard = look(house)
    today = purse.today(house).strftime("%Y%m%d")
    for day in yard.plans():
        if day <= today and day not in yard.days:
            commit(house, lambda now, day=day: loading.compiled(day, _tree(now), house.settings), day)  # type: ignore[misc]
            _tell(house, day, "compile")


def _tree(yard: Yard) -> GitTree:
    return GitTree(yard.repo.store, yard.main)


def must_add_up(yard: Yard, day: str) -> None:
    """Mistake where a day's backlogs and packets are not as they were made; DoesNotAddUp where its trucks are not."""
    if drift := next(written_drifts(yard, day), None):
        file = drift.where.partition(":")[0]
        raise Mistake(
            drift.what, path=drift.where, remedy=f"put it back as it was made; `git log -p -- {file}` shows how"
        )
    for truck in yard.trucks(day):
        if wrong := next(trucks.faults(truck), ""):
            raise DoesNotAddUp(f"the ledger does not add up: {wrong}; `factory check-consistency` tells more")


def count(yard: Yard, day: str, *, plan: Oid = "", over: bool = False) -> DayCounts:
    """The day's counts as they are now."""
    found = list(yard.states(day).values())
    return DayCounts(
        day=day,
        plan=plan or yard.day(day).plan,
        total=len(found),
        done=found.count(State.DONE),
        blocked=found.count(State.BLOCKED),
        trucks=len(yard.packed(day)),
        over=over,
    )


def _tell(house: House, day: str, name: str, *, over: bool = False) -> None:
    """The day's counts into the ledger."""
    yard = look(house)
    plan = yard.repo.store.entry(yard.repo.store.tree_of(yard.main), day_plan_path(day))
    found = count(yard, day, plan=yard.day(day).plan or (plan.oid if plan else ""), over=over)
    event = Event(name=name, text=f"{day}: cards done {found.done} of {found.total}")
    house.ledger.append(event, {day_path(day): found.model_dump(mode="json")})


def write(house: House, name: str, truck: Truck, text: str, **trailers: str) -> None:
    """One event with the truck as it leaves it."""
    named = {f"Factory-{key}": value for key, value in trailers.items()}
    house.ledger.append(Event(name=name, text=text, trailers=named), truck.as_file())


def stamped(
    house: House, file: str, half: str, stamp: Oid, cards: tuple[str, ...], more: Mapping[str, Any] = {}
) -> None:
    """The ledger's word on a stamp that main holds already."""
    trailers = {
        "Factory-Status": "PASS",
        "Factory-Stamp": stamp,
        "Factory-Cards": " ".join(cards),
        "Factory-Half": half,
    }
    event = Event(name="stamped", text=f"{half}: {', '.join(cards)}", trailers=trailers)
    with house.ledger.lock:
        truck = shelf.read_truck(house.ledger, file)
        truck = trucks.with_stamp(truck, half.removeprefix(f"{truck.name}_"), stamp, cards)
        changes: dict[str, Any] = {**Yard(house.repo, house.ledger, stamp).put_right(), **truck.as_file(), **more}
        changes |= {FOLDED: {"main": stamp}, **folds(house.repo, house.ledger, stamp)}
        house.ledger.append(event, changes)


# --- trucks ----------------------------------------------------------------------------------------------


def open_truck(house: House, stays_off: StaysOff) -> Truck | None:
    """The truck on the line, or the next one; None where no card can be worked on."""
    yard = look(house)
    for day in open_days(yard):
        if truck := next((truck for truck in yard.trucks(day) if not truck.left), None):
            return truck
    for day in open_days(yard):
        if truck := _next_truck(house, day, stays_off):
            return truck
    return None


def open_days(yard: Yard) -> tuple[str, ...]:
    return tuple(day for day in yard.days if not yard.day(day).over)


def _next_truck(house: House, day: str, stays_off: StaysOff) -> Truck | None:
    """Follow-ups that are due, then the next packets; None where the day is over or its cards wait for a person."""
    commit(house, lambda yard: _follow(house, yard, day), day)
    yard = look(house)
    number = 1 + max(yard.packed(day), default=0)
    if commit(house, lambda now: _pack(now, day, number, stays_off), day) is None:
        found = yard.states(day)
        _tell(house, day, "day", over=all(state is State.DONE for state in found.values()))
        return None
    yard = look(house)
    truck = yard.trucks(day)[-1]
    event = Event(name="pack", text=f"{truck.name}: {many(len(truck.cards), 'card')}")
    house.ledger.append(event, {**truck.as_file(), day_path(day): count(yard, day).model_dump(mode="json")})
    return truck


def _follow(house: House, yard: Yard, day: str) -> Load | None:
    done = {card for card, state in yard.states(day).items() if state is State.DONE}
    return loading.followed(day, _tree(yard), house.settings, yard.backlog(day), done)


def _pack(yard: Yard, day: str, number: int, stays_off: StaysOff) -> Load | None:
    if number in yard.packed(day):
        return None
    found = yard.states(day)
    done = {card for card, state in found.items() if state is State.DONE}
    blocked = {card for card, state in found.items() if state is State.BLOCKED}
    cards = yard.backlog(day)
    blocked |= stays_off(card for card in cards if found[card.id] is State.PENDING)
    return loading.packed(day, number, cards, done, blocked)


# --- the end of a truck ----------------------------------------------------------------------------------


def leave(house: House, truck: Truck) -> None:
    """The truck leaves: only when every stamped card's evidence is there and whole."""
    if wrong := next(incomplete(house, truck), None):
        raise DoesNotAddUp(f"{truck.name} cannot leave: {wrong}; `factory verify` tells more")
    found = list(states(truck).values())
    done, blocked = found.count(State.DONE), found.count(State.BLOCKED)
    rest = len(found) - done - blocked
    text = f"{truck.name}: {done} stamped, {blocked} blocked, {rest} wait for the next truck"
    write(house, "leave", truck.model_copy(update={"left": True}), text)
    house.say("", f"the truck leaves: {text}")
    _tell(house, truck.day, "day")


def incomplete(house: House, truck: Truck) -> Iterator[str]:
    """What is missing or edited in the evidence of the truck's stamped cards."""
    store = house.repo.store
    for half in truck.halves:
        for oid, cards in half.stamps.items():
            tree = store.tree_of(store.commit(oid).parents[1])
            for card in cards:
                folder = store.entry(tree, f"{attempts.folder(card)}/evidence")
                names = store.level(folder.oid) if folder else {}
                pack = {name: store.read(entry.oid, "blob") for name, entry in names.items()}
                yield from (f"{card}: {fault}" for fault in evidence.faults(pack))


# --- after a kill ----------------------------------------------------------------------------------------


def mend(house: House) -> None:
    """Bring the trucks up to what main says."""
    yard = look(house)
    if told := yard.put_right():
        house.ledger.append(Event(name="fold", text="main was rewritten: the trucks as it bears them out"), told)
    for day in dict.fromkeys((*(word.day for word in yard.words), *open_days(yard))):
        for truck in yard.trucks(day):
            _mend(house, yard, truck)
    if yard.folded != yard.main and (yard.days or yard.folded):
        house.ledger.append(Event(name="fold", text="main's stamps are in the trucks"), {FOLDED: {"main": yard.main}})


def _mend(house: House, yard: Yard, truck: Truck) -> None:
    for word in yard.words:
        if (word.day, word.truck) == (truck.day, truck.number):
            text = f"{truck.name}_{word.half}: {', '.join(word.cards)}, told by main"
            write(house, "stamped", truck, text, Stamp=word.oid, Cards=" ".join(word.cards))


def card_map(yard: Yard, truck: Truck) -> dict[str, WorkItem]:
    """The truck's cards, as they were packed."""
    return {card.id: card for packet in yard.packets(truck.day, truck.number) for card in packet}


def done_cards(yard: Yard, day: str) -> set[str]:
    return {card for card, state in yard.states(day).items() if state is State.DONE}
