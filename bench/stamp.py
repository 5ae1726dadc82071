"""The controller's own cost of a stamp, beside the bare git plumbing that the same stamp needs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from bench import free, plumbing, programs, worlds
from bench.clocks import cost
from bench.figures import Cost, Figure, compared
from bench.size import Size
from factory.line import attempt, recover
from factory.line.house import House
from factory.line.lander import Landing, land
from factory.line.looking import Sight
from factory.line.trades.ticket import Tickets
from factory.records.view import look

NAME = "stamp"
AGAINST = "the same objects, commits and ref moves by git plumbing"


def measure(size: Size, where: Path) -> Iterator[Figure]:
    for files, stamps in size.cases():
        at = where / f"{files}-{stamps}"
        repo = worlds.make(at, files=files, stamps=stamps, tickets=size.times + 1)
        yield _figure(repo, at / "home", f"{files:,} files, {stamps:,} earlier stamps", size)
    stamps = size.stamps[1]
    at = where / "rows"
    repo = worlds.make(at, files=size.files[0], stamps=stamps, tickets=size.times + 1, kept_rows=True)
    yield _figure(repo, at / "home", f"{size.files[0]:,} files, {stamps:,} earlier stamps, a row for each", size)
    at = where / "checkout"
    repo = worlds.make(at, files=size.files[-1], tickets=size.times + 1, bare=False)
    yield _figure(repo, at / "home", f"{size.files[-1]:,} files, main checked out", size)


def _figure(repo: Path, home: Path, case: str, size: Size) -> Figure:
    ours, theirs = pairs(repo, home, size.times)
    return compared(NAME, case, ours, theirs, AGAINST)


def pairs(repo: Path, home: Path, times: int) -> tuple[Cost, Cost]:
    """The least that a stamp cost by the controller, and by plumbing; made by turns, after one that warms all up."""
    with free.house(repo, programs.environment(home)) as house:
        recover.mend(house, look(house.repo, house.ledger, house.main()))
        tickets = Tickets(house, Sight(house))
        numbers = itertools.count()
        costs = []
        for _ in range(times + 1):
            before = plumbing.ledger_tip(house.repo)
            ours = cost(lambda: _one(house, tickets))
            after = plumbing.ledger_tip(house.repo)
            assert after is not None
            events = plumbing.events_between(house.repo, before, after)
            steps = plumbing.recipe(house.repo, house.main(), events)
            salt = f"salt {next(numbers)}\n"
            costs.append((ours, cost(lambda s=steps, t=salt: plumbing.replay(s, repo, home, t))))  # type: ignore[misc]
    _, *warm = costs
    return least(pair[0] for pair in warm), least(pair[1] for pair in warm)


def least(costs: Iterator[Cost]) -> Cost:
    walls, cpus = zip(*costs, strict=True)
    return Cost(min(walls), min(cpus))


def _one(house: House, tickets: Tickets) -> None:
    """A turn and the look that the next one needs."""
    item = tickets.ready()[0]
    [begun] = tickets.begin([(item, tickets.ahead(item)())], ())
    [turn] = land(house, Landing(tickets, "", (attempt.perform(house, begun),)))
    if turn.stamp is None:
        raise RuntimeError(f"{item.id} was not stamped: {turn.why}")
    tickets.ready()
