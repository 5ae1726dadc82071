"""Tasks for workers, and a wallet that keeps books."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from factory.errors import Stopped
from factory.model import Plan, PlanCriterion, Previous, Priority, Risk, Scope
from factory.money.spend import Spend
from factory.sandbox.process import Finished
from factory.ssot.settings import Worker
from factory.tree import MemoryTree
from factory.workers import Task


def make_settings(**changes: Any) -> Worker:
    return Worker(**{"kind": "gemini", "model": "gemini-2.5-flash", **changes})


@dataclass
class Purse:
    """A wallet with a cap, in memory; `stopped`: the attempt is ended while a call waits for its turn."""

    cap: float = 1.0
    stopped: bool = False
    paced: int = 0
    reserved: dict[str, dict[str, Any]] = field(default_factory=dict)
    settled: dict[str, dict[str, Any]] = field(default_factory=dict)

    def reserve(self, worst: Spend) -> str:
        if self.usd + float(worst.usd) > self.cap:
            raise Stopped(f"{worst.usd:.4f} USD do not fit under the cap of {self.cap:.4f}")
        name = f"r{len(self.reserved)}"
        self.reserved[name] = worst.model_dump()
        return name

    def settle(self, reservation: str, cost: Spend) -> None:
        assert reservation in self.reserved
        assert reservation not in self.settled
        self.settled[reservation] = cost.model_dump()

    def allowance(self) -> Spend:
        return Spend(calls=10, tokens_in=1000, tokens_out=100)

    def pace(self) -> None:
        self.paced += 1
        if self.stopped:
            raise Stopped("stopped before a model was asked")

    def total(self, name: str) -> Any:
        return sum(line[name] for line in self.settled.values())

    @property
    def usd(self) -> float:
        return float(self.total("usd"))

    @property
    def open(self) -> set[str]:
        return self.reserved.keys() - self.settled.keys()


def make_plan(**changes: Any) -> Plan:
    plan: dict[str, Any] = {
        "ticket_id": "D-001",
        "attempt": 1,
        "ac_ids": ("AC-001-1",),
        "title": "Add adds",
        "description": "`calc.add` subtracts.",
        "criteria": (PlanCriterion(id="AC-001-1", text="add(1, 2) is 3", check="python -m pytest -q test_calc.py"),),
        "scope": Scope(modify=("calc.py", "new/*.py"), readonly=("test_calc.py",), forbidden=("ssot/**",)),
        "done_criteria": "Every criterion's check is green.",
        "risk": Risk.LOW,
        "priority": Priority.P1,
        "base": "0" * 40,
        "timeout_minutes": 1.0,
        "budget_usd": 1.0,
        "worker": "gemini",
        "idempotency_key": "0" * 64,
    }
    return Plan(**{**plan, **changes})


FILES = {
    "calc.py": "def add(a, b):\n    return a - b\n",
    "test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
    "ssot/SSOT_RULES.md": "Be brief.\n",
}


def no_launch(*words: Any, **_: Any) -> Finished:
    raise AssertionError(f"nothing is to be run: {words}")


def make_task(
    tmp_path: Path,
    settings: Worker,
    *,
    files: Mapping[str, bytes | str] = FILES,
    purse: Purse | None = None,
    launch: Callable[..., Finished] = no_launch,
    answers: Path | None = None,
    **plan: Any,
) -> Task:
    room, out = tmp_path / "room", tmp_path / "out"
    out.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        at = room / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(content.encode() if isinstance(content, str) else content)
    return Task(
        plan=make_plan(**plan),
        room=room,
        out=out,
        settings=settings,
        rules="Be brief.",
        files=MemoryTree(files),
        launch=launch,
        wallet=purse or Purse(),
        stop=threading.Event(),
        answers=answers,
    )


def failed_before(**changes: Any) -> Previous:
    return Previous(**{"attempt": 1, "triage": "TEST", "fingerprint": "f", "failed": ("test_add",), **changes})
