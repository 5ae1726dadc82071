"""One call that several tickets pay: each reserves and books its share; the sum is the call, to the token."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from factory.errors import FactoryError
from factory.money.spend import Spend
from factory.proposals.shares import split, split_usd
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

    def reserve(self, *, calls: int, tokens_in: int, tokens_out: int, usd: float) -> str:
        """All shares or none: where one does not fit, the others are given back, and its refusal is raised."""
        reserved: list[str] = []
        try:
            for wallet, c, i, o, u in self._shares(calls, tokens_in, tokens_out, usd):
                reserved.append(wallet.reserve(calls=c, tokens_in=i, tokens_out=o, usd=u))
        except FactoryError:
            for wallet, name in zip(self._wallets, reserved, strict=False):
                wallet.settle(name, calls=0, tokens_in=0, tokens_out=0, usd=0.0)
            raise
        number = f"together:{next(self._numbers)}"
        self._open[number] = reserved
        return number

    def settle(self, reservation: str, *, calls: int, tokens_in: int, tokens_out: int, usd: float) -> None:
        names = self._open.pop(reservation)
        for (wallet, c, i, o, u), name in zip(self._shares(calls, tokens_in, tokens_out, usd), names, strict=True):
            wallet.settle(name, calls=c, tokens_in=i, tokens_out=o, usd=u)

    def _shares(
        self, calls: int, tokens_in: int, tokens_out: int, usd: float
    ) -> list[tuple[Wallet, int, int, int, float]]:
        n = len(self._wallets)
        each = (split(calls, n), split(tokens_in, n), split(tokens_out, n), split_usd(usd, n))
        return list(zip(self._wallets, *each, strict=True))
