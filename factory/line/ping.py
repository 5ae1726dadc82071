"""One small paid call, straight to a provider: does it answer, with this key and this model?"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from factory.egress import upstream
from factory.egress.egress import ProxyLimits
from factory.egress.meter import Meter
from factory.egress.prices import Price, cost
from factory.egress.providers import Provider

WORDS, TOKENS_IN, TOKENS_OUT = "Say ok.", 50, 16  # the call, and what it counts at the most
SECONDS = 30.0
Json = dict[str, Any]


def _gemini(model: str) -> tuple[str, Json]:
    body = {"contents": [{"parts": [{"text": WORDS}]}], "generationConfig": {"maxOutputTokens": TOKENS_OUT}}
    return f"/v1beta/models/{model}:generateContent", body


def _anthropic(model: str) -> tuple[str, Json]:
    return "/v1/messages", {"model": model, "max_tokens": TOKENS_OUT, "messages": [{"role": "user", "content": WORDS}]}


def _openai(model: str) -> tuple[str, Json]:
    messages = [{"role": "user", "content": WORDS}]
    return "/v1/chat/completions", {"model": model, "max_completion_tokens": TOKENS_OUT, "messages": messages}


DRY: dict[str, Callable[[str], tuple[str, Json]]] = {"gemini": _gemini, "anthropic": _anthropic, "openai": _openai}


class Pong(NamedTuple):
    """What came back; `usd` is what it cost."""

    ok: bool
    said: str
    usd: float = 0.0


def ping(provider: Provider, key: str, model: str, price: Price | None, base: str = "") -> Pong:
    """Makes the call. It is paid, and in no day's book."""
    path, body = DRY[provider.name](model)
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
    return Pong(True, "answers", cost(usage, provider.prices, model, price) if usage.complete else 0.0)
