"""How an event changes a ticket's record: pure, one function an event."""

from __future__ import annotations

from factory.model import Oid, Previous, State, Triage
from factory.records.state import Lease, Record


def started(record: Record, attempt: int, lease: Lease) -> Record:
    """In flight. A person who opened a row again that was BLOCKED or DONE released it anew."""
    if record.state in (State.BLOCKED, State.DONE):
        record = released(record)
    return record.model_copy(
        update={
            "state": State.INFLIGHT, "attempt": attempt, "lease": lease, "started": record.started or lease.since,
            "waits": "", "passed": None,
        }
    )  # fmt: skip


def failed(record: Record, triage: Triage, why: str, previous: Previous, *, gate: bool) -> Record:
    """A failed attempt: back to PENDING, and it counts. `gate`: the gate judged it, not the harvest or the worker."""
    return record.model_copy(
        update={
            "state": State.PENDING, "attempts": record.attempts + 1, "triage": triage, "why": why, "lease": None,
            "previous": previous, "gate_failures": record.gate_failures + 1 if gate else 0, "transient": 0,
            "passed": None,
        }
    )  # fmt: skip


def conflicted(record: Record, why: str, previous: Previous) -> Record:
    """A conflict with what landed meanwhile is nobody's failure; it is counted apart, because it is capped too."""
    return record.model_copy(
        update={
            "state": State.PENDING, "triage": Triage.CONFLICT, "why": why, "lease": None, "previous": previous,
            "conflicts": record.conflicts + 1, "passed": None,
        }
    )  # fmt: skip


def put_off(record: Record, why: str, until: float) -> Record:
    """A rate limit or a network fault: the attempt does not count, and its number is used again."""
    return _again(record).model_copy(update={"why": why, "not_before": until, "transient": record.transient + 1})


def aside(record: Record, why: str) -> Record:
    """It cannot be worked on until something is mended: no attempt failed, and an attempt that was begun is none."""
    begun = record.state is State.INFLIGHT
    return (_again(record) if begun else record).model_copy(update={"waits": why})


def overtaken(record: Record, why: str) -> Record:
    """Main moved under its gate again and again: nobody failed; counted with the conflicts, which are capped."""
    update = {"triage": Triage.CONFLICT, "why": why, "conflicts": record.conflicts + 1}
    return _again(record).model_copy(update=update)


def killed(record: Record) -> Record:
    """A killed attempt is run again and does not count."""
    return _again(record)


def _again(record: Record) -> Record:
    update = {"state": State.PENDING, "lease": None, "attempt": record.attempt - 1, "passed": None}
    return record.model_copy(update=update)


def kept(record: Record, evidence: Oid, why: str) -> Record:
    """It passed, and something in a checkout was in the way: it lands when that is gone."""
    update = {"state": State.PENDING, "lease": None, "triage": None, "why": why, "passed": evidence, "not_before": 0.0}
    return record.model_copy(update=update)


def stamped(record: Record, stamp: Oid) -> Record:
    return record.model_copy(
        update={
            "state": State.DONE, "attempts": record.attempts + 1, "stamp": stamp, "lease": None, "triage": None,
            "why": "", "previous": None,
            "transient": 0, "not_before": 0.0, "passed": None,
        }
    )  # fmt: skip


def ended(record: Record) -> Record:
    """No further attempt: what remains is to say so on main, also after a kill."""
    return record.model_copy(update={"ends": True})


def blocked(record: Record, triage: Triage | None, why: str) -> Record:
    update = {"state": State.BLOCKED, "lease": None, "triage": triage, "why": why, "passed": None}
    return record.model_copy(update=update)


def released(record: Record) -> Record:
    """Released anew: its attempts count from here; its numbers go on, so that none is given twice."""
    return Record(ticket=record.ticket, attempt=record.attempt, previous=record.previous)


def beaten(record: Record, now: float) -> Record:
    """The lease's heartbeat: whoever works on it was alive at `now`."""
    lease = record.lease.model_copy(update={"beat": now}) if record.lease else None
    return record.model_copy(update={"lease": lease})


def adopted(record: Record) -> Record:
    return record.model_copy(update={"state": State.DONE, "adopted": True})
