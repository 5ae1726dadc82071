"""Where the money side meets the egress proxy: asked before a call is sent, told after it what was used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from factory.egress.meter import Usage


@dataclass(frozen=True)
class Ask:
    """A paid request before it is sent: the most that it can use."""

    model: str
    tokens_in: int
    tokens_out: int


class Toll(Protocol):
    """Called from the proxy's threads, several at once."""

    def enter(self, ask: Ask) -> object:
        """Reserves the worst case; what it returns is given back to `leave`. Raises a FactoryError to refuse it."""

    def leave(self, entered: object, usage: Usage) -> float:
        """Books what was used, once for each `enter`; the dollars that it came to. `usage.complete` is False where the
        reservation must stand."""
