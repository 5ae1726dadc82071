"""The model of a worker's table, its price, and how hard it is told to think: all are known before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from factory.egress.prices import Price, worst
from factory.errors import Mistake
from factory.ssot.settings import Worker

WHERE = "ssot/factory.toml"


@dataclass(frozen=True)
class ModelChoice:
    """`price` is None where the table of prices knows the model."""

    model: str
    price: Price | None


def chosen(settings: Worker, default: str, table: str) -> ModelChoice:
    """The settings' model, else the kind's own (`default`; empty: it has none). `table` is the price table's name for
    the provider. Mistake where there is no model, half a price, or none."""
    model = settings.model or default
    if not model:
        raise Mistake(f"a worker of kind {settings.kind} names its model", path=WHERE, remedy="set `model`")
    if (settings.price_in is None) != (settings.price_out is None):
        raise Mistake("half a price", path=WHERE, remedy="set both price_in and price_out, or neither")
    price = None
    if settings.price_in is not None and settings.price_out is not None:
        price = Price(settings.price_in, settings.price_out)
    worst(1, 1, table, model, price)
    return ModelChoice(model, price)


LEVELS = ("minimal", "low", "medium", "high")


def checked(effort: str) -> str:
    """The word, or a number of tokens as text. Mistake for any other."""
    if effort and effort not in LEVELS and not effort.isdecimal():
        raise Mistake(f"{effort!r} is no effort", path="ssot/factory.toml", remedy=f"{', '.join(LEVELS)} or tokens")
    return effort


def thinking(effort: str) -> Any:
    """Gemini's thinking configuration; None: the model's own. Older models know tokens only, newer ones levels."""
    if not checked(effort):
        return None
    return {"thinking_budget": int(effort)} if effort.isdecimal() else {"thinking_level": effort.upper()}
