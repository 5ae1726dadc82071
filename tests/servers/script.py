"""What a stand-in is asked, what it answers, and its books."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Json = dict[str, Any]


@dataclass(frozen=True)
class Tokens:
    """`cached` is a part of `prompt`; `thought` is beside `out` (each wire format puts them where it does)."""

    prompt: int = 1000
    cached: int = 0
    out: int = 50
    thought: int = 0


@dataclass(frozen=True)
class Ask:
    """One request, read from its wire format."""

    path: str
    model: str
    stream: bool
    body: Json
    headers: dict[str, str]
    text: str = ""  # all text of the request, joined
    tools: dict[str, Json] = field(default_factory=dict)  # the tools that the client declares -> their JSON schemas
    results: int = 0  # tool results in the history: how far the client's loop is


@dataclass(frozen=True)
class Reply:
    """A good answer, or one that is good but for its end or its counts."""

    text: str = "Done."
    tool: tuple[str, Json] | None = None
    tokens: Tokens = Tokens()
    finish: Literal["stop", "length", "safety"] = "stop"
    claims: Tokens | Literal["truth", "missing"] = "truth"  # what the answer says was used
    drip: float = 0.0  # seconds between the events of a stream, or the pieces of an answer
    gzip: bool = False

    @property
    def said(self) -> Tokens | None:
        if self.claims == "truth":
            return self.tokens
        return None if self.claims == "missing" else self.claims


@dataclass(frozen=True)
class Refusal:
    """An error by status. `retry` seconds are named in the provider's own way; `daily` is a quota of the day."""

    status: int = 429
    retry: float | None = None
    daily: bool = False


@dataclass(frozen=True)
class Raw:
    """Status 200 and these bytes."""

    content: bytes = b'{"candidates": [{'
    tokens: Tokens = Tokens(out=0)


@dataclass(frozen=True)
class Drop:
    """The connection is cut: before any byte (`events=0`), or after so many events or pieces of the reply."""

    reply: Reply = Reply()
    events: int = 0


@dataclass(frozen=True)
class Hang:
    """Nothing is said for so long, then the connection is cut."""

    seconds: float = 30.0


Answer = Reply | Refusal | Raw | Drop | Hang
Script = Callable[[Ask], Answer]


@dataclass(frozen=True)
class Served:
    """One line of the books: what was truly used, whatever the answer said."""

    ask: Ask
    answer: Answer
    tokens: Tokens | None  # None: nothing is billed


class Books:
    """What was served. `calls` counts what a provider would bill."""

    def __init__(self) -> None:
        self.served: list[Served] = []
        self.others: list[str] = []  # requests that are not model calls, as "METHOD /path"
        self._lock = threading.Lock()

    def book(self, ask: Ask, answer: Answer) -> None:
        billed = {Reply: lambda a: a.tokens, Drop: lambda a: a.reply.tokens, Raw: lambda a: a.tokens}
        read = billed.get(type(answer))
        with self._lock:
            self.served.append(Served(ask, answer, read(answer) if read else None))

    @property
    def billed(self) -> list[Tokens]:
        return [s.tokens for s in self.served if s.tokens]

    @property
    def calls(self) -> int:
        return len(self.billed)

    def sum(self, name: Literal["prompt", "cached", "out", "thought"]) -> int:
        return sum(getattr(t, name) for t in self.billed)


def scripted(answers: Script | Sequence[Answer]) -> Script:
    """A list is used up one answer a call; a call past its end is refused, and seen in the books."""
    if callable(answers):
        return answers
    left, lock = list(answers), threading.Lock()

    def take(ask: Ask) -> Answer:
        with lock:
            return left.pop(0) if left else Refusal(500)

    return take


def with_tokens(reply: Reply, **counts: int) -> Reply:
    return replace(reply, tokens=replace(reply.tokens, **counts))
