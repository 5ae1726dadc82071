"""How long the command takes to say its first word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import programs, worlds
from bench.clocks import by_turns
from bench.figures import Figure, compared
from bench.size import Size

NAME = "start"


def measure(size: Size, where: Path) -> Iterator[Figure]:
    repo, home = worlds.make(where, files=10, tickets=3), where / "home"
    for word in ("--help", "status"):
        ours, theirs = by_turns(
            lambda word=word: programs.factory(home, repo, word),  # type: ignore[misc]
            lambda: programs.python(home, repo, "-c", "pass"),
            size.times,
        )
        yield compared(NAME, f"factory {word}", ours, theirs, "python -c pass")
