"""How hard a model is told to think: one word in the settings, each provider's own in the call."""

from __future__ import annotations

from typing import Any

from factory.errors import Mistake

LEVELS = ("minimal", "low", "medium", "high")


def checked(effort: str) -> str:
    """The word, or a number of tokens as text. Mistake for any other."""
    if effort and effort not in LEVELS and not effort.isdecimal():
        raise Mistake(f"{effort!r} is no effort", path="ssot/factory.toml", remedy=f"{', '.join(LEVELS)} or tokens")
    return effort


def gemini(effort: str) -> Any:
    """The thinking configuration; None: the model's own. The older models know tokens only, the newer ones levels."""
    if not checked(effort):
        return None
    return {"thinking_budget": int(effort)} if effort.isdecimal() else {"thinking_level": effort.upper()}
