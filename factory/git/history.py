"""What main's first-parent line says: the stamps, and the stamps taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from factory.git import objects
from factory.git.repo import Logged, Repo
from factory.model import Oid, Stamp


def stamp_of(logged: Logged) -> Stamp | None:
    """The stamp that a commit claims to be; `verify` tells whether the claim holds."""
    found = objects.trailers(logged.message)
    attempt = found.get("Factory-Attempt", "")
    if found.get("Factory-Event") != "stamp" or len(logged.parents) != 2 or not attempt.isdecimal():
        return None
    return Stamp(
        oid=logged.oid,
        ticket=found.get("Factory-Ticket", ""),
        attempt=int(attempt),
        title=logged.message.split("\n", 1)[0].partition(": ")[2],
        gate_tree=found.get("Factory-Gate-Tree", ""),
        time=logged.time,
    )


class TicketWord(NamedTuple):
    """What one commit of main says of a ticket: stamped, or (no stamp) taken back."""

    oid: Oid
    ticket: str
    stamp: Stamp | None


NEWEST = 50  # commits that are read one by one, before git is asked for the whole line


def last_stamp(repo: Repo, main: Oid) -> Stamp | None:
    """The newest stamp on main that was not taken back."""
    return _last(_newest(repo, main)) or _last(repo.log(main))


def _newest(repo: Repo, main: Oid) -> Iterator[Logged]:
    """The first commits of `git log --first-parent`, without a program for it: a line asks at each turn."""
    oid = main
    for _ in range(NEWEST):
        try:
            commit = repo.store.commit(oid)
        except KeyError:  # a shallow clone ends here, and git knows it
            return
        yield Logged(oid, commit.parents, commit.time, commit.message)
        if not commit.parents:
            return
        oid = commit.parents[0]


def lately(repo: Repo, main: Oid, most: int) -> Iterable[Logged]:
    """The last first-parent commits, newest first; a short line is read without a program."""
    near = list(_newest(repo, main))
    return near[:most] if near and not near[-1].parents else repo.log(main, limit=most)


def _since(repo: Repo, main: Oid, since: Oid) -> Iterable[Logged]:
    """The first-parent commits since..main, newest first."""
    near = list(takewhile(lambda logged: logged.oid != since, _newest(repo, main)))
    return near if near and near[-1].parents[:1] == (since,) else repo.log(main, f"^{since}")


def _last(newest_first: Iterable[Logged]) -> Stamp | None:
    taken: set[str] = set()
    for logged in newest_first:
        found = objects.trailers(logged.message)
        if found.get("Factory-Event") == "rewind":
            taken.add(found.get("Factory-Rewinds", ""))
        elif (stamp := stamp_of(logged)) and stamp.oid not in taken:
            return stamp
    return None


def before(repo: Repo, ref: str, time: float) -> Oid | None:
    """The last first-parent commit of a ref that is older than `time` (seconds since the epoch), by its own word."""
    tip = repo.tip(ref)
    if tip is None or repo.store.commit(tip).time < int(time):
        return tip
    found = repo.call(
        "rev-list", "--max-count=1", "--first-parent", f"--until={int(time) - 1}", "--end-of-options", ref, "--"
    )
    return found.decode().strip() or None


def on_line(repo: Repo, main: Oid, since: Oid) -> bool:
    """Whether a commit is main's tip or before it on its first-parent line. A merge can leave it beside that line."""
    if since == main or any(logged.parents[:1] == (since,) for logged in _newest(repo, main)):
        return True
    code, out, _ = repo.ask("rev-list", "--first-parent", "--parents", "--end-of-options", main, f"^{since}", "--")
    oldest = out.decode().splitlines()[-1:] if code == 0 else []  # another code: the repository does not hold it
    return bool(oldest) and oldest[0].split()[1:2] == [since]


def words(repo: Repo, main: Oid, since: Oid | None = None) -> tuple[TicketWord, ...]:
    """The words of the commits since..main, oldest first; a later one takes back what an earlier one said."""
    if since == main:
        return ()
    found = []
    for logged in repo.log(main) if since is None else _since(repo, main, since):
        stamp = stamp_of(logged)
        event = objects.trailers(logged.message).get("Factory-Event")
        if stamp:
            found.append(TicketWord(logged.oid, stamp.ticket, stamp))
        elif event == "rewind":
            found.append(TicketWord(logged.oid, objects.trailers(logged.message).get("Factory-Ticket", ""), None))
    return tuple(reversed(found))
