"""What calls cost, in US dollars. An unknown price refuses the call: a budget cannot be held to a guess."""

from __future__ import annotations

from dataclasses import dataclass

from factory.egress.meter import Usage
from factory.errors import Mistake

MILLION = 1_000_000


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens, as a person set it."""

    input: float
    output: float
    cached: float | None = None  # None: as input
    written: float | None = None  # None: as input

    def cost(self, usage: Usage) -> float:
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.written is None else self.written
        plain = usage.tokens_in - usage.tokens_cached - usage.tokens_written
        total = plain * self.input + usage.tokens_cached * cached + usage.tokens_written * written
        return (total + usage.tokens_out * self.output) / MILLION


def cost(usage: Usage, provider: str, model: str, price: Price | None = None) -> float:
    """What a call cost. `provider` is the price table's name for it; `price`, where given, stands before the table.

    Mistake where the table does not know the model.
    """
    if price is not None:
        return price.cost(usage)
    from genai_prices import Usage as Priced
    from genai_prices import calc_price

    counts = Priced(
        input_tokens=usage.tokens_in,
        cache_read_tokens=usage.tokens_cached,
        cache_write_tokens=usage.tokens_written,
        output_tokens=usage.tokens_out,
    )
    try:
        return float(calc_price(counts, model, provider_id=provider).total_price)
    except LookupError:
        remedy = "set price_in and price_out in ssot/factory.toml (USD a million tokens)"
        raise Mistake(f"the price of {model!r} ({provider}) is not known", remedy=remedy) from None


def worst(tokens_in: int, tokens_out: int, provider: str, model: str, price: Price | None = None) -> float:
    """The most that a call of this size can cost: nothing from the cache, or all of it written there."""
    plain = Usage(1, tokens_in, tokens_out=tokens_out)
    written = Usage(1, tokens_in, tokens_out=tokens_out, tokens_written=tokens_in)
    return max(cost(plain, provider, model, price), cost(written, provider, model, price))
