"""The workers: one file a kind, one line each in `factory/kinds.py`."""

from __future__ import annotations

import importlib

from factory.kinds import BUILT_IN, KINDS
from factory.proposals.task import Fellow, Launch, Program, Task, Wallet, Work, WorkerKind

__all__ = ["Fellow", "Launch", "Program", "Task", "Wallet", "Work", "WorkerKind", "load"]


def load(kind: str) -> WorkerKind:
    """The module of a kind, imported only now: some take seconds."""
    return importlib.import_module("factory.workers.built_in" if kind == BUILT_IN else KINDS[kind])
