"""One small paid call, straight to a provider: does it answer, with this key and this model, and rightly?"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from factory.egress import upstream
from factory.egress.egress import ProxyLimits
from factory.egress.meter import Meter
from factory.egress.prices import Price, cost
from factory.egress.providers import Provider

TOKENS_IN = 50  # that a question counts at the most
SECONDS = 30.0
Json = dict[str, Any]


class KnownQuestion(NamedTuple):
    """What is asked, what the answer must hold, and how many tokens it may have."""

    words: str
    answer: str
    tokens_out: int


HELLO = KnownQuestion("Say ok.", "", 16)
SUM = KnownQuestion("What is 17 + 25? Answer with the number alone.", "42", 512)  # a model may think before it answers


def _gemini(model: str, asked: KnownQuestion) -> tuple[str, Json]:
    body = {
        "contents": [{"parts": [{"text": asked.words}]}],
        "generationConfig": {"maxOutputTokens": asked.tokens_out},
    }
    return f"/v1beta/models/{model}:generateContent", body


def _anthropic(model: str, asked: KnownQuestion) -> tuple[str, Json]:
    messages = [{"role": "user", "content": asked.words}]
    return "/v1/messages", {"model": model, "max_tokens": asked.tokens_out, "messages": messages}


def _openai(model: str, asked: KnownQuestion) -> tuple[str, Json]:
    messages = [{"role": "user", "content": asked.words}]
    return "/v1/chat/completions", {"model": model, "max_completion_tokens": asked.tokens_out, "messages": messages}


Dry = Callable[[str, KnownQuestion], tuple[str, Json]]
DRY: dict[str, Dry] = {"gemini": _gemini, "anthropic": _anthropic, "openai": _openai}


class Pong(NamedTuple):
    """What came back; `usd` is what it cost."""

    ok: bool
    said: str
    usd: float = 0.0


class AskedOf(NamedTuple):
    """Who is asked, and by whom: provider, key, model, its price where the table has none, and another address."""

    provider: Provider
    key: str
    model: str
    price: Price | None
    base: str = ""


def ping(at: AskedOf, asked: KnownQuestion = HELLO) -> Pong:
    """Makes the call. It is paid, and in no day's book."""
    provider, key, model, price, base = at
    path, body = DRY[provider.name](model, asked)
    base = base or provider.upstream
    try:
        connection = upstream.connect(base, ProxyLimits(connect_seconds=SECONDS, idle_seconds=SECONDS))
        headers = upstream.headers(provider, key, [("anthropic-version", "2023-06-01")])
        connection.request("POST", upstream.prefix(base) + path, json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
    except (OSError, http.client.HTTPException) as error:
        return Pong(False, f"no answer ({type(error).__name__})")
    if answer.status != 200:
        refused = provider.refused(answer.status, dict(answer.getheaders()), content)
        return Pong(False, "the key is refused" if refused.key else f"refused ({answer.status})")
    meter = Meter(provider.read, stream=False, model=model)
    meter.feed(content)
    usage = meter.usage()
    right = asked.answer in re.findall(r"\w+", " ".join(_texts(content))) if asked.answer else True
    paid = cost(usage, provider.prices, model, price) if usage.complete else 0.0
    return Pong(right, "answers" if right else "answers, and not what is right", paid)


def _texts(content: bytes) -> Iterator[str]:
    """Every text of an answer, whoever the provider: the keys under which they tell it."""
    try:
        left = [json.loads(content)]
    except ValueError:
        return
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield from (v for k, v in value.items() if k in ("text", "content") and isinstance(v, str))
            left += value.values()
        elif isinstance(value, list):
            left += value
