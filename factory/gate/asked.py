"""What the gate is asked: may this tree become main's next?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from factory.gate.sides import Sides
from factory.model import Changed, Oid, Plan, PlanCriterion
from guards.case import Case

Say = Callable[[str], None]


class TreeQuestion(NamedTuple):
    """One tree, and what it is held against."""

    case: Case
    plan: Plan | None  # None: by hand, and then no criterion is proven
    main: Oid  # main's tip, that the tree was merged onto
    tree: Oid  # exactly what would be stamped
    held: Oid  # the same product with main's judge; the tree itself where the change brings nothing that judges
    sides: Sides
    brought: tuple[Changed, ...]  # what of the change lies on the judge's side
    steps: tuple[str, ...]  # what the gate goes through, in order
    say: Say

    @property
    def changed(self) -> tuple[Changed, ...]:
        return self.case.changed

    @property
    def checks(self) -> list[PlanCriterion]:
        return [c for c in self.plan.criteria if c.check] if self.plan else []

    @property
    def digest(self) -> str:
        """What chooses alterations and conditions. The tree names its own work commit: no worker can know it before."""
        return hashlib.sha256(f"{self.plan.idempotency_key if self.plan else ''} {self.tree}".encode()).hexdigest()
