"""A day of many cards: compile and pack them, then `factory status`, cold, when a good part of them is stamped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from bench import programs, worlds
from bench.clocks import best, by_turns
from bench.figures import Figure, compared
from bench.size import Size
from factory.cards.backlog import read_backlog, write_backlog
from factory.cards.card import WorkItem
from factory.cards.compile import compile_day
from factory.cards.crosscheck import read_day_plan
from factory.cards.pack import pack
from factory.cards.places import backlog_path, packet_path
from factory.git import objects
from factory.git.ledger import FACTORY
from factory.records import halves
from factory.records.truck import Truck, next_half, states, unstamped, with_half, with_stamp
from factory.records.yard import FOLDED
from factory.tree import MemoryTree

NAME = "cards"
DAY = "20260105"
PLAN = b"""\
goal: many cards
sources: {logs: "logs/**"}
lanes: {1: {name: scan, prio: A}, 2: {name: tag, prio: B}}
rules: {odd: {regex: odd}}
cards:
  scan: {type: SCAN, lane: 1, source: logs, accept: {schema: index, count: inputs}}
  tag: {type: TAG, lane: 2, after: scan, rules: odd, accept: {schema: tag}}
"""


def measure(size: Size, where: Path) -> Iterator[Figure]:
    cards = size.events[1]
    stamps = cards // 5
    tree = MemoryTree({f"logs/{n:06}.txt": b"" for n in range(cards // 2)})
    backlog = _compiled(tree)
    content = write_backlog(backlog)
    ours = best(lambda: pack(_compiled(tree)), min(3, size.times))
    lines = best(lambda: [json.loads(line) for line in content.splitlines()], size.times)
    yield compared(NAME, f"compile and pack {len(backlog):,} cards", ours, lines, "json.loads of their lines")
    for word in ("status", "status --json"):
        yield from _status(word, where / word.replace(" ", ""), backlog, stamps, size)


def _status(word: str, where: Path, backlog: tuple[WorkItem, ...], stamps: int, size: Size) -> Iterator[Figure]:
    few, many = _world(where / "few", (), 0), _world(where / "many", backlog, stamps)
    home = where / "many/home"
    case = f"{word}, {len(backlog):,} cards, {stamps:,} stamps"
    baselines = {
        "the same without cards": lambda: programs.factory(where / "few/home", few, *word.split()),
        "git log -1": lambda: programs.git(many, home, "log", "-1"),
        "python -c pass": lambda: programs.python(home, many, "-c", "pass"),
    }
    for against, program in baselines.items():
        ours, theirs = by_turns(lambda: programs.factory(home, many, *word.split()), program, size.times)
        yield compared(NAME, case, ours, theirs, against)


def _compiled(tree: MemoryTree) -> tuple[WorkItem, ...]:
    plan = read_day_plan(f"ssot/plans/dayplan_{DAY}.yaml", PLAN)
    return read_backlog(write_backlog(compile_day(plan, tree)))


def _world(where: Path, backlog: tuple[WorkItem, ...], stamps: int) -> Path:
    """A repository with these cards, all packed that a night would have packed by then, and so many stamps."""
    repo, home = worlds.make(where, files=20), where / "home"
    if not backlog:
        return repo
    stream = worlds.Stream()
    files = {f"ssot/plans/dayplan_{DAY}.yaml": PLAN, backlog_path(DAY): write_backlog(backlog)}
    trucks, words = _trucks(backlog, stamps, files)
    tip = stream.commit("refs/heads/main", "the day's cards\n", files, ("refs/heads/main^0",))
    for name, cards in words:
        numbers = " ".join(f"{card}#1" for card in cards)
        trailers = [("Factory-Event", "stamp"), ("Factory-Half", name), ("Factory-Cards", numbers)]
        tip = stream.commit("refs/heads/main", objects.message(f"stamp({name}): cards", trailers=trailers), {}, (tip,))
    stream.load(repo, home)
    main = programs.git(repo, home, "rev-parse", "refs/heads/main").decode().strip()
    state = {truck.path: truck.model_dump(mode="json", exclude_defaults=True) for truck in trucks}
    state |= {FOLDED: {"main": main}, FACTORY: {"main": main, "state": "READY"}}
    ledger = worlds.Stream()
    changes = {path: json.dumps(value).encode() for path, value in state.items()}
    ledger.commit("refs/heads/factory/ledger", "the state\n", changes)
    ledger.load(repo, home)
    return repo


def _trucks(
    backlog: tuple[WorkItem, ...], stamps: int, files: dict[str, bytes]
) -> tuple[list[Truck], list[tuple[str, tuple[str, ...]]]]:
    """Truck after truck, each half stamped at once, until there are so many stamps. Adds the packets to the files."""
    deps = {card.id: card.deps for card in backlog}
    done: set[str] = set()
    trucks: list[Truck] = []
    words: list[tuple[str, tuple[str, ...]]] = []
    while len(words) < stamps:
        packets = pack(backlog, done)
        truck = Truck(day=DAY, number=len(trucks) + 1, a=_ids(packets.a), b=_ids(packets.b))
        for name, cards in (("A", packets.a), ("B", packets.b)):
            files[packet_path(DAY, truck.number, name)] = write_backlog(cards)
        while len(words) < stamps and (ready := [c for c in unstamped(truck) if done.issuperset(deps[c])]):
            half = next_half(truck, ready[:3], "m" * 40)
            truck = with_stamp(with_half(truck, half), half.name, f"{len(words):040x}", half.dealt)
            truck = with_half(truck, halves.closed(truck.halves[-1], states(truck)))
            words.append((half.title, half.dealt))
            done |= set(half.dealt)
        trucks.append(truck.model_copy(update={"left": len(states(truck)) == len(done & set(truck.cards))}))
    return trucks, words


def _ids(cards: tuple[WorkItem, ...]) -> tuple[str, ...]:
    return tuple(card.id for card in cards)
