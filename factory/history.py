"""What main's first-parent line says: the stamps, and the stamps taken back."""

from __future__ import annotations

from typing import NamedTuple

from factory import objects
from factory.model import Oid, Stamp
from factory.repo import Logged, Repo


def stamp_of(logged: Logged) -> Stamp | None:
    """The ticket's stamp that a commit claims to be (a stamp of cards is none); `verify` tells whether it holds."""
    found = objects.trailers(logged.message)
    if found.get("Factory-Event") != "stamp" or len(logged.parents) != 2 or "Factory-Cards" in found:
        return None
    return Stamp(
        oid=logged.oid,
        ticket=found.get("Factory-Ticket", ""),
        attempt=int(found.get("Factory-Attempt", "0") or 0),
        title=logged.message.split("\n", 1)[0].partition(": ")[2],
        gate_tree=found.get("Factory-Gate-Tree", ""),
        time=logged.time,
    )


class Word(NamedTuple):
    """What one commit of main says of a ticket: stamped, or (no stamp) taken back."""

    oid: Oid
    ticket: str
    stamp: Stamp | None


def words(repo: Repo, main: Oid, since: Oid | None = None) -> tuple[Word, ...]:
    """The words of the commits since..main, oldest first; a later one takes back what an earlier one said."""
    if since == main:
        return ()
    revisions = [main] if since is None else [main, f"^{since}"]
    found = []
    for logged in repo.log(*revisions):
        stamp = stamp_of(logged)
        event = objects.trailers(logged.message).get("Factory-Event")
        if stamp:
            found.append(Word(logged.oid, stamp.ticket, stamp))
        elif event == "rewind":
            found.append(Word(logged.oid, objects.trailers(logged.message).get("Factory-Ticket", ""), None))
    return tuple(reversed(found))
