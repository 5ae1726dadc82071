"""What is known of each model provider, as values: what may be asked of it, how it is paid, how it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from factory.egress.content import Kinds, by_type
from factory.egress.forms import CHAT, GENERATE, MESSAGES, RESPONSES, Form
from factory.egress.meter import Reader, read_anthropic, read_gemini, read_openai
from factory.egress.refusals import (
    UpstreamRefusal,
    anthropic_error,
    anthropic_limit,
    gemini_error,
    gemini_limit,
    openai_error,
    openai_limit,
)

Json = Mapping[str, Any]
Kind = Literal["call", "count", "list"]  # paid, and metered; free, asked before a call; free


@dataclass(frozen=True)
class Route:
    """One thing that may be asked: a method, the whole path, and the query that goes with it. `form`: of a call."""

    method: str
    path: re.Pattern[str]
    kind: Kind
    query: frozenset[str] = frozenset()
    form: Form | None = None


@dataclass(frozen=True)
class Provider:
    """One provider. `prices` is its name in the price table; headers not listed are not passed on."""

    name: str
    prices: str
    upstream: str
    routes: tuple[Route, ...]
    headers: frozenset[str]
    auth: tuple[str, str]  # the header that carries the key, and what stands before the key in it
    read: Reader
    limit: Callable[[Json, Any], tuple[float | None, bool]]  # headers (lower case), error body -> retry, daily
    error: Callable[[int, str], Json]
    image: int  # tokens of one, at the most
    kinds: Kinds = by_type  # what kinds of tool one is
    credentials: frozenset[str] = frozenset({"key"})  # query fields that carry a client's key: dropped

    def route(self, method: str, path: str) -> Route | None:
        return next((r for r in self.routes if r.method == method and r.path.fullmatch(path)), None)

    def refused(self, status: int, headers: Json, body: bytes) -> UpstreamRefusal:
        """How an answer of status 400 or more is to be understood."""
        try:
            document = json.loads(body)
        except ValueError:
            document = {}
        retry, daily = self.limit({k.lower(): v for k, v in headers.items()}, document)
        return UpstreamRefusal(
            status, retry, daily, status in (401, 403) or (status == 400 and b"API_KEY_INVALID" in body)
        )

    def refused_inside(self, document: Json) -> UpstreamRefusal:
        """The same for an error that is told inside an answer of status 200, in mid-stream."""
        found = document.get("error")
        code = found.get("code") if isinstance(found, Mapping) else None
        retry, daily = self.limit({}, document)
        return UpstreamRefusal(code if isinstance(code, int) and code >= 400 else 503, retry, daily)


def _gemini(kind: Kind, verb: str, *query: str, form: Form | None = None) -> Route:
    return _route(kind, "POST", rf"/v1(?:beta)?/models/[A-Za-z0-9._-]+:{verb}", *query, form=form)


def _route(kind: Kind, method: str, path: str, *query: str, form: Form | None = None) -> Route:
    return Route(method, re.compile(path), kind, frozenset(query), form)


_COMMON = frozenset({"accept", "content-type", "user-agent"})

GEMINI = Provider(
    name="gemini",
    prices="google",
    upstream="https://generativelanguage.googleapis.com",
    routes=(
        _gemini("call", "generateContent", form=GENERATE),
        _gemini("call", "streamGenerateContent", "alt=sse", form=GENERATE),
        _gemini("count", "countTokens"),
    ),
    headers=_COMMON | {"x-goog-api-client", "x-server-timeout"},
    auth=("x-goog-api-key", ""),
    read=read_gemini,
    limit=gemini_limit,
    error=gemini_error,
    image=8_000,
    kinds=list,  # it is named by its only field
)
ANTHROPIC = Provider(
    name="anthropic",
    prices="anthropic",
    upstream="https://api.anthropic.com",
    routes=(
        _route("call", "POST", "/v1/messages", "beta=true", form=MESSAGES),
        _route("count", "POST", "/v1/messages/count_tokens", "beta=true", form=MESSAGES),
    ),
    headers=_COMMON | {"anthropic-version", "anthropic-beta"},
    auth=("x-api-key", ""),
    read=read_anthropic,
    limit=anthropic_limit,
    error=anthropic_error,
    image=8_000,
)
OPENAI = Provider(
    name="openai",
    prices="openai",
    upstream="https://api.openai.com",
    routes=(
        _route("call", "POST", "/v1/chat/completions", form=CHAT),
        _route("call", "POST", "/v1/responses", form=RESPONSES),
        _route("list", "GET", "/v1/models"),
    ),
    headers=_COMMON | {"openai-beta"},
    auth=("authorization", "Bearer "),
    read=read_openai,
    limit=openai_limit,
    error=openai_error,
    image=50_000,  # some small models count them thirty times
)
