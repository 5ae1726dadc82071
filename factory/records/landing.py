"""Landing: the tree that is gated, and the commits on main. The stamp is the only meaning of DONE."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from factory.errors import Mistake
from factory.git import checkout, objects
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.model import CriterionStatus, Oid, Plan, Result, TicketStatus
from factory.records import attempts, signed
from factory.records.plans import RESERVED
from factory.records.signing import Signer
from factory.records.view import CRITERIA, ROADMAP
from factory.ssot import edits
from factory.ssot.documents import read_ledger, read_roadmap
from factory.tree import FILE, Entry


class Merge(NamedTuple):
    """A change on today's main: the tree to gate, or the paths in conflict, or what keeps a table from being read."""

    main: Oid
    tree: Oid
    conflicts: tuple[str, ...]
    unread: str = ""


def merge(repo: Repo, main: Oid, base: Oid, work: Oid, ticket: str) -> Merge:
    """The merged code with the ticket's rows flipped and no `.factory/`: exactly the tree that would be stamped."""
    store = repo.store
    if main == base:
        merged, conflicts = store.tree_of(work), tuple[str, ...]()
    else:
        merged, conflicts = repo.merge(main, work)
    if conflicts:
        return Merge(main, "", conflicts)
    bare = store.edit(merged, {RESERVED: None})
    try:
        return Merge(main, flip(repo, bare, ticket, work), ())
    except Mistake as mistake:  # main's own tables were read before: these are the change's
        return Merge(main, "", (), mistake.seen)


def is_released(repo: Repo, main: Oid, ticket: str) -> bool:
    """Whether main still says that the ticket may be worked on: somebody may have taken it away while it ran."""
    rows = read_roadmap(repo.store.file(main, ROADMAP) or b"")
    return any(row.id == ticket and row.status is TicketStatus.IN_PROGRESS for row in rows)


def flip(repo: Repo, tree: Oid, ticket: str, work: Oid) -> Oid:
    """The tree with the ticket's roadmap row DONE and its open criteria DONE by this work; what it replaces says so."""
    roadmap, ledger = _table(repo, tree, ROADMAP), _table(repo, tree, CRITERIA)
    ends = next((t.terms.replaces for t in read_roadmap(roadmap) if t.id == ticket), ())
    flips = {
        c.id: (CriterionStatus.REPLACED if c.id in ends else CriterionStatus.DONE, work[:12])
        for c in read_ledger(ledger)
        if (c.ticket == ticket and c.status is CriterionStatus.OPEN)
        or (c.id in ends and c.status is CriterionStatus.DONE)
    }
    ledger = edits.set_criteria(ledger, flips) if flips else ledger
    return _with(repo, tree, edits.set_ticket(roadmap, ticket, status=TicketStatus.DONE), ledger)


def _table(repo: Repo, tree: Oid, path: str) -> bytes:
    content = repo.store.file(tree, path)
    if content is None:
        raise Mistake("is not there", path=path)
    return content


def _with(repo: Repo, tree: Oid, roadmap: bytes, ledger: bytes) -> Oid:
    store = repo.store
    changes: dict[str, Entry | None] = {}
    for path, content in ((ROADMAP, roadmap), (CRITERIA, ledger)):
        old = store.entry(tree, path)
        changes[path] = Entry(old.mode if old else FILE, store.write_blob(content))
    return store.edit(tree, changes)


class Draft(NamedTuple):
    """A stamp that is to be: what it merges, and what it says."""

    main: Oid
    tree: Oid
    evidence: Oid
    subject: str
    body: str
    names: tuple[tuple[str, str], ...]  # the trailers that say whose it is
    status: str
    result: bytes  # result.json, as the evidence holds it
    usd: float
    event: str = "stamp"


def draft(main: Oid, tree: Oid, evidence: Oid, plan: Plan, result: Result) -> Draft:
    """The stamp of a ticket."""
    names = attempts.of_ticket(plan).trailers
    subject, content = f"stamp({plan.ticket_id}): {plan.title}", attempts.to_json(result)
    return Draft(main, tree, evidence, subject, _body(result), names, status(result), content, result.cost_estimate_usd)


def stamp(repo: Repo, ref: str, new: Draft, *, run: str, now: float, signer: Signer) -> Oid:
    """Merge the evidence commit into main. Moved if main is not where the gate's tree was built on."""
    trailers = [
        ("Factory-Event", new.event),
        *new.names,
        ("Factory-Status", new.status),
        ("Factory-Gate-Tree", new.tree),
        ("Factory-Result", hashlib.sha256(new.result).hexdigest()),
        ("Factory-Run", run),
        ("Factory-Cost-USD", f"{new.usd:.6f}"),
    ]
    text = objects.message(new.subject, new.body, trailers)
    commit = signer.sign(Commit(new.tree, (new.main, new.evidence), text, int(now)))
    signed.must_hold(repo, commit, new.main)
    return advance(repo, ref, new.main, commit)


def status(result: Result) -> str:
    """`Factory-Status`: a pass that no check proved says so."""
    return result.status.value if any(c.after for c in result.criteria) else f"{result.status.value} unproven"


def cost(result: Result) -> str:
    """`Factory-Cost-USD`."""
    return f"{result.cost_estimate_usd:.6f}"


def _body(result: Result) -> str:
    tests = result.tests
    lines = [
        f"{c.id}: {c.before.value} before, {c.after.value if c.after else 'not run'} after" for c in result.criteria
    ]
    lines.append(
        f"tests: {tests.passed} passed, {tests.failed} failed, {tests.known_red} known red, {tests.flaky} flaky"
    )
    return "\n".join(lines)


def advance(repo: Repo, ref: str, old: Oid, commit: Commit) -> Oid:
    """Put one commit on main, and make the checkouts follow."""
    oid = repo.store.write_commit(commit)
    checkout.advance(repo, ref, old, oid)
    return oid


class RowChange(NamedTuple):
    """What a commit on main says of one ticket's row, and why."""

    ticket: str
    status: TicketStatus
    event: str
    text: str


def set_row(repo: Repo, ref: str, main: Oid, row: RowChange, now: float, signer: Signer) -> Oid:
    """A commit on main that touches one ticket's roadmap row alone (`block`, `retry`)."""
    store = repo.store
    tree = store.tree_of(main)
    roadmap = edits.set_ticket(store.file(tree, ROADMAP) or b"", row.ticket, status=row.status)
    old = store.entry(tree, ROADMAP)
    new = store.edit(tree, {ROADMAP: Entry(old.mode if old else FILE, store.write_blob(roadmap))})
    trailers = [("Factory-Event", row.event), ("Factory-Ticket", row.ticket)]
    message = objects.message(f"{row.event}({row.ticket}): {row.text}", trailers=trailers)
    return advance(repo, ref, main, signer.sign(Commit(new, (main,), message, int(now))))
