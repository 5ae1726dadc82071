"""Whether a stamp carries the signature that main asks for. The list of signers is main's, from before the stamp."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from factory.errors import Mistake
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.model import Oid
from factory.records import signing


def _allowed(repo: Repo, main: Oid) -> bytes:
    return repo.store.file(repo.store.tree_of(main), signing.ALLOWED) or b""


def names(repo: Repo, main: Oid) -> bool:
    """Whether main names anybody who may sign."""
    return signing.names_signers(_allowed(repo, main))


def must_hold(repo: Repo, commit: Commit, main: Oid) -> None:
    """Mistake where a stamp that is about to be put on main would not hold: who may sign was changed meanwhile."""
    if fault := next(faults(repo, commit, main), ""):
        raise Mistake(
            f"a stamp would not hold: {fault}",
            path=signing.ALLOWED,
            remedy="put the factory's key back there (`factory init` adds it) and commit, then `factory run`",
        )


def faults(repo: Repo, commit: Commit, main: Oid) -> Iterator[str]:
    """Where main names signers, a stamp carries the good signature of one."""
    allowed = _allowed(repo, main)
    if not signing.names_signers(allowed):
        return
    if not commit.signature:
        yield f"it is not signed, and {signing.ALLOWED} names who may sign"
        return
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder) / "allowed_signers"
        at.write_bytes(allowed)
        if not signing.check(commit, at):
            yield f"its signature is not one of {signing.ALLOWED}"
