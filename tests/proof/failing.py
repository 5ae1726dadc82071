"""Makes a call of the run fail, and judges how the run took it."""

from __future__ import annotations

from pathlib import Path

from tests.proof import orphans
from tests.proof.field import Field
from tests.proof.forge import Ran
from tests.proof.killing import finish
from tests.proof.outcome import always
from tests.proof.steps import Order

ERRORS = {
    "ENOSPC": "No space left on device",
    "EIO": "Input/output error",
    "EMFILE": "Too many open files",
    "EROFS": "Read-only file system",
}
FOR_EVER = 10**9
STOPPED = (3, 4)  # resumable, or could not run
ENDED = 1  # it did without: one ticket is BLOCKED, as in a run in which nothing failed


def not_clean(ran: Ran, reason: str) -> list[str]:
    """What is wrong with the way in which a run stopped: it says why in one line, and has no fault of its own."""
    if ran.code == ENDED and not ran.err:
        return []
    found = [] if ran.code in STOPPED else [f"exit code {ran.code}"]
    said = ran.err if ran.code != 3 else ran.out
    if ran.code != 3 and ran.err.count("\n") != 1:
        found.append("not one line")
    if "fault of the factory" in ran.err or "Traceback" in ran.err + ran.out:
        found.append("not understood")
    if reason not in said:
        found.append(f"does not say {reason!r}")
    return [f"{', '.join(found)}: {ran.err[-1500:]}"] if found else []


def failed(under: Path, order: Order) -> list[str]:
    """One run in which a step fails, once or from there on; then, with all well again, the work is finished."""
    field = Field.plant(under)
    try:
        known = orphans.known()
        ran = field.run(order)
        faults = [*not_clean(ran, ERRORS[order.error]), *always(field)]
        faults += [f"lives on: {command}" for command in orphans.left(known, 1.0)]
        return [f"{order.error} at {order.place} {order.at}: {fault}" for fault in faults] or finish(field)
    finally:
        field.close()
