"""What a request asks for, before anything is paid: its model, what it makes the provider do, how much that may be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from factory.egress import content
from factory.egress.keys import Access
from factory.egress.providers import Route
from factory.egress.request_body import Denied, model_of
from factory.egress.toll import Ask


class RequestLimits(Protocol):
    """The limits that hold here."""

    @property
    def model(self) -> str: ...
    @property
    def tokens_out(self) -> int: ...


@dataclass(frozen=True)
class Understood:
    """A request as it goes out. Written anew: no key twice, nothing that two parsers read differently."""

    body: bytes
    ask: Ask
    streamed: bool


def understood(
    access: Access, route: Route, target: str, document: Mapping[str, Any], limits: RequestLimits
) -> Understood:
    """Denied, where it is not the worker's to ask."""
    path = target.split("?")[0]
    model, out = model_of(path, document), 0
    if limits.model and model != limits.model.removeprefix("models/").partition("[")[0]:  # Claude Code's "x[1m]" is x
        raise Denied(403, f"{model[:80]!r} is not this worker's model, which is {limits.model!r}")
    content.check(model, document, access.provider.kinds)
    if route.form and route.kind == "call":
        document, out = route.form.fit(document, limits.tokens_out, home=access.home)
    elif route.form:
        document = route.form.known(document)
    body = json.dumps(document).encode()
    ask = Ask(model, content.tokens_in(document, len(body), access.provider.image), out)
    return Understood(body, ask, bool(document.get("stream")) or "streamGenerate" in path)
