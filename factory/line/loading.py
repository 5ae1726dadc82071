"""From plan to truck: which files a day's next step writes. Decided here, written by a person's command or the run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from factory.cards.backlog import read_backlog, write_backlog
from factory.cards.card import TYPES, WorkItem
from factory.cards.compile import compile_day
from factory.cards.crosscheck import read_day_plan
from factory.cards.dayplan import DayPlan
from factory.cards.follow import compile_follow, due_follows, feeders, strike_list, strike_list_path
from factory.cards.pack import pack
from factory.cards.places import backlog_path, day_plan_path, packet_path
from factory.cards.serials import used_before, used_elsewhere
from factory.cards.written import Written
from factory.errors import Mistake
from factory.plain import many
from factory.records.plans import protected
from factory.ssot.settings import Settings
from factory.tree import Tree, matches


class Load(NamedTuple):
    """Files to write, and what they are, in one line."""

    files: Mapping[str, bytes]
    text: str


def day_plan(day: str, tree: Tree, settings: Settings) -> Written[DayPlan]:
    """Mistake, with file and line, where it is not there, is wrong, or has its cards write where nothing may."""
    path = day_plan_path(day)
    try:
        content = tree.read(path)
    except KeyError:
        raise Mistake("there is no such plan", path=path, remedy="write one, at most 30 lines") from None
    plan = read_day_plan(path, content, types=TYPES | frozenset(settings.cards.types))
    if matches(f"{plan.value.output}/{day}/L1_SCAN_000001.jsonl", protected(settings)):
        remedy = "name a folder that changes may touch"
        raise plan.mistake(f"output: {plan.value.output} is protected", "output", remedy=remedy)
    return plan


def compiled(day: str, tree: Tree, settings: Settings) -> Load:
    """The day's backlog. Mistake where a later day has used its numbers."""
    plan = day_plan(day, tree, settings)
    cards = compile_day(plan, tree, used=used_before(tree, day))
    must_have_workers(plan, cards, settings)
    later = used_elsewhere(tree, day)
    if twice := next((card.id for card in cards if card.id in later), None):
        what = f"{twice} is a card of a later day"
        raise Mistake(what, path=plan.path, line=1, remedy="name this plan by a day after the last one with cards")
    return Load({backlog_path(day): write_backlog(cards)}, many(len(cards), "card"))


def must_have_workers(plan: Written[DayPlan], cards: Iterable[WorkItem], settings: Settings) -> None:
    """Mistake where a card has no worker: none is built in for its type, or the settings have none of that name."""
    from factory.cards.workers import WORKERS

    for card in cards:
        name = card.input.worker
        if name and name not in settings.workers:
            remedy = f"add [workers.{name}] to ssot/factory.toml, or leave worker out for the built-in one"
            raise plan.mistake(
                f"there is no worker {name!r}, and {card.id} needs it", "lanes", card.lane, remedy=remedy
            )
        if not name and card.type not in WORKERS:
            what = f"no worker is built in for {card.type}, and {card.id} names none"
            raise plan.mistake(what, "lanes", card.lane, remedy="name one from ssot/factory.toml in its lane")


def followed(day: str, tree: Tree, settings: Settings, cards: Sequence[WorkItem], done: Collection[str]) -> Load | None:
    """The follow-ups that are due and were not compiled yet: their lists and their cards."""
    due = [name for name in due_follows(cards, done) if backlog_path(day, name) not in tree.entries()]
    if not due:
        return None
    plan = day_plan(day, tree, settings)
    files: dict[str, bytes] = {}
    told = []
    made: tuple[WorkItem, ...] = tuple(cards)
    for name in due:
        path = strike_list_path(plan, name)
        files[path] = strike_list((tree.read(card.output) for card in feeders(cards, name)), path)
        new = compile_follow(plan, name, files[path], made, used=used_before(tree, day))
        must_have_workers(plan, new, settings)
        files[backlog_path(day, name)] = write_backlog(new)
        made += new
        tags = len(files[path].splitlines())
        told.append(f"{many(len(new), 'card')} of {name}, from {tags} tags")
    return Load(files, "; ".join(told))


def packed(
    day: str, number: int, cards: Sequence[WorkItem], done: Collection[str], blocked: Collection[str]
) -> Load | None:
    """The next truck of a day; None where no card can be packed."""
    truck = pack([card for card in cards if card.id not in blocked], done)
    if not truck.a:
        return None
    files = {
        packet_path(day, number, "A"): write_backlog(truck.a),
        packet_path(day, number, "B"): write_backlog(truck.b),
    }
    on_board = len(truck.a) + len(truck.b)
    wait = f", {len(truck.left)} wait" if truck.left else ""
    return Load(files, f"truck {number:03}: {many(on_board, 'card')}{wait}")


def cards_in(tree: Tree, day: str) -> tuple[WorkItem, ...]:
    """The cards of a day's backlogs in a tree, its own first."""
    own = backlog_path(day)
    names = sorted(path for path in tree.entries() if path.startswith(own.removesuffix(".jsonl") + "_"))
    paths = [own, *names] if own in tree.entries() else []
    return tuple(card for path in paths for card in read_backlog(tree.read(path), path))
