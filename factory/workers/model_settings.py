"""What a worker that speaks to a model reads from its table in ssot/factory.toml."""

from __future__ import annotations

from typing import Protocol

from factory.prices import Price


class ModelSettings(Protocol):
    """The keys, all with defaults but `model`."""

    @property
    def model(self) -> str: ...
    @property
    def effort(self) -> str:
        """minimal, low, medium, high, or a number of tokens to think in; empty: the model's own."""

    @property
    def temperature(self) -> float | None: ...
    @property
    def max_out(self) -> int:
        """Tokens that one answer may have, thoughts included; 0: the worker's default."""

    @property
    def base_url(self) -> str:
        """An upstream of one's own; empty: the provider's."""

    @property
    def key_env(self) -> str:
        """The controller's variable that holds the key; empty: the provider's usual one."""

    @property
    def price(self) -> Price | None: ...
    @property
    def args(self) -> tuple[str, ...]:
        """Further words on a CLI's command line."""
