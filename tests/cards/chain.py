"""A day run without a controller: packets in order, every card by its built-in worker, follow-ups as they come due."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from factory.cards.accept import accept
from factory.cards.backlog import read_backlog, write_backlog
from factory.cards.card import WorkItem
from factory.cards.compile import compile_day
from factory.cards.crosscheck import read_day_plan
from factory.cards.dayplan import DayPlan
from factory.cards.follow import compile_follow, due_follows, feeders, strike_list, strike_list_path
from factory.cards.pack import pack
from factory.cards.run import run_card
from factory.cards.written import Written
from factory.tree import MemoryTree, Tree

PLAN = "ssot/plans/dayplan_20261121.yaml"


class Day(NamedTuple):
    plan: Written[DayPlan]
    backlog: tuple[WorkItem, ...]
    follow: tuple[WorkItem, ...]
    trucks: int
    refused: tuple[str, ...]


def run_day(plan_text: str, room: Path, tree: Tree | None = None) -> Day:
    """The whole chain, plan to report, in a folder."""
    plan = read_day_plan(PLAN, plan_text.encode())
    backlog = read_backlog(write_backlog(compile_day(plan, tree or MemoryTree({}))))
    trucks, refused = run_all(backlog, room)
    follow: tuple[WorkItem, ...] = ()
    for name in due_follows(backlog, {card.id for card in backlog}):
        strikes = strike_list((room / card.output).read_bytes() for card in feeders(backlog, name))
        (room / strike_list_path(plan, name)).write_bytes(strikes)
        follow += compile_follow(plan, name, strikes, backlog)
    more, also = run_all(follow, room)
    return Day(plan, backlog, follow, trucks + more, (*refused, *also))


def run_all(backlog: tuple[WorkItem, ...], room: Path) -> tuple[int, tuple[str, ...]]:
    """Trucks, and what was refused."""
    done: set[str] = set()
    trucks, refused = 0, []
    while len(done) < len(backlog):
        truck = pack(backlog, done)
        assert truck.a, "cards are left and none can be packed"
        trucks += 1
        for card in (*truck.a, *truck.b):
            run_card(card, room)
            with (room / card.output).open("rb") as output:
                refused += accept(card, output)
            done.add(card.id)
    return trucks, tuple(refused)


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")[:-1]
