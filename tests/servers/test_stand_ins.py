"""The stand-ins say what they are told to, and keep true books."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Ask, Drop, Raw, Refusal, Reply, Server, Tokens, anthropic, gemini, openai, serve
from tests.servers.agent import Edit
from tests.servers.http import Wire

WIRES: dict[str, tuple[Wire, str, dict[str, Any]]] = {
    "gemini": (gemini.WIRE, "/v1beta/models/m:generateContent", {}),
    "gemini stream": (gemini.WIRE, "/v1beta/models/m:streamGenerateContent?alt=sse", {}),
    "anthropic": (anthropic.WIRE, "/v1/messages", {"model": "m"}),
    "anthropic stream": (anthropic.WIRE, "/v1/messages", {"model": "m", "stream": True}),
    "chat": (openai.WIRE, "/v1/chat/completions", {"model": "m"}),
    "chat stream": (
        openai.WIRE,
        "/v1/chat/completions",
        {"model": "m", "stream": True, "stream_options": {"include_usage": True}},
    ),
    "responses": (openai.WIRE, "/v1/responses", {"model": "m"}),
    "responses stream": (openai.WIRE, "/v1/responses", {"model": "m", "stream": True}),
}
every_wire = pytest.mark.parametrize(("wire", "path", "body"), WIRES.values(), ids=WIRES.keys())


def post(server: Server, path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
    try:
        connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@every_wire
def test_a_reply_is_served_and_booked(wire: Wire, path: str, body: dict[str, Any]) -> None:
    with serve(wire, [Reply("hello there", tokens=Tokens(prompt=123, out=7))]) as server:
        status, _, content = post(server, path, body)
    assert status == 200
    assert b"hello there" in content
    assert b"123" in content
    assert (server.books.calls, server.books.sum("prompt"), server.books.sum("out")) == (1, 123, 7)
    assert server.books.served[0].ask.model == "m"


@every_wire
def test_a_tool_call_is_served(wire: Wire, path: str, body: dict[str, Any]) -> None:
    with serve(wire, [Reply(tool=("edit", {"path": "a.py"}))]) as server:
        _, _, content = post(server, path, body)
    assert b'"edit"' in content
    assert b"a.py" in content


@every_wire
def test_missing_counts_are_missing_in_the_answer_and_true_in_the_books(
    wire: Wire, path: str, body: dict[str, Any]
) -> None:
    with serve(wire, [Reply(tokens=Tokens(prompt=98765), claims="missing")]) as server:
        _, _, content = post(server, path, body)
    assert b"98765" not in content
    assert server.books.sum("prompt") == 98765


@every_wire
def test_a_drop_cuts_the_answer_short(wire: Wire, path: str, body: dict[str, Any]) -> None:
    with serve(wire, [Drop(events=1)]) as server, pytest.raises(http.client.HTTPException):
        post(server, path, body)
    assert server.books.calls == 1


@every_wire
def test_a_refusal_is_not_billed(wire: Wire, path: str, body: dict[str, Any]) -> None:
    with serve(wire, [Refusal(503)]) as server:
        status, _, content = post(server, path, body)
    assert (status, server.books.calls) == (503, 0)
    assert "error" in json.loads(content)


@every_wire
def test_a_call_past_the_end_of_the_script_is_refused(wire: Wire, path: str, body: dict[str, Any]) -> None:
    with serve(wire, []) as server:
        assert post(server, path, body)[0] == 500


def test_the_delay_of_a_rate_limit_is_told_in_each_providers_way() -> None:
    told = {}
    for name, (wire, path, body) in WIRES.items():
        with serve(wire, [Refusal(429, retry=7)]) as server:
            _, headers, content = post(server, path, body)
        told[name] = headers.get("retry-after") or json.loads(content)["error"]["details"][1]["retryDelay"]
    assert set(told.values()) == {"7", "7s"}


def test_raw_bytes_are_sent_as_they_are(tmp_path: Path) -> None:
    with serve(gemini.WIRE, [Raw(b"{]")]) as server:
        assert post(server, WIRES["gemini"][1], {})[2] == b"{]"


def test_the_scripted_agent_fills_the_clients_own_schema() -> None:
    schema = {"properties": {"file_path": {}, "old_string": {}, "new_string": {}}, "required": ["file_path"]}
    ask = Ask("/", "m", False, {}, {}, tools={"Edit": schema}, results=1)
    reply = Edit("/room/calc.py", "a - b", "a + b")(ask)
    assert reply.tool == ("Edit", {"file_path": "/room/calc.py", "old_string": "a - b", "new_string": "a + b"})
