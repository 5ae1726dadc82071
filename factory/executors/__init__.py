"""Where attempts are carried out: on this machine, or anywhere that has the repository. Nothing of the line is needed.

An order names a plan commit; what comes back is a work commit and how it ended. Whoever gave the order judges that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from factory.model import Oid, Plan, Value
from factory.money.spend import Spend
from factory.proposals.shares import Share
from factory.records.attempts import Commits as Commits
from factory.records.plans import RESERVED
from factory.rooms.change import Change
from factory.workers import Fellow, Wallet, Work

CALLS, TOKENS = 10_000, 100_000_000  # what one attempt can never use up by right


class Order(Value):
    """One attempt that is to be made: a function of commits."""

    plan: Oid  # the plan commit; its parent is the base
    folder: str = RESERVED  # where the plan lies in it
    hidden: tuple[str, ...] = ()  # globs that the worker does not see
    at: float  # seconds since the epoch: the time of the commits that are made
    most: Spend = Spend()  # the share of money, calls and tokens that may be used


@dataclass(frozen=True)
class Means:
    """What whoever gave the order keeps in hand while it is carried out: its purse, and its word to end."""

    wallet: Wallet
    stop: threading.Event = field(default_factory=threading.Event)
    share: Share | None = None  # of an answer that was bought together with other tickets
    fellows: tuple[Fellow, ...] = ()  # others that may go out in the same call
    hear: Callable[[bytes], None] | None = None  # is told what a program prints, while it prints


class Outcome(NamedTuple):
    """How an order ended. `broke`: what was met when the change was taken out of its room, or kept in git."""

    commits: Commits
    work: Work
    change: Change
    broke: Exception | None = None


def most(plan: Plan) -> Spend:
    """The share of an attempt: its own cap. Calls and tokens are counted against the day's by whoever gives it."""
    return Spend.model_validate({"calls": CALLS, "tokens_in": TOKENS, "tokens_out": TOKENS, "usd": plan.budget_usd})


class Executor(Protocol):
    """Carries out orders beside each other."""

    def carry_out(self, order: Order, means: Means) -> Outcome:
        """Waits for the end. A FactoryError, or Unfit, where the worker could not work at all."""
