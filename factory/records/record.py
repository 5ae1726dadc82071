"""What the ledger keeps of one item, a ticket or a card, and how each event changes it. Pure: one function an event."""

from __future__ import annotations

from factory.model import Oid, Previous, State, Triage, Value

# Why an item is BLOCKED that no failure blocked, as the ledger and `status` say it.
BY_HAND = "a person wrote BLOCKED"
BY_FACTORY = "the factory set it, and its reason stands in a ledger that is not in this clone"
UNSEEN = "who set it lies beyond a shallow clone's edge"
NO_STAMP = "its row says DONE, and main holds no stamp for it"
CANCELLED = "cancelled by the operator"
CANCELLED_AT_WORK = "cancelled while it ran"


class Lease(Value):
    """Who works on an attempt: the same plan is never run twice at once."""

    run: str
    key: str
    since: float
    beat: float


class Record(Value):
    """What the ledger keeps of one item. A truck's file leaves out what is as it was at first, and the name."""

    ticket: str = ""  # the item's id
    state: State = State.PENDING
    attempt: int = 0  # the last attempt's number; never given twice
    attempts: int = 0  # attempts since the item was released; the cap counts these
    triage: Triage | None = None
    why: str = ""
    waits: str = ""  # what is to be mended before it can be worked on; no attempt failed by it
    previous: Previous | None = None
    gate_failures: int = 0  # in a row, since the item was released
    conflicts: int = 0  # with what landed meanwhile, since the item was released
    transient: int = 0  # rate limits and network faults in a row
    not_before: float = 0.0  # seconds since the epoch
    lease: Lease | None = None
    stamp: Oid | None = None  # of a ticket; a card's stamp stands in its half
    started: float = 0.0  # of the first attempt since the release, seconds since the epoch
    ends: bool = False  # the attempt that failed was the last: its row is to be BLOCKED on main
    adopted: bool = False  # DONE before the factory came
    passed: Oid | None = None  # the evidence of the last attempt, which passed and could not land: it is not made again

    @property
    def silent(self) -> bool:
        """Whether there is nothing to tell that the stamps do not tell: its first attempt, or none."""
        return self == Record(ticket=self.ticket, attempt=self.attempt) and self.attempt <= 1

    # --- what each event makes of it

    def begun(self, attempt: int, lease: Lease) -> Record:
        """In flight. A person who opened a row again that was BLOCKED or DONE released it anew."""
        record = self.released() if self.state in (State.BLOCKED, State.DONE) else self
        return record._with(
            state=State.INFLIGHT,
            attempt=attempt,
            lease=lease,
            started=record.started or lease.since,
            waits="",
            passed=None,
        )

    def failed(self, triage: Triage, why: str, previous: Previous, *, gate: bool) -> Record:
        """A failed attempt: back to PENDING, and it counts. `gate`: the gate judged it, not the harvest or the worker.

        A conflict with what landed meanwhile is nobody's failure; it is counted apart, because it is capped too."""
        back = self._with(state=State.PENDING, triage=triage, why=why, lease=None, previous=previous, passed=None)
        if triage is Triage.CONFLICT:
            return back._with(conflicts=self.conflicts + 1)
        failures = self.gate_failures + 1 if gate else 0
        return back._with(attempts=self.attempts + 1, gate_failures=failures, transient=0)

    def put_off(self, why: str, until: float) -> Record:
        """A rate limit or a network fault: the attempt does not count, and its number is used again."""
        return self.killed()._with(why=why, not_before=until, transient=self.transient + 1)

    def set_aside(self, why: str) -> Record:
        """It cannot be worked on until something is mended: no attempt failed, and one that was begun is none."""
        return (self.killed() if self.state is State.INFLIGHT else self)._with(waits=why)

    def overtaken(self, why: str) -> Record:
        """Main moved under its gate again and again: nobody failed; counted with the conflicts, which are capped."""
        return self.killed()._with(triage=Triage.CONFLICT, why=why, conflicts=self.conflicts + 1)

    def killed(self) -> Record:
        """An attempt that was broken off is run again and does not count."""
        return self._with(state=State.PENDING, lease=None, attempt=self.attempt - 1, passed=None)

    def kept(self, evidence: Oid, why: str) -> Record:
        """It passed, and something in a checkout was in the way: it lands when that is gone."""
        return self._with(state=State.PENDING, lease=None, triage=None, why=why, passed=evidence, not_before=0.0)

    def stamped(self, stamp: Oid) -> Record:
        return self._with(
            state=State.DONE,
            attempts=self.attempts + 1,
            stamp=stamp,
            lease=None,
            triage=None,
            why="",
            previous=None,
            transient=0,
            not_before=0.0,
            passed=None,
        )

    def ended(self) -> Record:
        """No further attempt: what remains is to say so on main, also after a kill."""
        return self._with(ends=True)

    def blocked(self, triage: Triage | None, why: str) -> Record:
        return self._with(state=State.BLOCKED, lease=None, triage=triage, why=why, passed=None)

    def released(self) -> Record:
        """Released anew: its attempts count from here; its numbers go on, so that none is given twice."""
        return Record(ticket=self.ticket, attempt=self.attempt, previous=self.previous)

    def beaten(self, now: float) -> Record:
        """The lease's heartbeat: whoever works on it was alive at `now`."""
        return self._with(lease=self.lease.model_copy(update={"beat": now}) if self.lease else None)

    def spent(self, cap: int) -> bool:
        """Whether it has used up its attempts, or its patience with conflicts."""
        return self.attempts >= cap or self.conflicts >= 2 * cap

    def _with(self, **update: object) -> Record:
        return self.model_copy(update=update)
