"""Drift of cards: plan, backlog, packets, stamps, outputs and the ledger's trucks, each against the next."""

from __future__ import annotations

from collections.abc import Iterator

from factory.cards.card import TYPES, WorkItem
from factory.cards.crosscheck import read_day_plan
from factory.cards.follow import due_follows, feeders, strike_list, strike_list_path
from factory.cards.places import backlog_path, day_plan_path
from factory.errors import Mistake
from factory.git.store import GitTree
from factory.model import State
from factory.records.drift import Drift, repacked, unknown_ids
from factory.records.truck import faults, stamps_of, truck_path
from factory.records.yard import CardsWord, Yard, word_of


def card_drifts(yard: Yard) -> Iterator[Drift]:
    """Day by day; then main's stamps of cards against the ledger."""
    seen: dict[str, str] = {}
    for day in yard.days:
        try:
            cards = yard.backlog(day)
            yield from _plan(yard, day)
            yield from unknown_ids(day, cards, seen)
            yield from repacked(yard, day, cards)
            yield from _lists(yard, day, cards)
        except Mistake as mistake:
            yield Drift("card", f"{mistake.path}:{mistake.line}", mistake.what)
            continue
        for truck in yard.trucks(day):
            yield from (Drift("ledger", truck.path, fault) for fault in faults(truck))
    yield from _stamps(yard)


def _plan(yard: Yard, day: str) -> Iterator[Drift]:
    path = day_plan_path(day)
    entry = yard.repo.store.entry(yard.repo.store.tree_of(yard.main), path)
    made_from = yard.day(day).plan
    if entry is None:
        yield Drift("card", backlog_path(day), f"there is no {path} that its cards were made from")
    elif made_from and entry.oid != made_from:
        yield Drift("card", path, "the plan was changed after its cards were made; they are the old plan's")


def _lists(yard: Yard, day: str, cards: tuple[WorkItem, ...]) -> Iterator[Drift]:
    """A strike list is what its TAG cards wrote, and nothing else."""
    tree = GitTree(yard.repo.store, yard.main)
    done = [card for card, state in yard.states(day).items() if state is State.DONE]
    names = [name for name in due_follows(cards, done) if backlog_path(day, name) in tree.entries()]
    if not names or day_plan_path(day) not in tree.entries():
        return
    types = TYPES | frozenset(card.type for card in cards)
    plan = read_day_plan(day_plan_path(day), tree.read(day_plan_path(day)), types=types)
    for name in names:
        path = strike_list_path(plan, name)
        wanted = strike_list((tree.read(card.output) for card in feeders(cards, name)), path)
        if (tree.read(path) if path in tree.entries() else None) != wanted:
            yield Drift("card", path, "it is not what its TAG cards wrote")


def _stamps(yard: Yard) -> Iterator[Drift]:
    """Main's stamps against the trucks, and every stamped output against main as it is now."""
    words = [word for logged in yard.repo.log(yard.main) if (word := word_of(logged))][::-1]
    if not words and not yard.days:
        return
    told = {card: oid for day in yard.days for truck in yard.trucks(day) for card, oid in stamps_of(truck).items()}
    said: dict[str, str] = {}
    for word in words:
        for card in word.cards:
            if card in said:
                yield Drift("stamp", word.oid[:12], f"{card} was stamped by {said[card][:12]} already")
            said[card] = word.oid
        yield from _outputs(yard, word)
    for card in sorted(said.keys() | told.keys()):
        if said.get(card) != told.get(card):
            main, ledger = said.get(card, "none")[:12], told.get(card, "none")[:12]
            yield Drift("ledger", card, f"main's stamp is {main}, the ledger's {ledger}")


def _outputs(yard: Yard, word: CardsWord) -> Iterator[Drift]:
    store = yard.repo.store
    if word.truck not in yard.packed(word.day):
        yield Drift(
            "card", truck_path(word.day, word.truck), f"{word.oid[:12]} stamps its cards, and main has no packets"
        )
        return
    then, now = store.tree_of(word.oid), store.tree_of(yard.main)
    cards = {card.id: card for packet in yard.packets(word.day, word.truck) for card in packet}
    for name in word.cards:
        output = cards[name].output if name in cards else ""
        if not output:
            yield Drift("card", word.oid[:12], f"{name} is stamped, and no packet of its truck holds it")
        elif store.entry(then, output) != store.entry(now, output):
            yield Drift("stamp", output, f"it was changed after {word.oid[:12]} stamped it")
