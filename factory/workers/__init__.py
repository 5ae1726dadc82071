"""The workers: one file a kind, one line each in `factory/kinds.py`."""

from __future__ import annotations

import importlib

from factory.kinds import BUILT_IN, KINDS
from factory.proposals.task import Fellow, Kind, Launch, Program, Task, Wallet, Work

__all__ = ["Fellow", "Kind", "Launch", "Program", "Task", "Wallet", "Work", "load"]


def load(kind: str) -> Kind:
    """The module of a kind, imported only now: some take seconds."""
    return importlib.import_module("factory.workers.built_in" if kind == BUILT_IN else KINDS[kind])
