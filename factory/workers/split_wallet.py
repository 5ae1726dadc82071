"""One call that several tickets pay: each reserves and books its share; the sum is the call, to the token."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from factory.errors import FactoryError
from factory.money.spend import Spend
from factory.proposals.shares import split
from factory.workers import Wallet


class SplitWallet:
    """A wallet of wallets. The first one's ticket is who asks: the call itself counts there."""

    def __init__(self, wallets: Sequence[Wallet]) -> None:
        self._wallets, self._numbers = tuple(wallets), itertools.count(1)
        self._open: dict[str, list[str]] = {}

    def allowance(self) -> Spend:
        return self._wallets[0].allowance()

    def pace(self) -> None:
        self._wallets[0].pace()

    def reserve(self, worst: Spend) -> str:
        """All shares or none: where one does not fit, the others are given back, and its refusal is raised."""
        reserved: list[str] = []
        try:
            for wallet, share in zip(self._wallets, split(worst, len(self._wallets)), strict=True):
                reserved.append(wallet.reserve(share))
        except FactoryError:
            for wallet, name in zip(self._wallets, reserved, strict=False):
                wallet.settle(name, Spend())
            raise
        number = f"together:{next(self._numbers)}"
        self._open[number] = reserved
        return number

    def settle(self, reservation: str, cost: Spend) -> None:
        names = self._open.pop(reservation)
        for wallet, share, name in zip(self._wallets, split(cost, len(names)), names, strict=True):
            wallet.settle(name, share)
