"""The two tables in a person's checkout: `factory add` and `factory import` write them there at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from factory.errors import Mistake
from factory.git.lock import alone
from factory.git.places import private_dir
from factory.git.repo import Repo
from factory.operator.adding import Added, add
from factory.operator.byhand import working_tree
from factory.operator.oldqueue import Queue, read_queue
from factory.operator.takeover import TakenOver, take_over
from factory.records.view import CRITERIA, ROADMAP

TURNS = 5  # a stamp that the checkout follows changes each table once
T = TypeVar("T", Added, TakenOver)


def add_by_hand(path: Path, sentence: str, check: str) -> Added:
    """Mistake where the tables are not there or are wrong; then nothing is written."""
    return _change(path, lambda roadmap, ledger: add(sentence, roadmap, ledger, check))


def import_queue(path: Path, queue: Path) -> TakenOver:
    """The queue's rows in the tables. Mistake, with file and line, where the queue is no table; nothing is written."""
    return _change(path, lambda roadmap, ledger: take_over(_queue(queue), roadmap, ledger))


def _queue(path: Path) -> Queue:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Mistake(str(error.strerror), path=str(path), remedy="name the file that holds the old table") from None
    return read_queue(content, str(path))


def _change(path: Path, make: Callable[[bytes, bytes], T]) -> T:
    """What is made of both tables, written over them: made anew where they are not what it was made of any more.

    One such command at a time, for two would give the same number. A run takes no part in that: its stamp may come
    between, and its row must not be put back.
    """
    with Repo(path) as repo:
        root, lock = working_tree(repo).root, private_dir(repo) / "tables.lock"
    with alone(lock):
        for _ in range(TURNS):
            roadmap, ledger = _read(root, ROADMAP), _read(root, CRITERIA)
            made = make(roadmap, ledger)
            if _write(root, {CRITERIA: (ledger, made.ledger), ROADMAP: (roadmap, made.roadmap)}):
                return made
    raise Mistake("changes while it is written", path=ROADMAP, remedy="save it where it is open, and try again")


def _read(root: Path, name: str) -> bytes:
    try:
        return (root / name).read_bytes()
    except FileNotFoundError:
        raise Mistake("is missing", path=name, remedy="let `factory init` write it") from None


def _write(root: Path, tables: Mapping[str, tuple[bytes, bytes]]) -> bool:
    """Name -> (as it was read, as it is to be). Each whole or not at all; the ledger first, so that a ticket is never
    there without its criterion for long. False where one is not as it was read: then nothing is written."""
    asides = {root / name: root / f".{name}.part" for name, (old, new) in tables.items() if new != old}
    try:
        for at, aside in asides.items():
            aside.write_bytes(tables[at.name][1])
        if any(_read(root, name) != old for name, (old, _) in tables.items()):
            return False
        for at, aside in asides.items():
            os.replace(aside, at)
        return True
    finally:
        for aside in asides.values():
            aside.unlink(missing_ok=True)
