"""What an attempt took of its model, as its evidence tells it: read once, for evidence never changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from factory.cards.card import is_card
from factory.git.repo import Repo
from factory.model import Event, Oid
from factory.records import attempts
from factory.records.plans import RESERVED
from factory.reports.tried import evidence_of

EGRESS = "egress.jsonl"  # a line a request, where the worker reached its model through the controller
MOST = 2000  # of its lines


class ModelCall(NamedTuple):
    """One request to a model, as the controller saw it pass. `seconds`: 0 where it is not known."""

    time: float
    method: str
    path: str
    model: str
    status: int
    seconds: float
    tokens_in: int
    tokens_out: int
    bytes_in: int
    bytes_out: int
    why: str  # it was denied

    @property
    def failed(self) -> bool:
        return not 200 <= self.status < 400


class Paid(NamedTuple):
    """What one attempt took."""

    item: str
    attempt: int
    worker: str
    model: str
    seconds: float
    calls: int
    tokens_in: int
    tokens_out: int
    usd: float
    flaky: int  # tests that changed their mind
    judged: bool  # the gate had its say
    passed: bool
    seen: tuple[ModelCall, ...] = ()


def paid(repo: Repo, event: Event) -> Paid | None:
    """Of the attempt that an event ended; None where it ended none, or this clone does not hold it."""
    evidence = evidence_of(repo, event)
    return paid_at(repo, event.ticket, evidence) if evidence else None


def paid_at(repo: Repo, item: str, evidence: Oid) -> Paid | None:
    """The same, of an evidence commit."""
    under = attempts.folder(item) if is_card(item) else RESERVED
    try:
        result, plan = (_json(repo, evidence, f"{under}/{name}.json") for name in ("result", "plan"))
        seen = calls(repo.store.file(evidence, f"{under}/evidence/{EGRESS}") or b"")
    except KeyError:
        return None
    return Paid(
        item=item,
        attempt=_int(result.get("attempt")),
        worker=str(plan.get("worker", "")),
        model=str(result.get("model_used", "")) or next((one.model for one in seen if one.model), ""),
        seconds=_float(result.get("duration_seconds")),
        calls=_int(result.get("calls")),
        tokens_in=_int(result.get("tokens_in")),
        tokens_out=_int(result.get("tokens_out")),
        usd=_float(result.get("cost_estimate_usd")),
        flaky=_int((result.get("tests") or {}).get("flaky")),
        judged=bool(result.get("guards")),
        passed=result.get("status") == "PASS",
        seen=seen,
    )


def calls(content: bytes) -> tuple[ModelCall, ...]:
    """The lines of `egress.jsonl`; what is no line of it is left out."""
    return tuple(_calls(content.decode("utf-8", "replace")))


def _calls(text: str) -> Iterator[ModelCall]:
    for line in text.splitlines()[:MOST]:
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict):
            words = (str(said.get(name) or "") for name in ("method", "path", "model"))
            method, path, model = words
            yield ModelCall(
                time=_float(said.get("time")),
                method=method,
                path=path,
                model=model,
                status=_int(said.get("status")),
                seconds=_float(said.get("seconds")),
                tokens_in=_int(said.get("tokens_in")),
                tokens_out=_int(said.get("tokens_out")),
                bytes_in=_int(said.get("in")),
                bytes_out=_int(said.get("out")),
                why=str(said.get("why") or ""),
            )


def _json(repo: Repo, commit: Oid, path: str) -> dict[str, Any]:
    try:
        found = json.loads(repo.store.file(commit, path) or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _int(value: object) -> int:
    return int(_float(value))


def _float(value: object) -> float:
    """A number as evidence has it; 0 for anything else, for a stranger may have written it."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15
    return float(value) if good and isinstance(value, (int, float)) else 0.0
