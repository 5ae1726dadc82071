"""What passed between the factory's own worker and its model, word by word: a line of the evidence for each request.

A secret is masked before a text is cut, and a text is cut before its line is written, so that every line stays JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import Field, ValidationError

from factory.model import Value
from factory.plain import json_text
from factory.records.redact import cap_all, clean

MESSAGES = "messages.jsonl"
MOST = 512 << 10  # bytes of all texts of an attempt: a half of what a file of the evidence may have


class Exchange(Value):
    """One question, and what came of it."""

    time: float = Field(0.0, description="when it was asked, in seconds since the epoch")
    url: str = Field("", description="whom; empty where nobody had to be asked")
    request: dict[str, Any] = Field(
        default_factory=dict, description="the body that was sent, as the provider's API reads it"
    )
    status: int = Field(0, description="HTTP status; 0: it was not sent")
    answer: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = Field(0.0, description="what was booked for it")
    note: str = Field("", description="why it was not sent, or what was wrong with the answer")


def written(found: Iterable[Exchange], known: tuple[str, ...]) -> bytes:
    """The lines, all texts of which have MOST bytes together: small ones stay whole, large ones share. `known`: the
    values of secrets."""
    rows = [one.model_dump() for one in found]
    texts: dict[str, bytes] = {}
    _each(rows, lambda text: texts.setdefault(str(len(texts)), clean(text.encode("utf-8", "replace"), known)) and text)
    cut = iter(cap_all(texts, MOST).values())
    told = _each(rows, lambda _: next(cut).decode("utf-8", "replace"))
    return "".join(f"{json_text(row, indent=None)}\n" for row in told).encode("utf-8", "replace")


def _each(value: Any, made: Callable[[str], str]) -> Any:
    """The value with every text in it replaced, in their order; keys are the API's own words."""
    if isinstance(value, str):
        return made(value)
    if isinstance(value, dict):
        return {key: _each(one, made) for key, one in value.items()}
    return [_each(one, made) for one in value] if isinstance(value, (list, tuple)) else value


def read(content: bytes) -> list[Exchange]:
    """The exchanges of a file of the evidence; what is no line of it is left out."""
    found = []
    for line in content.splitlines():
        try:
            found.append(Exchange.model_validate_json(line))
        except ValidationError:  # of another hand, or cut
            continue
    return found
