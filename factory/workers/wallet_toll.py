"""Holds the calls that pass the egress proxy to the wallet: each is reserved, and settled from what it used."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from factory.egress.meter import Usage
from factory.egress.prices import Price, cost, worst
from factory.egress.providers import Provider
from factory.egress.toll import Ask
from factory.errors import FactoryError
from factory.workers import Wallet

BYTES_A_TOKEN = 2  # few texts have less; of a JSON body most tokens have four
MAX_OUT = 32_768  # tokens; where a request does not say


@dataclass(frozen=True)
class Entered:
    reservation: str
    ask: Ask
    tokens_in: int
    tokens_out: int
    usd: float


class WalletToll:
    """The toll of one attempt; `usd` is what it cost until now."""

    def __init__(self, wallet: Wallet, provider: Provider, price: Price | None) -> None:
        self._wallet, self._provider, self._price = wallet, provider, price
        self._lock = threading.Lock()
        self.usd = 0.0

    def enter(self, ask: Ask) -> Entered:
        tokens_in, tokens_out = ask.body_bytes // BYTES_A_TOKEN + 1, ask.max_out or MAX_OUT
        usd = worst(tokens_in, tokens_out, self._provider.prices, ask.model, self._price)
        with self._lock:
            reservation = self._wallet.reserve(calls=1, tokens_in=tokens_in, tokens_out=tokens_out, usd=usd)
        try:
            self._wallet.pace()
        except FactoryError:  # not sent, and not paid
            with self._lock:
                self._wallet.settle(reservation, calls=0, tokens_in=0, tokens_out=0, usd=0.0)
            raise
        return Entered(reservation, ask, tokens_in, tokens_out, usd)

    def leave(self, entered: object, usage: Usage) -> None:
        assert isinstance(entered, Entered)
        tokens_in, tokens_out, usd = entered.tokens_in, entered.tokens_out, entered.usd
        if usage.complete:
            tokens_in, tokens_out = usage.tokens_in, usage.tokens_out
            usd = cost(usage, self._provider.prices, entered.ask.model, self._price)
        with self._lock:
            self.usd += usd
            self._wallet.settle(
                entered.reservation, calls=usage.calls, tokens_in=tokens_in, tokens_out=tokens_out, usd=usd
            )
