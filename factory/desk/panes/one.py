"""One item, one attempt, one stamp: all that git holds of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from factory.desk.panes import messages
from factory.desk.panes.messages import ShownExchange
from factory.desk.panes.viewport import Viewport, viewport
from factory.desk.panes.watch import Sighting, Watch
from factory.desk.shown import ShownItem
from factory.errors import Mistake
from factory.git.ledger import parse_event
from factory.git.repo import Repo
from factory.model import Criterion, Event, Oid, Ticket
from factory.records import attempts, papers
from factory.records.attempts import place
from factory.records.bounded import is_binary
from factory.records.exchanges import MESSAGES
from factory.records.papers import CALLS, PLAN, RESULT, Paid
from factory.reports.tried import Tried, tried, whole_patch
from factory.tree import FOLDER
from factory.verify.walked import Walked, walk

OID = re.compile("[0-9a-f]{7,64}")
DIFF = "diff"  # the name of an attempt's change beside its evidence's files


class TicketPage(NamedTuple):
    """One item. `row` and `item`: None where main's tables or the line lack it."""

    id: str
    row: Ticket | None
    item: ShownItem | None
    criteria: tuple[Criterion, ...]
    events: tuple[Event, ...]  # the newest first
    attempts: tuple[Tried, ...]  # that ended, the newest first


def ticket_page(watch: Watch, look: Sighting, id: str) -> TicketPage:
    """Mistake where nobody knows such an item."""
    view = watch.view()
    row = next((ticket for ticket in view.tickets if ticket.id == id), None)
    item = next((item for item in look.seen.items if item.id == id), None)
    events = _events(watch, id)
    if not (row or item or events):
        raise Mistake(f"there is no ticket and no card {id}", remedy="`factory status` lists them")
    found = [one for event in events if (one := tried(watch.repo, event, id))]
    criteria = tuple(criterion for criterion in view.criteria if criterion.ticket == id)
    return TicketPage(id, row, item, criteria, events, tuple(found))


def _events(watch: Watch, id: str) -> tuple[Event, ...]:
    """The last events of an item, the newest first."""
    commits = ((oid, watch.repo.store.commit(oid)) for oid in watch.places(id))
    return tuple(parse_event(oid, commit.time, commit.message) for oid, commit in commits)[::-1]


# --- an attempt


class EvidenceFile(NamedTuple):
    """One file of an attempt's evidence. `size`: in bytes."""

    name: str
    size: int
    binary: bool


class AttemptPage(NamedTuple):
    """One attempt that ended: what it was told, what it answered, what passed to its model, what it left."""

    event: Event
    tried: Tried
    paid: Paid | None
    said: tuple[ShownExchange, ...]
    files: tuple[EvidenceFile, ...]
    plan: str
    stdout: str
    diff: str  # its beginning


def attempt_page(watch: Watch, id: str, number: int) -> AttemptPage:
    """Mistake where no such attempt has ended, or this clone lacks it."""
    repo, (event, one) = watch.repo, _attempt(watch, id, number)
    (left,) = papers.read(repo.store, [(id, one.evidence)], (PLAN, RESULT, CALLS))
    return AttemptPage(
        event=event,
        tried=one,
        paid=papers.paid(left),
        said=messages.shown(_content(repo, one, MESSAGES), one.evidence, place(one.item)),
        files=tuple(_files(repo, one)),
        plan=viewport(_content(repo, one, "plan.json"), 0).text,
        stdout=viewport(_content(repo, one, "stdout.txt"), 0).text,
        diff=viewport(whole_patch(repo, one.work), 0).text,
    )


def ended_attempts(watch: Watch, id: str) -> set[int]:
    """The attempts at an item that have a page here."""
    found = (tried(watch.repo, event, id) for event in _events(watch, id))
    return {one.attempt for one in found if one}


def _attempt(watch: Watch, id: str, number: int) -> tuple[Event, Tried]:
    for event in _events(watch, id):
        one = tried(watch.repo, event, id)
        if one and one.attempt == number:
            return event, one
    raise Mistake(f"no attempt {number} of {id} has ended here", remedy=f"`factory log {id}` tells of all")


def _files(repo: Repo, one: Tried) -> Iterator[EvidenceFile]:
    at = f"{attempts.place(one.item)}/evidence"
    entry = repo.store.entry(one.evidence, at)
    if entry is None or entry.mode != FOLDER:
        return
    for name, found in sorted(repo.store.walk.flat(entry.oid, "").items()):
        content = repo.store.read(found.oid, "blob")
        yield EvidenceFile(name, len(content), is_binary(content))


def _content(repo: Repo, one: Tried, name: str) -> bytes:
    """A file of its evidence, or its plan or result beside it; empty where there is none."""
    for path in (f"{attempts.place(one.item)}/evidence/{name}", f"{attempts.place(one.item)}/{name}"):
        if (found := repo.store.file(one.evidence, path)) is not None:
            return found
    return b""


def evidence_window(watch: Watch, id: str, number: int, name: str, at: int) -> Viewport:
    """A window of one file of an attempt's evidence, or of its change (`diff`). Mistake where there is no such file."""
    _, one = _attempt(watch, id, number)
    known = {file.name for file in _files(watch.repo, one)} | {"plan.json", "result.json"}
    if name == DIFF:
        return viewport(whole_patch(watch.repo, one.work), at)
    if name not in known:
        raise Mistake(f"the evidence of {id}#{number} holds no {name}")
    return viewport(_content(watch.repo, one, name), at)


# --- a stamp


class StampPage(NamedTuple):
    """One stamp's proof, and whether main holds the stamp."""

    proof: Walked
    on_main: bool


def stamp_page(watch: Watch, name: str) -> StampPage:
    """Mistake where it names no stamp."""
    found = watch.repo.store.get(f"{name}^{{commit}}") if OID.fullmatch(name) else None
    proof = walk(watch.repo, found[0]) if found else None
    if proof is None:
        raise Mistake(f"{name[:64]} is no stamp", remedy="`git log --first-parent` lists them")
    return StampPage(proof, _on_main(watch, proof.stamp))


def _on_main(watch: Watch, stamp: Oid) -> bool:
    return watch.repo.is_ancestor(stamp, watch.main())
