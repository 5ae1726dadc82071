"""What a gate has found so far; ends as a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from zoneinfo import ZoneInfo

from factory.clock import clock_face
from factory.gate import triage
from factory.gate.trial import Ran
from factory.model import Conclusion, CriterionResult, Fate, Finding, Tests, TierResults, Triage, Verdict

MOST = 200  # of what stays red that is told by name
TIERS = ("doctor", "fast", "regression")


class Tally:
    """Filled by the gate's steps, in order; the first failure is the verdict's."""

    def __init__(self, zone: str = "UTC") -> None:
        """`zone`: the factory's, in which the log tells the time."""
        self._zone = ZoneInfo(zone)
        self.results: dict[str, Conclusion] = dict.fromkeys(TIERS, Conclusion.SKIPPED)
        self.guards: dict[str, Literal["PASS", "FAIL"]] = {}
        self.criteria: list[CriterionResult] = []
        self.findings: tuple[Finding, ...] = ()
        self.tests = Tests()
        self.failed: tuple[str, ...] = ()
        self.log: list[str] = []
        self.why: Triage | None = None
        self.status = Conclusion.PASS
        self.proof: dict[str, tuple[str, ...]] = {}  # criterion -> the tests that carry its proof
        self.once: dict[str, str] = {}  # criterion -> its check, where a tier has to say what it said alone
        self.outcomes: dict[str, Fate] = {}  # of the tests that tiers ran on the tree
        # What stays red: a known red test, or a DONE criterion that main has broken -> why.
        self.red: dict[str, str] = {}
        # Commands of which main was asked again -> the functions whose ids were others then.
        self.changing: dict[str, frozenset[str]] = {}
        self.altered: list[dict[str, object]] = []  # the altered judges, and what each said
        self.second: list[dict[str, object]] = []  # the proofs under other conditions
        self._mark = ""

    @property
    def passing(self) -> bool:
        return self.status is Conclusion.PASS

    def fail(self, why: Triage, lines: Iterable[str], status: Conclusion = Conclusion.FAIL, mark: str = "") -> None:
        """`mark`: what tells this failure from another, where the lines name the ticket that met it."""
        self.why, self.status, self.failed = why, status, tuple(lines)
        self._mark = mark or "\n".join(self.failed)

    def heard(self, what: str, ran: Ran) -> None:
        """Keep what a command said."""
        end = "ran into its time limit" if ran.timed_out else f"exit code {ran.code}"
        if ran.remembered:
            end += f", as it ended at {clock_face(ran.at, self._zone)}"
        self.log += [f"== {what}: {ran.command}", ran.output.rstrip("\n"), f"-- {end}, {ran.seconds:.1f} s"]

    def verdict(self) -> Verdict:
        log = "\n".join(self.log) + "\n"
        return Verdict(
            status=self.status,
            triage=self.why,
            fingerprint=triage.fingerprint(self.why, self._mark) if self.why else "",
            gate_results=TierResults(**self.results),
            guards=self.guards,
            criteria=tuple(self.criteria),
            tests=self.tests,
            findings=self.findings,
            failed=self.failed,
            log=log,
            more={"altered.json": self.altered, "second.json": self.second} if self.criteria else {},
            red=dict(sorted(self.red.items())[:MOST]),
        )
