"""One request to the proxy, by its API, and what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from factory.egress.egress import ProxyLimits
from factory.egress.meter import Usage
from factory.egress.providers import ANTHROPIC, GEMINI, OPENAI, Provider
from factory.egress.toll import Ask
from factory.errors import FactoryError
from tests.egress.proxy import proxy
from tests.egress.room import Answer, ask
from tests.servers import Reply, anthropic, gemini, openai, serve
from tests.servers.http import Wire
from tests.servers.script import Served

CAP = 32_768
APIS: dict[str, tuple[Provider, Wire, str]] = {
    "chat": (OPENAI, openai.WIRE, "/v1/chat/completions"),
    "responses": (OPENAI, openai.WIRE, "/v1/responses"),
    "messages": (ANTHROPIC, anthropic.WIRE, "/v1/messages"),
    "gemini": (GEMINI, gemini.WIRE, "/v1beta/models/m:generateContent"),
    "gemini stream": (GEMINI, gemini.WIRE, "/v1beta/models/m:streamGenerateContent?alt=sse"),
}


class Purse:
    """Remembers what was asked and left; refuses with an error where it has one."""

    def __init__(self, error: FactoryError | None = None) -> None:
        self.asked: list[Ask] = []
        self.left: list[Usage] = []
        self._error = error

    def enter(self, ask: Ask) -> object:
        if self._error:
            raise self._error
        self.asked.append(ask)
        return None

    def leave(self, entered: object, usage: Usage) -> float:
        self.left.append(usage)
        return 0.0


class Sent:
    """One request, and what became of it."""

    def __init__(self, at: Path, api: str, body: dict[str, Any], reply: Reply | None = None, **limits: Any) -> None:
        provider, wire, path = APIS[api]
        body = body if provider is GEMINI else {"model": "m", **body}
        self.purse = Purse()
        with (
            serve(wire, [reply or Reply()]) as server,
            proxy(
                provider, "k", at / "s", toll=self.purse, upstream=server.url, limits=ProxyLimits(**limits)
            ) as self.egress,
        ):
            self.answer: Answer = ask(at / "s", path, body)
        self.served: list[Served] = server.books.served

    @property
    def out(self) -> int:
        return self.purse.asked[0].tokens_out

    @property
    def body(self) -> dict[str, Any]:
        return self.served[0].ask.body
