"""What this clone's ledger does not know, and main tells: who set a row to BLOCKED, and that there is another ledger.

A clone holds main. The ledger comes along only where somebody pushed it, and as a branch of the remote's.
"""

from __future__ import annotations

from collections.abc import Iterator

from factory.errors import Mistake
from factory.git import objects
from factory.git.history import lately
from factory.git.ledger import Ledger
from factory.git.repo import LEDGER, Logged, Repo
from factory.model import Oid, State, TicketStatus, Triage
from factory.records.record import BY_FACTORY, CANCELLED, UNSEEN, Record
from factory.records.state import Standing, View
from factory.records.view import LATELY, ROADMAP, find_main
from factory.ssot.documents import read_roadmap

_SAID = {"block": BY_FACTORY, "cancel": CANCELLED}


def absent(repo: Repo, ledger: Ledger, main: Oid) -> str | None:
    """None where there is a ledger, or nothing that it would tell. Else the command that brings it here; empty where
    there is no place to bring it from."""
    if ledger.tip or not any(map(_event, lately(repo, main, LATELY))):
        return None
    name = LEDGER.removeprefix("refs/heads/")
    fetched = sorted(ref for ref in repo.refs("refs/remotes/") if ref.endswith(f"/{name}"))
    if fetched:
        return f"git branch {name} {fetched[0].removeprefix('refs/remotes/')}"
    remotes = repo.ask("remote")[1].decode("utf-8", "replace").splitlines()
    return f"git fetch {remotes[0]} {name}:{name}" if remotes else ""


def in_words(command: str) -> str:
    """The line of `absent` for a person."""
    brings = f"; `{command}` brings it, where it was pushed" if command else ""
    return f"The factory's ledger is not in this clone, so that tries, reasons and costs are not known here{brings}."


def not_known(repo: Repo) -> str:
    """What a command says that would tell of the ledger; empty where there is one, or nothing to tell."""
    command = absent(repo, Ledger(repo, lambda: 0.0), find_main(repo)[1])
    return "" if command is None else in_words(command)


def made(standing: Standing) -> bool:
    """Whether the factory worked on it and this clone's ledger saw no attempt of it begin: main told of it."""
    return not standing.record.started and bool(standing.stamp or standing.record.why == BY_FACTORY)


def told_by_main(repo: Repo, view: View) -> View:
    """The view, with a record of each BLOCKED row that the ledger knows nothing of, as main's own line tells it."""
    rows = {t.id for t in view.tickets if t.status is TicketStatus.BLOCKED and t.id not in view.records}
    return view._replace(records={**view.records, **{r.ticket: r for r in _blocked(repo, view.main, rows)}})


def _blocked(repo: Repo, main: Oid, rows: set[str]) -> Iterator[Record]:
    """From the newest commit on. A row that a person's commit set is settled: nobody's word is put for theirs."""
    for logged in repo.log(main, first_parent=False, paths=[ROADMAP]) if rows else ():
        event, ticket = _event(logged), objects.trailers(logged.message).get("Factory-Ticket", "")
        if event in _SAID and ticket in rows:
            rows.discard(ticket)
            yield Record(ticket=ticket, state=State.BLOCKED, triage=_triage(event, logged), why=_SAID[event])
        elif not event and len(logged.parents) == 1:
            rows -= _blocked_at(repo, logged.oid) - _blocked_at(repo, logged.parents[0])
        if not rows:
            return
    if repo.shallow:
        yield from (Record(ticket=ticket, state=State.BLOCKED, why=UNSEEN) for ticket in rows)


def _event(logged: Logged) -> str:
    return objects.trailers(logged.message).get("Factory-Event", "")


def _triage(event: str, logged: Logged) -> Triage | None:
    word = logged.message.split("\n", 1)[0].rpartition(": ")[2]
    return Triage(word) if event == "block" and word in set(Triage) else None


def _blocked_at(repo: Repo, commit: Oid) -> set[str]:
    try:
        rows = read_roadmap(repo.store.file(commit, ROADMAP) or b"")
    except Mistake:  # a table that nobody could read then
        return set()
    return {row.id for row in rows if row.status is TicketStatus.BLOCKED}
