"""`factory status`, cold: a new process each time. It must not grow with the files, nor with the history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from bench import programs, worlds
from bench.clocks import best
from bench.figures import Cost, Figure, compared
from bench.size import Size

NAME = "status"


def measure(size: Size, where: Path) -> Iterator[Figure]:
    costs: dict[tuple[int, int], Cost] = {}
    for files, stamps in size.cases():
        at = where / f"{files}-{stamps}"
        repo = worlds.make(at, files=files, stamps=stamps, tickets=size.tickets, bare=False)
        costs[files, stamps] = ours = best(_status(at, repo), size.times)
        case = f"{files:,} files, {stamps:,} earlier stamps, {size.tickets} tickets"
        for against, program in _baselines(at, repo).items():
            yield compared(NAME, case, ours, best(program, size.times), against)
    small, large = costs[size.files[0], size.stamps[0]], costs[size.files[-1], size.stamps[-1]]
    yield compared(NAME, "the largest of these", large, small, "the smallest of these")
    at = where / "rows"
    repo = worlds.make(at, files=size.files[0], stamps=size.stamps[1], tickets=size.tickets, kept_rows=True)
    rows = best(_status(at, repo), size.times)
    yield compared(NAME, f"a row for each of {size.stamps[1]:,} stamps", rows, small, "the smallest of these")


def _status(at: Path, repo: Path) -> Callable[[], bytes]:
    return lambda: programs.factory(at / "home", repo, "status")


def _baselines(at: Path, repo: Path) -> dict[str, Callable[[], bytes]]:
    home = at / "home"
    return {
        "git status": lambda: programs.git(repo, home, "status"),
        "git log -1": lambda: programs.git(repo, home, "log", "-1"),
        "python -c pass": lambda: programs.python(home, repo, "-c", "pass"),
    }
