"""A stamp taken back: a revert commit on main, the ticket's rows open again, an event in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from factory.errors import Mistake
from factory.git import checkout, history, objects
from factory.git.carry import carry
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.line import booking
from factory.line.house import House
from factory.model import Criterion, CriterionStatus, Oid, Stamp, Ticket, TicketStatus
from factory.records import landing, shelf
from factory.records.state import View, stamp_of
from factory.records.view import CRITERIA, ROADMAP, look
from factory.ssot import documents, edits
from factory.tree import EXECUTABLE, FILE, Entry


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
    checkout.could_follow(house.repo, house.ref, main, now, looking=True)


def dependents(repo: Repo, view: View, ticket: str, oid: Oid) -> list[Stamp]:
    """The later stamps, newest first, that build on one: they name it among their dependencies, or its change cannot
    be undone beneath theirs. Another file in common (a changelog) makes nobody a dependent."""
    later = [
        word.stamp
        for word in history.words(repo, view.main, oid)
        if word.stamp and stamp_of(view, word.ticket) == word.oid
    ]
    taken, found = {ticket}, set[str]()
    deps = {t.id: set(t.deps) for t in view.tickets}
    for stamp in later:
        if deps.get(stamp.ticket, set()) & taken:
            taken.add(stamp.ticket)
            found.add(stamp.oid)
    while True:
        chosen = [stamp for stamp in later if stamp.oid in found][::-1]
        met = _met(repo, view.main, [*((s.ticket, s.oid) for s in chosen), (ticket, oid)])
        more = {s.oid for s in later if s.oid not in found and met in _files(repo, s.oid)}
        if not met or not more:
            return chosen
        found |= more


def _met(repo: Repo, main: Oid, taken: Iterable[tuple[str, Oid]]) -> str:
    """The first path where taking these back, in this order, meets what came later; "" where it meets nothing."""
    for ticket, stamp in taken:
        undone = _undone(repo, main, ticket, stamp, 0)
        if isinstance(undone, str):
            return undone
        main = repo.store.write_commit(undone)
    return ""


def _files(repo: Repo, stamp: Oid) -> set[str]:
    return {c.path for c in repo.diff(f"{stamp}^1", stamp)} - {ROADMAP, CRITERIA}


def _take_back(house: House, ticket: str, stamp: Oid) -> None:
    commit = reverted(house.repo, house.main(), ticket, stamp, int(house.clock.now()))
    with house.stamping():
        oid = landing.advance(house.repo, house.ref, commit.parents[0], house.signer.sign(commit))
        record = shelf.read(house.ledger, ticket)
        booking.write(house, "rewind", record.released(), f"takes back {stamp[:12]}", booking.Beside(folded=oid))
    house.say(ticket, f"taken back by {oid[:12]}")


def reverted(repo: Repo, main: Oid, ticket: str, stamp: Oid, now: int) -> Commit:
    """The commit that takes a stamp back: its change undone on today's main, its rows open again."""
    undone = _undone(repo, main, ticket, stamp, now)
    if isinstance(undone, str):
        raise Mistake(
            f"{ticket} cannot be taken back: {undone} was changed since",
            remedy="change it by hand, or rewind what came later first",
        )
    return undone


def _undone(repo: Repo, main: Oid, ticket: str, stamp: Oid, now: int) -> Commit | str:
    """The same, or the first path where it meets what came later."""
    store = repo.store
    before, after = store.tree_of(f"{stamp}^1"), store.tree_of(stamp)
    # The tables are set by row below: undoing their lines would collide with the neighbours' flips.
    tables = {path: store.entry(after, path) for path in (ROADMAP, CRITERIA)}
    undone = store.edit(before, tables)
    step = store.write_commit(Commit(undone, (stamp,), f"undo {stamp}\n", now))
    merged = repo.merge(main, step)
    settled: dict[str, Entry | None] = {}
    for path in merged.conflicts:
        if (entry := _line_by_line(repo, path, after, before, store.tree_of(main))) is None:
            return path
        settled[path] = entry
    tree = _open_rows(repo, store.edit(merged.tree, settled), ticket, _criteria(repo, before))
    trailers = [("Factory-Event", "rewind"), ("Factory-Ticket", ticket), ("Factory-Rewinds", stamp)]
    text = objects.message(f"rewind({ticket}): takes back {stamp[:12]}", trailers=trailers)
    return Commit(tree, (main,), text, now)


def _line_by_line(repo: Repo, path: str, old: Oid, new: Oid, now: Oid) -> Entry | None:
    """Git calls it a conflict where another stamp added its own line right beside; each line is still there alone."""
    entries = [repo.store.entry(tree, path) for tree in (old, new, now)]
    if len({entry.mode if entry else "" for entry in entries} - {FILE, EXECUTABLE}) or entries[0] is None:
        return None
    made = carry(*(repo.store.read(entry.oid, "blob") for entry in entries if entry))
    return None if made is None or entries[2] is None else Entry(entries[2].mode, repo.store.write_blob(made))


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
