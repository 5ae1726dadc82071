"""Leftovers are cleaned on the way in: a dead controller's locks, killed attempts, stamps without their event."""

from __future__ import annotations

import time
from pathlib import Path

from factory.git import checkout, lock
from factory.git.ledger import FACTORY, ticket_path
from factory.git.repo import LEDGER, Repo
from factory.line import booking
from factory.line.house import House
from factory.model import Event, Oid, State, TicketStatus
from factory.money.wallet import recover_books
from factory.records import attempts, shelf
from factory.records.record import Record
from factory.records.state import View
from factory.records.view import factory_file

IDLE_SECONDS = 3.0  # three times what git itself waits for the lock over packed refs


def sweep_locks(repo: Repo, before: int) -> tuple[Path, ...]:
    """Remove the ref locks that a controller left when it was killed; `before` is its pid, or 0.

    Called with the controller's lock held. Only locks of refs that the factory alone writes, main's where it holds
    the commit that the dead controller had announced, and those that git holds for milliseconds and nobody works under.
    """
    if not before or lock.lives(before):
        return ()
    refs = repo.common_dir / attempts.REFS
    left = [p for p in (repo.common_dir / f"{LEDGER}.lock", *refs.rglob("*.lock")) if p.is_file()]
    brief = [repo.common_dir / "packed-refs.lock"]
    if note := checkout.noted(repo):
        main = repo.common_dir / f"{note['ref']}.lock"
        left += [main] if main.is_file() and main.read_text().strip() in ("", note["new"]) else []
        brief.append(repo.git_dir / "HEAD.lock")  # git takes it with main's, for the reflog
    left += _idle([path for path in brief if path.exists()])
    for path in left:
        path.unlink(missing_ok=True)
    return tuple(left)


def _idle(locks: list[Path]) -> list[Path]:
    """The locks that stay as they are for much longer than git holds them: their process is dead."""
    seen = {path: _seen(path) for path in locks}
    if seen:
        time.sleep(IDLE_SECONDS)
    return [path for path in locks if seen[path] and _seen(path) == seen[path]]


def _seen(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def sweep_asides(objects_dir: Path) -> None:
    """Remove objects that a process was killed over before they got their name; git's own are `git gc`'s to remove."""
    for path in objects_dir.glob("??/tmp_obj_*_*"):
        owner = path.name.split("_")[2]
        if owner.isdigit() and not lock.lives(int(owner)):
            path.unlink(missing_ok=True)


def mend(house: House, view: View) -> bool:
    """Bring the ledger up to what main says, and put killed attempts back. True where something was mended."""
    checkout.mend(house.repo)
    recover_books(house.ledger, house.settings)
    adopted = _adopt(house, view)
    said = {word.ticket for word in view.words}
    found = _missing_words(house, view)
    works = any(record.state is State.INFLIGHT and record.ticket not in said for record in view.records.values())
    put_back(house)
    for file, record in shelf.of_cards(house.ledger):
        if record.ends and record.state is State.PENDING:  # killed between the last failure and its quarantine
            booking.quarantined(house, record, file)
    mended = [_mend_ticket(house, view, record) for record in view.records.values() if record.ticket not in said]
    _drop_refs(house, view)
    return adopted or found or works or any(mended)


def _adopt(house: House, view: View) -> bool:
    """Rows that were DONE before the factory came: others may build on them, and they are no stamps."""
    if factory_file(house.ledger).run or house.ledger.read_all("tickets", Record.model_validate):
        return False  # it has worked here before
    for ticket in view.tickets:
        if ticket.status is TicketStatus.DONE and all(word.ticket != ticket.id for word in view.words):
            adopted = Record(ticket=ticket.id, state=State.DONE, adopted=True)
            booking.write(house, "adopt", adopted, "DONE before the factory came")
    return True


def _missing_words(house: House, view: View) -> bool:
    """A kill between a commit on main and its event; or a ledger that was lost: main tells."""
    for word in view.words:
        record = Record.model_validate(house.ledger.read(ticket_path(word.ticket)) or {"ticket": word.ticket})
        if word.stamp:
            record = record.model_copy(update={"attempt": max(record.attempt, word.stamp.attempt)})
            record = record.stamped(word.oid)
            booking.write(
                house,
                "stamped",
                record,
                word.stamp.title,
                booking.Beside(folded=word.oid),
                Status="PASS",
                Stamp=word.oid,
            )
        else:
            booking.write(house, "rewind", record.released(), "taken back", booking.Beside(folded=word.oid))
    return bool(view.words)


def put_back(house: House) -> None:
    """At a stop, and on the way in: the attempts that were broken off do not count."""
    for file, record in shelf.in_flight(house.ledger):
        number = record.attempt
        tip = attempts.left_behind(house.repo, record.ticket, number)
        said = "the run ended under it; it does not count"
        booking.write(house, "killed", record.killed(), said, booking.Beside(file=file, second=tip))
        attempts.drop(house.repo, record.ticket, number)


def _mend_ticket(house: House, view: View, record: Record) -> bool:
    row = next((t for t in view.tickets if t.id == record.ticket), None)
    if row is None:
        return False
    if record.state is State.PENDING and record.ends:  # killed between the last failure and its word on main
        if row.status is TicketStatus.BLOCKED:
            booking.quarantined(house, record)
        else:
            booking.quarantine(house, record)
        return True
    if row.status is TicketStatus.IN_PROGRESS and record.state is State.BLOCKED:
        booking.write(house, "release", record.released(), "a person released it anew")
        return True
    return False


def _drop_refs(house: House, view: View) -> None:
    """Attempts' refs whose commits are kept by main or the ledger already."""
    for ref, tip in house.repo.refs(f"{attempts.REFS}/").items():
        if _kept(house, view, tip):
            house.repo.move(ref, None, tip)


def _kept(house: House, view: View, tip: Oid) -> bool:
    ledger = house.ledger.tip
    return house.repo.is_ancestor(tip, view.main) or (ledger is not None and house.repo.is_ancestor(tip, ledger))


def mark(house: House, event: str, text: str, **changes: object) -> Oid:
    """An event about the factory itself: `run`, `stop`, `resume`."""
    with house.ledger.lock:
        factory = factory_file(house.ledger).model_copy(update=changes)
        return house.ledger.append(Event(name=event, text=text), {FACTORY: factory.model_dump(mode="json")})
