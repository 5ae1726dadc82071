"""What calls cost, and the most that they may. Pure.

Money is `Decimal`, rounded up to a millionth of a dollar once, where it comes in; floats are never added.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from factory.model import Value
from factory.plain import many

MICRO = Decimal("0.000001")

# Floats are read by their shortest decimal text, so that 0.1 is 0.1.
Usd = Annotated[Decimal, Field(ge=0, le=10**12), AfterValidator(lambda usd: usd.quantize(MICRO, ROUND_CEILING))]
Count = Annotated[int, Field(ge=0)]


class Spend(Value):
    """What calls cost. `tokens_out` includes thought tokens."""

    calls: Count = 0
    tokens_in: Count = 0
    tokens_out: Count = 0
    usd: Usd = Decimal(0)

    def __add__(self, other: Spend) -> Spend:
        return Spend(
            calls=self.calls + other.calls,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            usd=self.usd + other.usd,
        )


def bill(calls: int, tokens_in: int, tokens_out: int, usd: float) -> Spend:
    """What calls cost, dollars as they come: they are rounded here, once."""
    return Spend.model_validate({"calls": calls, "tokens_in": tokens_in, "tokens_out": tokens_out, "usd": usd})


class DayCaps(BaseModel):
    """The daily caps, and dollars a cycle (one attempt). 0 lets nothing through."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)  # reads the settings' [budget] as is

    daily_calls: Count
    daily_tokens_in: Count
    daily_tokens_out: Count
    daily_usd: Usd
    cycle_usd: Usd

    @property
    def day(self) -> Spend:
        """The most that one day may cost."""
        return Spend(
            calls=self.daily_calls, tokens_in=self.daily_tokens_in, tokens_out=self.daily_tokens_out, usd=self.daily_usd
        )


def measures(used: Spend, caps: DayCaps) -> list[tuple[str, int | Decimal, int | Decimal]]:
    """(name, used, cap) of all four daily caps."""
    return [(name, getattr(used, name), getattr(caps.day, name)) for name in Spend.model_fields]


def dollars(amount: float | Decimal) -> str:
    """Dollars in digits: to the cent, and what is less than a cent as finely as it must be. `1.50`, `0.0023`."""
    usd = Decimal(str(amount)).quantize(MICRO)
    fine = next((n for n in (4, 6) if usd < 1 and round(usd, n)), 2)
    whole, _, part = f"{usd:.{fine}f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}"


def said(name: str, amount: int | Decimal) -> str:
    """An amount in words: `3,000 calls`, `1 token in`, `$1.50`."""
    if name == "usd":
        return f"${dollars(amount)}"
    things, _, way = name.partition("_")
    return f"{many(int(amount), things[:-1])} {way}".rstrip()
