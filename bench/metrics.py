"""The numbers: all events and their evidence at the first look, and what one more event costs who has looked before."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench import programs, worlds
from bench.clocks import best, cost
from bench.figures import Figure, compared
from bench.size import Size
from factory.desk.metrics import judged, page
from factory.git import objects
from factory.git.ledger import FACTORY

NAME = "metrics"
MAIN, LEDGER = "refs/heads/main", "refs/heads/factory/ledger"
BEATS, CALLS = 7, 3  # of a ticket
RESULT = {
    "status": "PASS",
    "guards": {"scope": "PASS"},
    "tests": {"passed": 30},
    "model_used": "a-model",
    "tokens_in": 1000,
    "tokens_out": 200,
}
REQUEST = {"method": "POST", "path": "/v1/messages", "status": 200, "model": "a-model", "seconds": 1.25}


def measure(size: Size, where: Path) -> Iterator[Figure]:
    for events in size.events[1:]:
        at = where / str(events)
        yield from _figures(_world(at, events // (BEATS + 3)), at / "home", size)


def _figures(world: World, home: Path, size: Size) -> Iterator[Figure]:
    now, repo = time.time(), world.repo
    case = f"{world.events:,} events, {world.stamps:,} stamps with their evidence"
    log = best(lambda: programs.git(repo, home, "log", "--format=%H %ct %P%n%B", LEDGER), 3)
    first = best(lambda: page(repo, now), min(3, size.times))
    yield compared(NAME, f"{case}: all", first, log, "git log of the ledger")
    known = page(repo, now).numbers
    _beat(repo, home, world.events)
    again = best(lambda: page(repo, now, known), size.times)
    yield compared(NAME, f"{case}: one more event", again, first, "all of them")
    yield compared(NAME, f"{case}: the alerts", cost(lambda: judged(repo, now)), first, "all of them")


class World(NamedTuple):
    """A repository whose stamps have evidence, and whose ledger has ten events for each."""

    repo: Path
    events: int
    stamps: int


def _world(where: Path, tickets: int) -> World:
    repo, home = worlds.make(where, files=20), where / "home"
    stream, tip = worlds.Stream(), f"{MAIN}^0"
    files = {
        ".factory/result.json": json.dumps(RESULT).encode(),
        ".factory/evidence/egress.jsonl": (json.dumps(REQUEST) + "\n").encode() * CALLS,
    }
    for n in range(tickets):
        said = [("Factory-Ticket", f"D-{n}"), ("Factory-Attempt", "1")]
        proof = stream.commit(f"refs/heads/side/{n}", "evidence\n", files, (tip,))
        text = objects.message(f"stamp(D-{n}): a ticket", trailers=[("Factory-Event", "stamp"), *said])
        tip = stream.commit(MAIN, text, {}, (tip, proof))
    stream.load(repo, home)
    stamps = programs.git(repo, home, "rev-list", "--first-parent", "--reverse", MAIN).decode().split()[1:]
    stream, told = worlds.Stream(), ""
    for n, stamp in enumerate(stamps):
        for name in ("run" if not n else "deal", "start", *["beat"] * BEATS):
            told = _event(stream, told, name, f"D-{n}", {})
        told = _event(stream, told, "stamped", f"D-{n}", {FACTORY: json.dumps({"main": stamp}).encode()}, stamp)
    stream.load(repo, home)
    return World(repo, tickets * (BEATS + 3), tickets)


def _event(stream: worlds.Stream, tip: str, name: str, ticket: str, files: dict[str, bytes], stamp: str = "") -> str:
    said = [("Factory-Event", name), ("Factory-Ticket", ticket), ("Factory-Attempt", "1"), ("Factory-Stamp", stamp)]
    text = objects.message(f"{name}({ticket}#1): a ticket", trailers=said)
    return stream.commit(LEDGER, text, files, (tip,) if tip else ())


def _beat(repo: Path, home: Path, later: int) -> None:
    stream = worlds.Stream(later)
    _event(stream, f"{LEDGER}^0", "beat", "", {})
    stream.load(repo, home)
