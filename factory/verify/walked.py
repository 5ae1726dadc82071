"""One stamp's proof walked question by question, for whoever wants to see it and not only to be told.

What only the whole line of main shows is asked by `verify`: whether a number was given twice, and who may sign.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError

from factory.errors import FactoryError
from factory.git.repo import Logged, Repo
from factory.model import Oid
from factory.records import judges
from factory.verify.chain import Claim
from factory.verify.guarded import Guarded
from factory.verify.proof import questions
from factory.verify.rows import Rows
from factory.verify.verify import claims

QUESTIONS = (
    *("shape", "hand", "rows", "words", "chain", "whole"),
    *("result", "gate", "evidence", "agrees", "own", "guards", "signature"),
)


class ProofCheck(NamedTuple):
    """One question, and what is wrong with the answer. `asked`: false where what is above could not be read."""

    name: str
    item: str
    faults: tuple[str, ...] = ()
    asked: bool = True

    @property
    def holds(self) -> bool:
        return self.asked and not self.faults


class Walked(NamedTuple):
    """A stamp, and its proof."""

    stamp: Oid
    name: str  # of the ticket, or of the half of cards
    subject: str
    time: int  # seconds since the epoch
    parents: tuple[Oid, ...]
    trailers: tuple[tuple[str, str], ...]
    turned: tuple[str, ...]  # the rows that it set to DONE
    checks: tuple[ProofCheck, ...]

    @property
    def holds(self) -> bool:
        return all(check.holds for check in self.checks)


def walk(repo: Repo, oid: Oid) -> Walked | None:
    """None where the commit claims to stamp nothing. KeyError where there is no such commit."""
    commit = repo.store.commit(oid)
    logged = Logged(oid, commit.parents, commit.time, commit.message)
    name = claims(logged)
    if name is None:
        return None
    rows = Rows()
    if commit.parents:
        rows.turned(repo, repo.store.commit(commit.parents[0]).tree, is_stamp=False)
    turned = [row.id for row in rows.turned(repo, commit.tree, is_stamp=True)]
    claim = Claim(repo, logged, commit, name, turned)
    return Walked(
        stamp=oid,
        name=name,
        subject=commit.subject,
        time=commit.time,
        parents=commit.parents,
        trailers=tuple(claim.said.items()),
        turned=tuple(turned),
        checks=tuple(_checks(claim)),
    )


def _checks(claim: Claim) -> Iterator[ProofCheck]:
    """All that is asked, and then what is not asked any more."""
    done = set[str]()
    asked = questions(claim, None, _guards)
    try:
        for one in asked:
            done.add(one.name)
            yield ProofCheck(one.name, one.item, tuple(one.faults))
    except (KeyError, ValueError, ValidationError, FactoryError) as error:
        left = next((name for name in QUESTIONS if name not in done), QUESTIONS[-1])
        done.add(left)
        yield ProofCheck(left, "", (f"cannot be read: {error}".split("\n")[0],))
    later = QUESTIONS[max((QUESTIONS.index(name) for name in done if name in QUESTIONS), default=0) + 1 :]
    yield from (ProofCheck(name, "", asked=False) for name in later if name not in done)


def _guards(_: str, found: Guarded) -> Iterator[str]:
    """What today's guards object to, where it was they who judged it; of others `verify` tells."""
    if found.judges == judges.digest():
        yield from (f"the guards refuse it: {line}" for line in found.objections)
