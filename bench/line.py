"""Stamps a minute for a packet of tickets, with a worker and tests that cost nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import free, programs, stamp, worlds
from bench.clocks import cost
from bench.figures import Figure
from bench.size import Size
from factory.line import shift

NAME = "line"
FILES = 100


def measure(size: Size, where: Path) -> Iterator[Figure]:
    home = where / "packet" / "home"
    repo = worlds.make(where / "packet", files=FILES, tickets=size.tickets)
    with free.house(repo, programs.environment(home)) as house:
        ended: list[shift.ShiftEnd] = []
        ours = cost(lambda: ended.append(shift.run(house))).each(size.tickets)
    if ended[0].stamped != size.tickets:
        raise RuntimeError(f"{ended[0].stamped} of {size.tickets} were stamped: {ended[0].reason}")
    other = worlds.make(where / "plumbing", files=FILES, tickets=size.times + 1)
    _, theirs = stamp.pairs(other, where / "plumbing" / "home", size.times)
    case, against = f"{size.tickets} tickets", "so many by git plumbing"
    yield Figure(NAME, case, 60 / ours.wall, "a minute", 60 / theirs.wall, against, ours.cpu, theirs.cpu)
