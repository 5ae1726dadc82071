"""Checks main's first-parent line from git alone: every stamp, every row that says DONE. No ledger, no network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError

from factory.errors import FactoryError
from factory.git import objects
from factory.git.objects import Commit, parse_commit
from factory.git.repo import Logged, Repo
from factory.model import Oid
from factory.records import signed
from factory.trucks import proof
from factory.trucks.yard import CARDS, attempts_of
from factory.verify.proof import Rerun, stamp_faults
from factory.verify.rows import Rows


class Bad(NamedTuple):
    """A stamp that does not hold, or a row that claims DONE without one."""

    stamp: Oid
    ticket: str
    why: str


class Verified(NamedTuple):
    """What `verify` found. `unsigned`, `unnamed` (signed, where main named nobody who may) and `unseen` (below a
    shallow clone's edge) are told, and are not bad."""

    stamps: int
    bad: tuple[Bad, ...]
    unsigned: int
    unseen: int
    ok: int
    unnamed: int = 0


def verify(repo: Repo, main: Oid, rerun: Rerun | None = None, again: proof.Again | None = None) -> Verified:
    """Check the whole first-parent line of main, oldest first. `rerun` judges tickets again, `again` cards."""
    walk = _Walk(repo, rerun, again)
    for logged in reversed(list(repo.log(main))):
        walk.step(logged)
    ok = walk.stamps - len(walk.false)
    return Verified(walk.stamps, tuple(reversed(walk.bad)), walk.unsigned, walk.unseen, ok, walk.unnamed)


def claims(logged: Logged) -> str | None:
    """The ticket that a commit claims to stamp, in its trailers or only in its subject; None for any other commit."""
    found = objects.trailers(logged.message)
    subject = logged.message.split("\n", 1)[0]
    if found.get("Factory-Event") == "stamp" or subject.startswith("stamp("):
        return found.get("Factory-Ticket") or subject.partition("(")[2].partition(")")[0]
    return None


class _Walk:
    """What has been seen from main's oldest commit up to here."""

    def __init__(self, repo: Repo, rerun: Rerun | None, again: proof.Again | None) -> None:
        self._repo, self._rerun, self._again, self._rows = repo, rerun, again, Rows()
        self._used: set[tuple[str, str]] = set()  # (ticket, attempt): a number is never given twice
        self.stamps = self.unsigned = self.unseen = self.unnamed = 0
        self.bad: list[Bad] = []
        self.false: set[Oid] = set()

    def step(self, logged: Logged) -> None:
        commit = self._repo.store.commit(logged.oid)
        turned = list(self._rows.turned(self._repo, commit.tree))
        ticket = claims(logged)
        if not _whole(self._repo, commit, ticket):
            self.unseen += 1
            return
        if ticket is None:
            self.bad += [
                Bad(logged.oid, row, "its row says DONE from here on, and this commit is no stamp") for row in turned
            ]
            self._rewind(logged)
            return
        self.stamps += 1
        self.unsigned += not commit.signature
        self.unnamed += bool(commit.signature) and not signed.names(self._repo, commit.parents[0])
        whys = [*_readable(self._faults(logged, ticket, turned)), *self._twice(logged)]
        self.bad += [Bad(logged.oid, ticket, why) for why in whys]
        if whys:
            self.false.add(logged.oid)

    def _faults(self, logged: Logged, ticket: str, turned: list[str]) -> Iterator[str]:
        if not proof.is_of_cards(logged):
            return stamp_faults(self._repo, logged.oid, ticket, turned, self._rerun)
        return proof.faults(self._repo, logged, turned, self._again)

    def _twice(self, logged: Logged) -> Iterator[str]:
        found = objects.trailers(logged.message)
        cards = [(card, str(number)) for card, number in attempts_of(found.get(CARDS, "")).items()]
        for attempt in cards or [(found.get("Factory-Ticket", ""), found.get("Factory-Attempt", ""))]:
            if attempt in self._used:
                yield f"attempt {attempt[1]} was stamped before: this is an old stamp put back"
            self._used.add(attempt)

    def _rewind(self, logged: Logged) -> None:
        found = objects.trailers(logged.message)
        ticket = found.get("Factory-Ticket", "")
        if found.get("Factory-Event") == "rewind" and self._rows.says_done(ticket):
            self.bad.append(Bad(logged.oid, ticket, "its stamp is taken back here, and its row still says DONE"))


def _whole(repo: Repo, commit: Commit, ticket: str | None) -> bool:
    """Whether a shallow clone holds all that this commit is judged by: for a stamp, its attempt down to its base."""
    if not repo.shallow:
        return True
    below = list(commit.parents)
    if ticket is not None and len(below) == 2:
        for _ in ("evidence", "work", "plan"):
            found = repo.store.get(f"{below[-1]}^{{commit}}")
            below += parse_commit(found[2]).parents[:1] if found else ()
        if not repo.is_ancestor(below[-1], below[0]):
            return False
    return all(repo.store.get(oid) is not None for oid in below)


def _readable(faults: Iterator[str]) -> Iterator[str]:
    """What is wrong, up to the fault that keeps the rest from being read."""
    try:
        yield from faults
    except (KeyError, ValueError, ValidationError, FactoryError) as error:
        yield f"cannot be read: {error}".split("\n")[0]
