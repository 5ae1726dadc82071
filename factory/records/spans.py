"""The ids of an attempt's trace and of its spans, made of its plan commit: whoever has the repository makes the same
again, so that log lines and traces meet. Pure."""

from __future__ import annotations

import hashlib

from factory.model import Oid

ATTEMPT, PLAN, WORKER, MODEL, GATE, STAMP = "attempt", "plan", "worker", "model call", "gate", "stamp"


def trace_id(plan: Oid) -> str:
    """32 hex digits, with which the plan commit's own id begins: `git show` takes them."""
    return plan[:32]


def span_id(trace: str, name: str, number: int = 0) -> str:
    """16 hex digits; `number` tells the model calls of one attempt apart."""
    return hashlib.sha256(f"{trace}\0{name}\0{number}".encode()).hexdigest()[:16]
