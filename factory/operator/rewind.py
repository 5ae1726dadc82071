"""A stamp taken back: a revert commit on main, the ticket's rows open again, an event in the ledger."""

from __future__ import annotations

from collections.abc import Mapping

from factory.errors import Mistake
from factory.git import checkout, history, objects
from factory.git.ledger import ticket_path
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.line import booking
from factory.line.house import House
from factory.model import Criterion, CriterionStatus, Oid, Stamp, Ticket, TicketStatus
from factory.records import landing, records
from factory.records.state import Record, View, stamp_of
from factory.records.view import CRITERIA, ROADMAP, look
from factory.ssot import documents, edits
from factory.tree import FILE, Entry


def rewind(house: House, row: Ticket, *, with_dependents: bool) -> str:
    """Take the ticket's stamp back. Mistake where later stamps build on it and were not named along."""
    view = look(house.repo, house.ledger, house.main())
    oid = stamp_of(view, row.id)
    if row.status is not TicketStatus.DONE or oid is None:
        raise Mistake(f"{row.id} has no stamp to take back", remedy="`factory status` shows which tickets are DONE")
    later = dependents(house.repo, view, row.id, oid)
    if later and not with_dependents:
        raise Mistake(
            f"{', '.join(s.ticket for s in later)} build on {row.id}",
            remedy=f"`factory rewind {row.id} --with-dependents` takes them back too, newest first",
        )
    taken = [(s.ticket, s.oid) for s in later] + [(row.id, oid)]
    _must_go(house, taken)
    for ticket, stamp in taken:
        _take_back(house, ticket, stamp)
    return f"taken back: {', '.join(ticket for ticket, _ in taken)}"


def _must_go(house: House, taken: list[tuple[str, Oid]]) -> None:
    """Mistake or Stopped where one of them could not be taken back: then none is."""
    main = now = house.main()
    for ticket, stamp in taken:
        now = house.repo.store.write_commit(reverted(house.repo, now, ticket, stamp, int(house.clock.now())))
    checkout.could_follow(house.repo, house.ref, main, now)


def dependents(repo: Repo, view: View, ticket: str, oid: Oid) -> list[Stamp]:
    """The later stamps, newest first, that name the ticket among their dependencies or changed the same files."""
    deps = {t.id: set(t.deps) for t in view.tickets}
    touched = {ticket: _files(repo, oid)}
    found: list[Stamp] = []
    for word in history.words(repo, view.main, oid):
        if word.stamp is None or stamp_of(view, word.ticket) != word.oid:
            continue
        files = _files(repo, word.oid)
        if deps.get(word.ticket, set()) & touched.keys() or any(files & other for other in touched.values()):
            touched[word.ticket] = files
            found.append(word.stamp)
    return found[::-1]


def _files(repo: Repo, stamp: Oid) -> set[str]:
    return {c.path for c in repo.diff(f"{stamp}^1", stamp)} - {ROADMAP, CRITERIA}


def _take_back(house: House, ticket: str, stamp: Oid) -> None:
    commit = reverted(house.repo, house.main(), ticket, stamp, int(house.clock.now()))
    with house.stamping():
        oid = landing.advance(house.repo, house.ref, commit.parents[0], house.signer.sign(commit))
        record = Record.model_validate(house.ledger.read(ticket_path(ticket)) or {"ticket": ticket})
        booking.write(house, "rewind", records.released(record), f"takes back {stamp[:12]}", folded=oid)
    house.say(ticket, f"taken back by {oid[:12]}")


def reverted(repo: Repo, main: Oid, ticket: str, stamp: Oid, now: int) -> Commit:
    """The commit that takes a stamp back: its change undone on today's main, its rows open again."""
    store = repo.store
    before, after = store.tree_of(f"{stamp}^1"), store.tree_of(stamp)
    # The tables are set by row below: undoing their lines would collide with the neighbours' flips.
    tables = {path: store.entry(after, path) for path in (ROADMAP, CRITERIA)}
    undone = store.edit(before, tables)
    step = store.write_commit(Commit(undone, (stamp,), f"undo {stamp}\n", now))
    merged = repo.merge(main, step)
    if merged.conflicts:
        raise Mistake(
            f"{ticket} cannot be taken back: {merged.conflicts[0]} was changed since",
            remedy="change it by hand, or rewind what came later first",
        )
    tree = _open_rows(repo, merged.tree, ticket, _criteria(repo, before))
    trailers = [("Factory-Event", "rewind"), ("Factory-Ticket", ticket), ("Factory-Rewinds", stamp)]
    text = objects.message(f"rewind({ticket}): takes back {stamp[:12]}", trailers=trailers)
    return Commit(tree, (main,), text, now)


def _criteria(repo: Repo, tree: Oid) -> dict[str, Criterion]:
    return {c.id: c for c in documents.read_ledger(repo.store.file(tree, CRITERIA) or b"")}


def _open_rows(repo: Repo, tree: Oid, ticket: str, before: Mapping[str, Criterion]) -> Oid:
    """The ticket's rows are open again, and what its stamp had replaced stands as it stood."""
    store = repo.store
    roadmap, ledger = store.file(tree, ROADMAP) or b"", store.file(tree, CRITERIA) or b""
    rows = documents.read_ledger(ledger)
    flips = {c.id: (CriterionStatus.OPEN, "") for c in rows if c.ticket == ticket}
    works = {c.work for c in rows if c.ticket == ticket and c.work}
    ended = [c.id for c in rows if c.status is CriterionStatus.REPLACED and c.work in works and c.id in before]
    flips |= {id: (before[id].status, before[id].work) for id in ended}
    roadmap = edits.set_ticket(roadmap, ticket, status=TicketStatus.IN_PROGRESS)
    changed = {ROADMAP: roadmap, CRITERIA: edits.set_criteria(ledger, flips) if flips else ledger}
    return store.edit(tree, {path: Entry(FILE, store.write_blob(content)) for path, content in changed.items()})
