"""Pure: what tells of foul play in a run, held against main's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from factory.gate import compare, loaded
from factory.gate.trial import Ran


def signs(was: Ran, now: Ran, judges: Callable[[str], bool]) -> list[str]:
    """A line for each: the runner was meddled with, a judge was written to, or another file was loaded in its place."""
    found = [*compare.suspicions(was.seen, now.seen), *_touched(was.wrote, now.wrote, judges)]
    found += _readers(was, now, judges)
    return list(dict.fromkeys([*found, *loaded.elsewhere(was.seen, now.seen, judges)]))


def replaced(known: Iterable[Ran], again: Ran, judges: Callable[[str], bool]) -> list[str]:
    """What a run under other conditions shows beside the known ones: the product put something in a library's place."""
    new = again.seen.doubts - frozenset[str]().union(*(ran.seen.doubts for ran in known))
    by = {doubt: doubt.partition(" was replaced by ")[2] for doubt in sorted(new)}
    return [doubt for doubt, path in by.items() if path and not judges(path)]


def _touched(was: Iterable[str], now: Iterable[str], judges: Callable[[str], bool]) -> tuple[str, ...]:
    """One line for each judging path that was written to. What main's own run writes to counts against nobody."""
    return tuple(f"{path} was written to while the tests ran" for path in now if path not in was and judges(path))


def _readers(was: Ran, now: Ran, judges: Callable[[str], bool]) -> Iterator[str]:
    """Code of the product that reads a file whose tests run: it could know main's from one that is altered."""
    tested = {node.partition("::")[0] for node in now.seen.outcomes}
    for path, who in now.seen.reached.items():
        if path in tested and path not in was.seen.reached and path.endswith(".py") and not judges(who):
            yield f"{who} reads {path}, which judges it"
