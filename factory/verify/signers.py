"""Who may sign, along main: what the stamps' signatures prove, and where main changed its word on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.model import Oid
from factory.plain import many
from factory.records import signed, signing

OPEN = "whoever can write to this repository could have made them, work, evidence and all"


class Signers:
    """Each stamp is held to the list of the main before it (`signed.faults`); here the lists are held to each other."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._blob = ""
        self._named = False  # whether any main up to here named a signer
        self._changes: list[Oid] = []  # commits that changed or emptied a list that named somebody
        self._stamps: list[tuple[Oid, Commit, Oid]] = []  # with the commit whose list holds
        self._bare: list[Oid] = []  # not signed, though a main before had named who may sign

    def step(self, oid: Oid, commit: Commit) -> None:
        """The next commit of the line."""
        found = self._repo.store.entry(commit.tree, signing.ALLOWED)
        blob = found.oid if found else ""
        if blob != self._blob and self._named:
            self._changes.append(oid)
        self._blob = blob
        self._named = self._named or signed.names(self._repo, oid)

    def stamp(self, oid: Oid, commit: Commit) -> None:
        """The commit of the last step is a stamp."""
        self._stamps.append((oid, commit, commit.parents[0] if commit.parents else oid))
        if not commit.signature and self._named:
            self._bare.append(oid)

    def told(self, main: Oid) -> Iterator[Told]:
        """What a person should know of it."""
        if unsigned := [oid for oid, commit, _ in self._stamps if not commit.signature]:
            said = f"without a signature: {many(len(unsigned), 'stamp')}: {OPEN} (`factory init` makes a key)"
            yield _told("unsigned", said, unsigned)
        if self._bare:
            said = f"{len(self._bare)} of them though main had named who may sign before: {shown(self._bare)}"
            yield _told("unsigned_late", said, self._bare)
        signed_ones = [(oid, parent) for oid, commit, parent in self._stamps if commit.signature]
        if unnamed := [oid for oid, parent in signed_ones if not signed.names(self._repo, parent)]:
            said = f"signed while main named nobody who may sign, which proves nothing: {many(len(unnamed), 'stamp')}"
            yield _told("unnamed", said, unnamed)
        if self._changes:
            said = f"{signing.ALLOWED} was changed after it first named somebody: {shown(self._changes)}"
            yield _told("signers", said, self._changes)
        if foreign := [oid for oid, commit, parent in self._stamps if self._is_foreign(commit, parent, main)]:
            count = many(len(foreign), "stamp")
            said = f"signed by whom main named then and does not name now: {count}, {shown(foreign)}"
            yield _told("foreign", said, foreign)

    def _is_foreign(self, commit: Commit, parent: Oid, main: Oid) -> bool:
        """A good signature by the list of its own day that is none by the list at the tip."""
        if not self._changes or not commit.signature or not signed.names(self._repo, parent):
            return False
        there, here = (self._repo.store.entry(self._repo.store.tree_of(at), signing.ALLOWED) for at in (parent, main))
        return there != here and next(signed.faults(self._repo, commit, main), "") != ""


def _told(kind: str, what: str, oids: list[Oid]) -> Told:
    return Told(kind, what, len(oids), oids)


# --- what a person should know of main and is no fault: in a sentence, and for a program by its kind

KINDS = {
    "shallow": "commits that a shallow clone cuts off, and that were not checked",
    "table": "a table that cannot be read at the tip",
    "unproven": "stamps of which no check was red before the work and green after",
    "adopted": "rows that said DONE when the tables first came",
    "claimed": "a row that claimed what no stamp proves, and does not any more",
    "judges": "a stamp that other guards let pass than these, which would refuse it",
    "unsigned": "stamps without a signature",
    "unsigned_late": "those of them that are younger than main's first list of signers",
    "unnamed": "signed stamps from when main named nobody who may sign",
    "signers": "commits that changed the list of signers after it first named somebody",
    "foreign": "stamps by a signer whom main named then and does not name now",
}


class Told(NamedTuple):
    """One thing. `number`: how many there are; `names`: the commits, rows or files, as far as they are known."""

    kind: str  # one of KINDS
    what: str
    number: int
    names: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "what": self.what, "count": self.number, "names": list(self.names)}


def shown(oids: Sequence[Oid]) -> str:
    return ", ".join(oid[:12] for oid in oids[:3]) + (", ..." if len(oids) > 3 else "")
