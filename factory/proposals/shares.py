"""A ticket's share of an answer that was bought for several tickets at once; each one's own attempt finds its share."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from factory.model import Oid, Plan, Value
from factory.money.spend import MICRO, Spend
from factory.proposals.answers import Answers

BASED = {"base", "idempotency_key"}  # of a plan: what a share that was made on an older base is not found by


class Share(Value):
    """What was bought for one ticket. `text` is empty where its part of the answer cannot be used."""

    base: Oid  # what the ticket's files were when it was asked about
    text: str = ""
    request: dict[str, Any] = Field(default_factory=dict)  # what was asked, as the provider's API reads it
    together: tuple[str, ...]  # the tickets of the call
    model: str = ""
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0


class Shares:
    """Shares by the plan that they answer, whatever its base: the ticket's words, its scope, its attempt, its model."""

    def __init__(self, folder: Path | None) -> None:
        self._answers = Answers(folder)

    def find(self, plan: Plan) -> Share | None:
        """The share; None where none was bought, or it is not readable."""
        text = self._answers.find(_key(plan))
        try:
            return Share.model_validate_json(text) if text else None
        except ValidationError:
            return None

    def keep(self, plan: Plan, share: Share) -> None:
        self._answers.keep(_key(plan), share.model_dump_json())


def _key(plan: Plan) -> str:
    return hashlib.sha256(("share\0" + plan.model_dump_json(exclude=BASED)).encode()).hexdigest()


def split(whole: Spend, parts: int) -> list[Spend]:
    """As even as whole numbers and millionths of a dollar can be; the sum is the whole."""
    each = [_even(count, parts) for count in (whole.calls, whole.tokens_in, whole.tokens_out, int(whole.usd / MICRO))]
    return [Spend(calls=c, tokens_in=i, tokens_out=o, usd=u * MICRO) for c, i, o, u in zip(*each, strict=True)]


def _even(whole: int, parts: int) -> list[int]:
    return [whole // parts + (n < whole % parts) for n in range(parts)]
