"""`factory plan compile` and `pack` by hand: the same files as the run would commit, in a person's checkout."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from factory import files
from factory.cards.places import PLANS, backlog_path, day_plan_path
from factory.errors import CouldNotRun, Mistake
from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.line import loading
from factory.model import State
from factory.operator.byhand import working_tree
from factory.operator.checked_out import CheckedOut
from factory.records.view import find_main
from factory.records.yard import Yard, plan_days
from factory.ssot.settings import Settings

NO_PLAN = f"there is no day plan; write {day_plan_path('YYYYMMDD')} (`factory plan --help` shows one)"


def compile_plans(path: Path, day: str | None) -> list[str]:
    """Compile one day's plan anew, or every plan that has no cards yet; what was written, a line each."""
    with Repo(path) as repo:
        settings, yard, tree = _look(repo)
        _must_be_named(tree)
        days = [day] if day else [d for d in plan_days(tree) if backlog_path(d) not in tree.entries()]
        if not days and not list(plan_days(tree)):
            return [NO_PLAN]
        if not days:
            return ["every day plan has its cards; `factory plan compile --day YYYYMMDD` makes a day's anew"]
        for one in days:
            _must_not_have_run(yard, one)
        return [line for one in days for line in _compile(repo, one, settings)]


def pack_trucks(path: Path, day: str | None) -> list[str]:
    """Pack the next truck of a day, or of every day that has cards to pack."""
    with Repo(path) as repo:
        _, yard, tree = _look(repo)
        days = [day] if day else [d for d in plan_days(tree) if backlog_path(d) in tree.entries()]
        lines = [line for one in days for line in _pack(yard, tree, one)]
        return lines or ["no card waits to be packed; `factory plan compile` makes cards"]


def _must_be_named(tree: CheckedOut) -> None:
    """Mistake where a file looks like a day plan and is named so that no run would ever see it."""
    for path in tree.entries():
        name = path.removeprefix(f"{PLANS}/")
        if name != path and name.startswith("dayplan") and not re.fullmatch(r"dayplan_[0-9]{8}\.yaml", name):
            raise Mistake("a day plan is named by its day", path=path, remedy=f"call it {day_plan_path('YYYYMMDD')}")


def _compile(repo: Repo, day: str, settings: Settings) -> Iterator[str]:
    tree = working_tree(repo)  # looked at anew: the backlog of the day before may just have been written
    yield from _written(tree, loading.compiled(day, tree, settings))


def _look(repo: Repo) -> tuple[Settings, Yard, CheckedOut]:
    settings, main = find_main(repo)
    return settings, Yard(repo, Ledger(repo, time.time), main), working_tree(repo)


def _must_not_have_run(yard: Yard, day: str) -> None:
    """Cards that have run are in evidence and stamps: their ids mean them for ever."""
    if any(truck.halves for truck in yard.trucks(day)):
        raise Mistake(f"cards of {day} have run already", path=backlog_path(day), remedy="write the next day's plan")


def _pack(yard: Yard, tree: CheckedOut, day: str) -> Iterator[str]:
    trucks = yard.trucks(day)
    if open_truck := next((truck for truck in trucks if truck.halves and not truck.left), None):
        yield f"{open_truck.name} is on the line; the next truck is packed when it has left"
        return
    states = yard.states(day)
    done = {card for card, state in states.items() if state is State.DONE}
    blocked = {card for card, state in states.items() if state is State.BLOCKED}
    number = 1 + max((truck.number for truck in trucks if truck.left), default=0)
    if load := loading.packed(day, number, loading.cards_in(tree, day), done, blocked):
        yield from _written(tree, load)


def _written(tree: CheckedOut, load: loading.Load) -> Iterator[str]:
    put(tree.root, load.files)
    yield from (f"wrote {name}" for name in load.files)
    yield load.text


def put(root: Path, contents: Mapping[str, bytes]) -> None:
    """Write files whole or not at all, and read them back. CouldNotRun where the disk gives back something else."""
    for name, content in contents.items():
        at = root / name
        files.put(at, content)
        if at.read_bytes() != content:
            raise CouldNotRun(f"{name} reads back as something else; look at the disk")
