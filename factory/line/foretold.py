"""What a run says before it begins, and `dry` says alone: what lies in a checkout and may be in a ticket's way."""

from __future__ import annotations

from collections.abc import Iterable

from factory.git import checkout
from factory.git.names import TABLES
from factory.git.repo import Repo
from factory.model import Ticket
from factory.tree import matches


def foretold(repo: Repo, ref: str, tickets: Iterable[Ticket]) -> list[str]:
    """What a person has not committed in a checkout of main and these tickets may change: a line a checkout."""
    scopes = [ticket.terms.modify or ("**",) for ticket in tickets]
    found = []
    for where, paths in checkout.uncommitted(repo, ref).items():
        if table := [p for p in paths if p in TABLES]:
            found.append(f"{where}: {checkout.some(table)} is not committed: what it says is not known to the factory")
        met = [p for p in paths if p not in TABLES and any(_may_meet(p, scope) for scope in scopes)]
        if met:
            found.append(
                f"{where}: uncommitted work in {checkout.some(met)}; a ticket that changes the same waits with what "
                "it has until that is committed, stashed or moved away"
            )
    return found


def _may_meet(path: str, scope: tuple[str, ...]) -> bool:
    folder = path.endswith("/") and any(glob.startswith(path) for glob in scope)
    return folder or matches(path.rstrip("/"), scope)
