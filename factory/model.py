"""The nouns: frozen values; an unknown key is refused. Paths are `str`, with surrogateescape where not UTF-8.

An `oid` is a git object id in lower-case hex (40 characters in a sha1 repository, 64 in a sha256 one).
"""

from __future__ import annotations

import enum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Oid = str


class Value(BaseModel):
    """Base of every noun: immutable, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- words -----------------------------------------------------------------------------------------------


class TicketStatus(enum.StrEnum):
    """What a roadmap row says."""

    PLANNED = "PLANNED"  # not released
    IN_PROGRESS = "IN_PROGRESS"  # released: the factory may work on it
    DONE = "DONE"  # written by a stamp only
    BLOCKED = "BLOCKED"  # a person must look


class CriterionStatus(enum.StrEnum):
    """What a ledger row says."""

    OPEN = "OPEN"
    DONE = "DONE"
    REPLACED = "REPLACED"  # it was DONE, and a later ticket that names it ended it


class State(enum.StrEnum):
    """Where a released ticket is in the queue; derived, never stored as truth."""

    PENDING = "PENDING"
    INFLIGHT = "INFLIGHT"
    DONE = "DONE"
    BLOCKED = "BLOCKED"


class Priority(enum.StrEnum):
    """P0 goes first."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class Risk(enum.StrEnum):
    """How much harm a wrong change could do; chooses worker, model and whether an auditor reads."""

    LOW = "LOW"
    MED = "MED"
    HIGH = "HIGH"
    CRIT = "CRIT"


class Conclusion(enum.StrEnum):
    """What a tier or a gate concluded. Only PASS passes."""

    PASS = "PASS"
    FAIL = "FAIL"
    COULD_NOT_RUN = "COULD_NOT_RUN"
    SKIPPED = "SKIPPED"  # a tier without a command


class Light(enum.StrEnum):
    """What a criterion's check said."""

    RED = "RED"
    GREEN = "GREEN"
    COULD_NOT_RUN = "COULD_NOT_RUN"


class Ended(enum.StrEnum):
    """How a worker ended; says nothing of its work."""

    DONE = "DONE"  # exit 0: it says that it is done
    LATER = "LATER"  # exit 75: rate limit or overload; not an attempt
    FAILED = "FAILED"  # any other exit
    TIMEOUT = "TIMEOUT"  # killed at its time limit


class Triage(enum.StrEnum):
    """Why an attempt failed."""

    IMPORT = "IMPORT"
    PATH = "PATH"
    SCHEMA = "SCHEMA"
    TEST = "TEST"
    API = "API"
    SCOPE = "SCOPE"
    GUARD = "GUARD"
    CONFLICT = "CONFLICT"
    TIMEOUT = "TIMEOUT"
    EMPTY = "EMPTY"  # nothing changed
    VACUOUS = "VACUOUS"  # a check was green before any work
    TAMPER = "TAMPER"  # the change tried to fool the gate
    WORKER = "WORKER"  # the worker crashed
    ENVIRONMENT = "ENVIRONMENT"  # the gate itself could not run


# --- what a person writes --------------------------------------------------------------------------------


Excusable = Literal["tests_kept", "reach"]  # all other guards hold what no ticket may open


class Terms(Value):
    """A ticket's ```toml block: what its change may touch, and its limits."""

    modify: tuple[str, ...] = Field((), description="globs the change may touch; empty: everything not protected")
    readonly: tuple[str, ...] = Field((), description="globs shown to the worker, not to be changed")
    hidden: tuple[str, ...] = Field((), description="globs never shown to the worker, present when the gate runs")
    max_lines: int = Field(300, ge=1, description="changed lines; the size guard's cap")
    timeout_minutes: float | None = Field(
        None, gt=0, description="the worker's time limit; default: caps.worker_minutes"
    )
    budget_usd: float | None = Field(None, ge=0, description="what the attempt may cost; default: budget.cycle_usd")
    worker: str | None = Field(None, description="a name from ssot/factory.toml; default: factory.worker")
    may_change_tests: tuple[str, ...] = Field(
        (), description="green tests of main that this ticket may contradict: `tests/test_x.py::test_y`, or a file"
    )
    replaces: tuple[str, ...] = Field((), description="DONE criteria that this ticket ends, by id")
    allow: tuple[Excusable, ...] = Field((), description="guards that this ticket is excused from, by name")


class Ticket(Value):
    """A row of D_ROADMAP.md, with its section."""

    id: str
    status: TicketStatus
    priority: Priority = Priority.P2
    risk: Risk = Risk.MED
    title: str
    deps: tuple[str, ...] = ()
    prose: str = ""
    terms: Terms = Terms()
    fault: str = Field("", description="what is wrong with its terms, with file and line: it is not worked on")
    order: int = Field(0, description="position in the table, from 0")
    line: int = Field(0, description="line of the row in D_ROADMAP.md, from 1")


class Criterion(Value):
    """A row of AC_LEDGER.md."""

    id: str
    ticket: str
    text: str
    check: str = Field("", description="shell command without its backticks; empty: none")
    status: CriterionStatus = CriterionStatus.OPEN
    work: str = ""
    line: int = 0


# --- an attempt ------------------------------------------------------------------------------------------


class PlanCriterion(Value):
    id: str
    text: str
    check: str = ""


class Scope(Value):
    """Globs: what the change may touch, may only read, and may not touch."""

    modify: tuple[str, ...] = ()
    readonly: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


class Previous(Value):
    """What the attempt before this one failed on."""

    attempt: int
    triage: Triage
    fingerprint: str
    failed: tuple[str, ...] = Field((), description="what failed: tests, guards, checks, one line each")
    log_tail: str = ""
    advice: tuple[str, ...] = Field((), description="what the knowledge base or the auditor suggests")


class Plan(Value):
    """plan.json: all that a worker is told."""

    ticket_id: str
    attempt: int = Field(ge=1)
    ac_ids: tuple[str, ...]
    title: str
    description: str
    criteria: tuple[PlanCriterion, ...]
    scope: Scope
    done_criteria: str
    risk: Risk
    priority: Priority
    base: Oid
    timeout_minutes: float
    budget_usd: float
    model_budget: str = Field("", description="the model or the model class that the budget was made for")
    worker: str
    idempotency_key: str = Field(description="sha256 over base, ticket, attempt, worker and terms")
    previous: Previous | None = None


class Report(Value):
    """What a worker says of its own work. Kept as evidence, believed by nobody."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    summary: str = Field("", description="what was changed and why, for whoever reads the work commit")
    model: str = Field("", description="the model that did it")
    # beyond these bounds it is rubbish, and no report
    calls: int = Field(0, ge=0, le=10**9, description="model calls")
    tokens_in: int = Field(0, ge=0, le=10**12, description="tokens in")
    tokens_out: int = Field(0, ge=0, le=10**12, description="tokens out")
    cost_usd: float = Field(0.0, ge=0, le=1e6, allow_inf_nan=False, description="dollars")


class Finding(Value):
    """One thing that a guard or the harvest objects to."""

    guard: str
    path: str
    message: str
    line: int = 0
    triage: Triage = Triage.GUARD
    flag: bool = Field(False, description="it refuses nothing: it is told to the auditor and kept in the evidence")
    rule: str = Field("", description="guard/rule; empty where no guard's rule says it, and before rules had names")

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.guard}: {self.message}"


class Changed(Value):
    """One path that differs between two trees. A mode is git's octal text (`100644`); empty means absent."""

    path: str
    old_mode: str = ""
    old: Oid = ""
    new_mode: str = ""
    new: Oid = ""


class Fate(enum.StrEnum):
    """What became of one test."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    XFAILED = "xfailed"
    XPASSED = "xpassed"


class Tests(Value):
    """Counts from the controller's own report of what ran."""

    passed: int = 0
    failed: int = 0
    known_red: int = 0
    flaky: int = 0
    missing: int = 0


class CriterionResult(Value):
    id: str
    before: Light
    after: Light | None = None


class TierResults(Value):
    doctor: Conclusion = Conclusion.SKIPPED
    fast: Conclusion = Conclusion.SKIPPED
    regression: Conclusion = Conclusion.SKIPPED


class Verdict(Value):
    """What the gate concluded of one merged tree."""

    status: Conclusion
    triage: Triage | None = None
    fingerprint: str = ""
    gate_results: TierResults = TierResults()
    guards: dict[str, Literal["PASS", "FAIL"]] = {}
    criteria: tuple[CriterionResult, ...] = ()
    tests: Tests = Tests()
    findings: tuple[Finding, ...] = ()
    failed: tuple[str, ...] = Field((), description="what failed, one line each, for the next attempt")
    log: str = ""
    more: dict[str, list[dict[str, object]]] = Field({}, description="files of evidence that the gate adds, as JSON")

    red: dict[str, str] = Field({}, description="known red tests and DONE criteria that are red, and why, in a line")

    @property
    def passed(self) -> bool:
        return self.status is Conclusion.PASS


class Result(Value):
    """result.json: what became of one attempt."""

    ticket_id: str
    attempt: int
    status: Conclusion
    triage: Triage | Literal[""] = ""
    fingerprint: str = ""
    gate_results: TierResults
    guards: dict[str, Literal["PASS", "FAIL"]]
    criteria: tuple[CriterionResult, ...]
    tests: Tests
    base: Oid
    work: Oid
    gate_tree: Oid
    files_changed: tuple[str, ...]
    kpi_summary: dict[str, float | int | str] = {}
    duration_seconds: float
    model_used: str = ""
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_estimate_usd: float = 0.0
    evidence_path: str = ".factory/evidence"


class Stamp(Value):
    """A merge commit on main that is the only meaning of DONE."""

    oid: Oid
    ticket: str
    attempt: int
    title: str
    gate_tree: Oid
    time: int = Field(0, description="committer time, seconds since the epoch")


ProgressKind = Literal[
    "works", "gate", "stamped", "failed", "put_off", "broken_off", "quarantined", "checkpoint", "note"
]


class Progress(Value):
    """One thing that happens now. It is told as it happens and kept nowhere; what counts is an event."""

    kind: ProgressKind = "note"
    item: str = Field("", description="the ticket, the card or the half that it is about; empty: the run")
    attempt: int = 0
    text: str
    at: float = Field(description="seconds since the epoch")
    zone: str = Field("", description="the factory's time zone; empty: it is not known, and the machine's is told")


class Event(Value):
    """One commit of the ledger."""

    name: str
    ticket: str = ""
    attempt: int = 0
    text: str = ""
    trailers: dict[str, str] = {}
    oid: Oid = ""
    time: int = 0
