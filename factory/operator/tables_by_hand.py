"""The two tables in a person's checkout: `factory add` and `factory import` write them there at once."""

from __future__ import annotations

import os
from pathlib import Path

from factory.errors import Mistake
from factory.git.repo import Repo
from factory.operator.adding import Added, add
from factory.operator.byhand import working_tree
from factory.operator.oldqueue import read_queue
from factory.operator.takeover import TakenOver, take_over
from factory.records.view import CRITERIA, ROADMAP


def add_by_hand(path: Path, sentence: str, check: str) -> Added:
    """Mistake where the tables are not there or are wrong; then nothing is written."""
    root = _root(path)
    added = add(sentence, _read(root, ROADMAP), _read(root, CRITERIA), check)
    _write(root, added.roadmap, added.ledger)
    return added


def import_queue(path: Path, queue: Path) -> TakenOver:
    """The queue's rows in the tables. Mistake, with file and line, where the queue is no table; nothing is written."""
    root = _root(path)
    try:
        content = queue.read_bytes()
    except OSError as error:
        raise Mistake(str(error.strerror), path=str(queue), remedy="name the file that holds the old table") from None
    taken = take_over(read_queue(content, str(queue)), _read(root, ROADMAP), _read(root, CRITERIA))
    _write(root, taken.roadmap, taken.ledger)
    return taken


def _root(path: Path) -> Path:
    with Repo(path) as repo:
        return working_tree(repo).root


def _read(root: Path, name: str) -> bytes:
    try:
        return (root / name).read_bytes()
    except FileNotFoundError:
        raise Mistake("is missing", path=name, remedy="let `factory init` write it") from None


def _write(root: Path, roadmap: bytes, ledger: bytes) -> None:
    """Each whole or not at all; the ledger first, so that a ticket is never there without its criterion for long."""
    for name, content in ((CRITERIA, ledger), (ROADMAP, roadmap)):
        at = root / name
        if at.read_bytes() != content:
            aside = at.with_name(f".{name}.part")
            aside.write_bytes(content)
            os.replace(aside, at)
