"""An altered judge in its place: laid over a tree for one run."""

from __future__ import annotations

from typing import NamedTuple

from factory.gate.altered.nouns import Round
from factory.gate.conditions import USUAL, Conditions
from factory.gate.trial import Ran, Trial
from factory.git.store import Store
from factory.model import Oid
from factory.tree import FILE, Entry


class Check(NamedTuple):
    """A command, and the conditions under which it was green."""

    command: str
    under: Conditions = USUAL


class Laid:
    """Reads the judges of a tree, and runs commands with some of them altered."""

    def __init__(self, store: Store, trial: Trial) -> None:
        self._store, self._trial = store, trial

    def run(self, tree: Oid, each: Round, check: Check) -> Ran:
        at = self._store.tree_of(tree)
        laid = {}
        for path, content in each.files.items():
            entry = self._store.entry(at, path)
            laid[path] = Entry(entry.mode if entry else FILE, self._store.write_blob(content))
        return self._trial.run(self._store.edit(at, laid), check.command, under=check.under)

    def says(self, tree: Oid, check: Check) -> Ran:
        """The check in other words, on the tree as it is."""
        return self._trial.run(tree, check.command, under=check.under)

    def file(self, tree: Oid, path: str) -> bytes | None:
        return self._store.file(self._store.tree_of(tree), path)

    def text(self, tree: Oid, path: str) -> str:
        return (self.file(tree, path) or b"").decode("utf-8", "replace")

    def paths(self, tree: Oid) -> list[str]:
        return list(self._store.flat(self._store.tree_of(tree)))
