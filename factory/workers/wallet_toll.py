"""Holds the calls that pass the egress proxy to the wallet: each is reserved, and settled from what it used."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from factory.egress.meter import Usage
from factory.egress.prices import Price, cost, worst
from factory.egress.providers import Provider
from factory.egress.toll import Ask
from factory.errors import FactoryError
from factory.money.spend import bill
from factory.money.wallet import AttemptTooDear
from factory.workers import Wallet


@dataclass(frozen=True)
class Entered:
    reservation: str
    ask: Ask
    usd: float


class WalletToll:
    """The toll of one attempt; `usd` is what it cost until now. `price`: of the one model that the proxy lets pass."""

    def __init__(self, wallet: Wallet, provider: Provider, price: Price | None) -> None:
        self._wallet, self._provider, self._price = wallet, provider, price
        self._settled, self._open = threading.Condition(), 0
        self.usd = 0.0

    def enter(self, ask: Ask) -> Entered:
        usd = worst(ask.tokens_in, ask.tokens_out, self._provider.prices, ask.model, self._price)
        entered = Entered(self._reserve(ask, usd), ask, usd)
        try:
            self._wallet.pace()
        except FactoryError:  # not sent, and not paid
            self._settle(entered, Usage(), 0.0)
            raise
        return entered

    def _reserve(self, ask: Ask, usd: float) -> str:
        """A call that is too dear only beside the attempt's others waits for them: most cost less than is reserved."""
        with self._settled:
            while True:
                try:
                    reservation = self._wallet.reserve(bill(1, ask.tokens_in, ask.tokens_out, usd))
                    self._open += 1
                    return reservation
                except AttemptTooDear:
                    if not self._open:
                        raise
                    self._settled.wait()

    def leave(self, entered: object, usage: Usage) -> float:
        assert isinstance(entered, Entered)
        ask, usd = entered.ask, entered.usd
        if usage.complete:
            usd = cost(usage, self._provider.prices, ask.model, self._price)
        else:
            usage = Usage(usage.calls, ask.tokens_in, tokens_out=ask.tokens_out)
        self._settle(entered, usage, usd)
        return usd

    def _settle(self, entered: Entered, usage: Usage, usd: float) -> None:
        with self._settled:
            self._wallet.settle(entered.reservation, bill(usage.calls, usage.tokens_in, usage.tokens_out, usd))
            self.usd += usd
            self._open -= 1
            self._settled.notify_all()
