"""Checks main's first-parent line from git alone: every stamp, every row that says DONE. No ledger, no network."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from factory.errors import CannotCheck, CouldNotRun, FactoryError, Mistake, NotHere
from factory.git import objects
from factory.git.objects import Commit, parse_commit
from factory.git.repo import Logged, Repo
from factory.model import CriterionStatus, Oid
from factory.plain import many
from factory.records import judges
from factory.records.view import CRITERIA
from factory.records.yard import CARDS, attempts_of
from factory.ssot.documents import read_ledger
from factory.verify.chain import Claim
from factory.verify.guarded import Guarded
from factory.verify.proof import Rerun, faults
from factory.verify.rows import Rows, Turned
from factory.verify.signers import Signers, Told


class Bad(NamedTuple):
    """A stamp that does not hold, or a row that claims DONE without one."""

    stamp: Oid
    ticket: str
    why: str


class Verified(NamedTuple):
    """What `verify` found. `told` is what a person should know, and is no fault."""

    stamps: int
    bad: tuple[Bad, ...]
    ok: int
    told: tuple[Told, ...] = ()


def verify(repo: Repo, main: Oid, again: Rerun | None = None) -> Verified:
    """Check the whole first-parent line of main, oldest first. `again` judges every item once more."""
    walk = _Walk(repo, again)
    for logged in _line(repo, main):
        walk.step(logged)
    walk.end(main)
    return Verified(walk.stamps, tuple(reversed(walk.bad)), walk.stamps - len(walk.false), tuple(walk.told))


def claims(logged: Logged) -> str | None:
    """The ticket that a commit claims to stamp, in its trailers or only in its subject; None for any other commit."""
    found = objects.trailers(logged.message)
    subject = logged.message.split("\n", 1)[0]
    if found.get("Factory-Event") == "stamp" or subject.startswith("stamp("):
        return found.get("Factory-Ticket") or subject.partition("(")[2].partition(")")[0]
    return None


class _Walk:
    """What has been seen from main's oldest commit up to here."""

    def __init__(self, repo: Repo, again: Rerun | None) -> None:
        self._repo, self._again, self._rows = repo, again, Rows()
        self._signers = Signers(repo)
        self._used: set[tuple[str, str]] = set()  # (ticket, attempt): a number is never given twice
        self._judges: set[str] = set()  # by which guards the stamps before were judged
        self._claimed: dict[tuple[str, str], Bad] = {}  # rows that no stamp turned, as long as they stand so
        self.stamps = 0
        self._unseen, self._unproven = list[Oid](), list[Oid]()
        self.bad: list[Bad] = []
        self.told: list[Told] = []
        self.false: set[Oid] = set()

    def step(self, logged: Logged) -> None:
        commit = self._repo.store.commit(logged.oid)
        ticket = claims(logged)
        turned = self._rows.turned(self._repo, commit.tree, is_stamp=ticket is not None)
        self._take_back(logged.oid)
        self._signers.step(logged.oid, commit)
        if not _whole(self._repo, commit, ticket):
            self._unseen.append(logged.oid)
            return
        if ticket is None:
            self._claim(logged.oid, turned)
            self._rewind(logged)
            return
        self.stamps += 1
        self._signers.stamp(logged.oid, commit)
        if objects.trailers(logged.message).get("Factory-Status", "").endswith("unproven"):
            self._unproven.append(logged.oid)
        claim = Claim(self._repo, logged, commit, ticket, [row.id for row in turned])
        whys = [*_readable(faults(claim, self._again, self._guards)), *self._twice(logged)]
        self.bad += [Bad(logged.oid, ticket, why) for why in whys]
        if whys:
            self.false.add(logged.oid)

    def end(self, main: Oid) -> None:
        """What only the whole line shows."""
        history, lost = self._rows.history(), self._rows.lost
        if self._unseen:
            said = f"not checked, at a shallow clone's edge: {many(len(self._unseen), 'commit')}"
            self._tell("shallow", said, self._unseen)
        else:
            self.bad += [Bad(main, row, why) for row, why in _rootless(self._repo, main, history)]
        for path in lost:
            self._tell("table", f"{path} cannot be read at the tip of main: what it says there claims nothing", [path])
        if self._unproven:
            count = many(len(self._unproven), "stamp")
            said = f"unproven, no check was red before the work and green after: {count}"
            self._tell("unproven", said, self._unproven)
        if history:
            shown = ", ".join(history[:3]) + (", ..." if len(history) > 3 else "")
            said = f"{many(len(history), 'row')} said DONE when the tables first came ({shown}): no stamp proves that"
            self._tell("adopted", said, history)
        self.told += self._signers.told(main)

    def _tell(self, kind: str, what: str, names: Sequence[str]) -> None:
        self.told.append(Told(kind, what, len(names), names))

    def _claim(self, oid: Oid, turned: list[Turned]) -> None:
        for row in turned:
            why = "its row says DONE from here on, and this commit is no stamp"
            if row.reworded:
                why = "it is DONE in other words or by another work than a stamp proved: put it back (no stamp)"
            bad = Bad(oid, row.id, why)
            self._claimed[row.table, row.id] = bad
            self.bad.append(bad)

    def _take_back(self, oid: Oid) -> None:
        """A row that claims nothing any more is no fault of main's; that it did is told."""
        for place in self._rows.taken_back & self._claimed.keys():
            bad = self._claimed.pop(place)
            self.bad.remove(bad)
            said = f"{bad.ticket} claimed what no stamp proves from {bad.stamp[:12]} to {oid[:12]}"
            self._tell("claimed", said, [bad.ticket])

    def _guards(self, name: str, found: Guarded) -> Iterator[str]:
        """What the guards object to now: a fault where the stamp says that these judged it, or must have."""
        own = judges.digest()
        is_older = found.judges != own and own not in self._judges and (found.judges or not self._judges)
        self._judges |= {found.judges} - {""}
        if found.objections and is_older:
            said = f"{name} was judged by other guards than these, which would refuse it"
            self._tell("judges", f"{said}: {'; '.join(found.objections[:3])}", [name])
        elif found.objections and found.judges != own:
            yield "it does not say that main's guards judged it, as they did before it, and they refuse it"
        if not is_older:
            yield from (f"the guards refuse it: {line}" for line in found.objections)

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


def _readable(found: Iterator[str]) -> Iterator[str]:
    """What is wrong, up to the fault that keeps the rest from being read."""
    try:
        yield from found
    except (CannotCheck, NotHere):
        raise
    except (KeyError, ValueError, ValidationError, FactoryError) as error:
        yield f"cannot be read: {error}".split("\n")[0]


def _line(repo: Repo, main: Oid) -> Iterator[Logged]:
    """The commits of the line, oldest first. CouldNotRun where one is missing that no shallow clone explains."""
    oids, at = list[Oid](), main
    while at:
        found = repo.store.get(at)
        if found is None and repo.shallow:
            break
        if found is None or found[1] != "commit":
            raise CouldNotRun(f"git lacks the commit {at} of main's line; see `git fsck`, or use a full clone")
        oids.append(at)
        at = next(iter(parse_commit(found[2]).parents), "")
    for oid in reversed(oids):
        commit = repo.store.commit(oid)
        yield Logged(oid, commit.parents, commit.time, commit.message)


# --- rows whose proof is not there

WORK = re.compile(r"[0-9a-f]{12}")  # as the factory writes it


def _rootless(repo: Repo, main: Oid, history: Collection[str]) -> Iterator[tuple[str, str]]:
    """Rows that name a work as their proof where main holds no such work (a cut history, a table from elsewhere):
    (criterion, why) of those among `history`, the rows that were DONE when the table came."""
    try:
        rows = read_ledger(repo.store.file(repo.store.tree_of(main), CRITERIA) or b"") if history else ()
    except Mistake:
        return
    for row in rows:
        if row.id in history and row.status is not CriterionStatus.OPEN and WORK.fullmatch(row.work):
            found = repo.store.get(f"{row.work}^{{commit}}")
            if found is None or not repo.is_ancestor(found[0], main):
                remedy = "get the whole history, or clear that cell"
                yield row.id, f"it says DONE by the work {row.work}, which is no part of main; {remedy}"
