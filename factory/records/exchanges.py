"""What passed between the factory's own worker and its model, word by word: a line of the evidence for each request.

A secret is masked before a text is cut, and a text is cut before its line is written, so that every line stays JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import Field, ValidationError

from factory.model import Value
from factory.plain import json_text
from factory.records.redact import FILE_CAP, cap_all, clean

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
    masked = [_each(one.model_dump(), lambda text: _masked(text, known).decode()) for one in found]
    texts = {str(n): text.encode() for n, text in enumerate(_texts(masked))}
    cut = iter(cap_all(texts, MOST).values())
    told = _each(masked, lambda _: next(cut).decode("utf-8", "replace"))
    return "".join(f"{json_text(row, indent=None)}\n" for row in told).encode("utf-8", "replace")


def _masked(text: str, known: tuple[str, ...]) -> bytes:
    content = text.encode("utf-8", "replace")
    return clean(content, known, max(len(content), FILE_CAP) * 2)  # what is masked may be longer than it was


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, in its order."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        yield from _texts(one)


def _each(value: Any, made: Callable[[str], str]) -> Any:
    """The value with every text in it replaced, in the same order; keys are the API's own words."""
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
