"""A share of money that was set aside before: whoever has it can spend that, and no more, without any book."""

from __future__ import annotations

import itertools

from factory.money.spend import Spend
from factory.money.wallet import AttemptTooDear


class Purse:
    """The wallet of an attempt that has nothing of the ledger. What it reserved and did not settle is spent."""

    def __init__(self, most: Spend) -> None:
        self._most, self._numbers = most, itertools.count(1)
        self._open: dict[str, Spend] = {}
        self._settled = Spend()

    @property
    def spent(self) -> Spend:
        return sum(self._open.values(), self._settled)

    def reserve(self, worst: Spend) -> str:
        """AttemptTooDear where it does not fit in the share."""
        total = self.spent + worst
        if any(getattr(total, name) > getattr(self._most, name) for name in Spend.model_fields):
            raise AttemptTooDear("the share of this attempt is used up")
        id = str(next(self._numbers))
        self._open[id] = worst
        return id

    def settle(self, reservation: str, cost: Spend) -> None:
        """Book what it really cost."""
        del self._open[reservation]
        self._settled += cost

    def allowance(self) -> Spend:
        """All of it: nobody else spends from the same share."""
        return self._most

    def pace(self) -> None:
        """At once: calls are spaced by whoever gave the order."""
