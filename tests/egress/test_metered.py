"""Every provider's usage is read from what it answers, to the token, whole and in streams."""

from __future__ import annotations

import http.client
import time
from pathlib import Path
from typing import Any

import pytest

from factory.egress.egress import ProxyLimits
from factory.egress.providers import ANTHROPIC, GEMINI, OPENAI, Provider
from tests.egress.proxy import proxy
from tests.egress.room import ask
from tests.servers import Drop, Hang, Raw, Refusal, Reply, Tokens, anthropic, gemini, openai, serve
from tests.servers.http import Wire
from tests.servers.script import Answer

FORMATS: dict[str, tuple[Provider, Wire, str, dict[str, Any]]] = {
    "gemini": (GEMINI, gemini.WIRE, "/v1beta/models/m:generateContent", {}),
    "gemini stream": (GEMINI, gemini.WIRE, "/v1beta/models/m:streamGenerateContent?alt=sse", {}),
    "anthropic": (ANTHROPIC, anthropic.WIRE, "/v1/messages", {"model": "m"}),
    "anthropic stream": (ANTHROPIC, anthropic.WIRE, "/v1/messages?beta=true", {"model": "m", "stream": True}),
    "chat": (OPENAI, openai.WIRE, "/v1/chat/completions", {"model": "m"}),
    "chat stream": (OPENAI, openai.WIRE, "/v1/chat/completions", {"model": "m", "stream": True}),
    "responses": (OPENAI, openai.WIRE, "/v1/responses", {"model": "m"}),
    "responses stream": (OPENAI, openai.WIRE, "/v1/responses", {"model": "m", "stream": True}),
}
every_format = pytest.mark.parametrize(("provider", "wire", "path", "body"), FORMATS.values(), ids=FORMATS.keys())
COUNTED = Tokens(prompt=1234, cached=200, out=56, thought=7)


@every_format
def test_usage_is_booked_to_the_token(
    provider: Provider, wire: Wire, path: str, body: dict[str, Any], tmp_path: Path
) -> None:
    replies = [Reply("one", tokens=COUNTED), Reply(tool=("edit", {"a": 1}), tokens=COUNTED)]
    with serve(wire, replies) as server, proxy(provider, "k", tmp_path / "s", upstream=server.url) as egress:
        for _ in replies:
            assert ask(tmp_path / "s", path, body).status == 200
        usage = egress.usage
    assert usage.calls == server.books.calls == 2
    assert usage.tokens_in == server.books.sum("prompt")
    assert usage.tokens_cached == server.books.sum("cached")
    told = provider is not ANTHROPIC  # which counts thoughts as output, and does not say how many they were
    assert usage.tokens_thought == (server.books.sum("thought") if told else 0)
    assert usage.tokens_out == server.books.sum("out") + server.books.sum("thought")
    assert usage.model == "m"
    assert usage.complete


@every_format
def test_an_answer_without_counts_leaves_the_reservation_standing(
    provider: Provider, wire: Wire, path: str, body: dict[str, Any], tmp_path: Path
) -> None:
    replies = [Reply(claims="missing")]
    with serve(wire, replies) as server, proxy(provider, "k", tmp_path / "s", upstream=server.url) as egress:
        assert ask(tmp_path / "s", path, body).status == 200
        assert (egress.usage.calls, egress.usage.complete) == (1, False)


@every_format
def test_a_drop_in_mid_answer_reaches_the_room_as_a_drop_and_is_booked_as_incomplete(
    provider: Provider, wire: Wire, path: str, body: dict[str, Any], tmp_path: Path
) -> None:
    with (
        serve(wire, [Drop(events=1)]) as server,
        proxy(provider, "k", tmp_path / "s", upstream=server.url) as egress,
    ):
        with pytest.raises(http.client.IncompleteRead):
            ask(tmp_path / "s", path, body)
        assert (egress.usage.calls, egress.usage.complete) == (1, False)


@every_format
def test_a_connection_cut_before_any_answer_is_a_502_and_may_have_been_billed(
    provider: Provider, wire: Wire, path: str, body: dict[str, Any], tmp_path: Path
) -> None:
    with serve(wire, [Drop()]) as server, proxy(provider, "k", tmp_path / "s", upstream=server.url) as egress:
        answer = ask(tmp_path / "s", path, body)
        assert answer.status == 502
        assert "error" in answer.json()
        assert (egress.usage.calls, egress.usage.complete) == (1, False)
        assert [(r.status, r.later) for r in egress.refused] == [(502, True)]


@every_format
def test_a_rate_limit_is_passed_on_noted_and_not_billed(
    provider: Provider, wire: Wire, path: str, body: dict[str, Any], tmp_path: Path
) -> None:
    refusals = [Refusal(429, retry=7), Refusal(429, daily=True), Refusal(503), Refusal(401)]
    with serve(wire, refusals) as server, proxy(provider, "k", tmp_path / "s", upstream=server.url) as egress:
        statuses = [ask(tmp_path / "s", path, body).status for _ in refusals]
        noted = egress.refused
        assert egress.usage.calls == 0
    assert statuses == [429, 429, 503, 401]
    assert [n.retry for n in noted] == [7.0, None, None, None]
    assert [n.later for n in noted] == [True, True, True, False]
    assert [n.daily for n in noted] == [False, provider is not ANTHROPIC, False, False]


@every_format
def test_a_slow_drip_arrives_as_it_drips(
    provider: Provider, wire: Wire, path: str, body: dict[str, Any], tmp_path: Path
) -> None:
    limits = ProxyLimits(idle_seconds=0.5)
    with (
        serve(wire, [Reply(tokens=COUNTED, drip=0.1)]) as server,
        proxy(provider, "k", tmp_path / "s", upstream=server.url, limits=limits) as egress,
    ):
        assert ask(tmp_path / "s", path, body).status == 200
        assert egress.usage.tokens_in == COUNTED.prompt


def test_a_drip_that_never_ends_is_ended(tmp_path: Path) -> None:
    limits = ProxyLimits(call_seconds=0.4)
    with (
        serve(anthropic.WIRE, [Reply(drip=0.15)]) as server,
        proxy(ANTHROPIC, "k", tmp_path / "s", upstream=server.url, limits=limits) as egress,
    ):
        with pytest.raises(http.client.IncompleteRead):
            ask(tmp_path / "s", "/v1/messages", {"model": "m", "stream": True})
        assert not egress.usage.complete
        assert egress.usage.tokens_in == 1000


def test_a_hung_upstream_is_a_504_in_its_time(tmp_path: Path) -> None:
    limits = ProxyLimits(idle_seconds=0.3)
    with (
        serve(gemini.WIRE, [Hang()]) as server,
        proxy(GEMINI, "k", tmp_path / "s", upstream=server.url, limits=limits) as egress,
    ):
        started = time.monotonic()
        answer = ask(tmp_path / "s", FORMATS["gemini"][2], {})
        assert time.monotonic() - started < 5
        assert answer.status == 504
        assert not egress.usage.complete


def test_malformed_json_is_passed_on_and_counts_nothing(tmp_path: Path) -> None:
    with serve(gemini.WIRE, [Raw()]) as server, proxy(GEMINI, "k", tmp_path / "s", upstream=server.url) as egress:
        assert ask(tmp_path / "s", FORMATS["gemini"][2], {}).body == Raw().content
        assert (egress.usage.calls, egress.usage.tokens_in, egress.usage.complete) == (1, 0, False)


def test_an_error_inside_a_stream_is_noted_as_a_refusal(tmp_path: Path) -> None:
    raw = b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}\n\n'
    with serve(anthropic.WIRE, [Raw(raw)]) as server, proxy(ANTHROPIC, "k", tmp_path / "s", upstream=server.url) as e:
        ask(tmp_path / "s", "/v1/messages", {"model": "m", "stream": True})
        assert [r.later for r in e.refused] == [True]


def test_an_upstream_that_nobody_serves_is_a_502_and_costs_nothing(tmp_path: Path) -> None:
    with serve(gemini.WIRE, []) as server:
        url = server.url
    with proxy(GEMINI, "k", tmp_path / "s", upstream=url) as egress:
        assert ask(tmp_path / "s", FORMATS["gemini"][2], {}).status == 502
        assert egress.usage.calls == 0


def test_a_refusal_that_was_recovered_from_does_not_stand(tmp_path: Path) -> None:
    answers: list[Answer] = [Refusal(429, retry=3), Reply(), Refusal(503)]
    with serve(gemini.WIRE, answers) as server, proxy(GEMINI, "k", tmp_path / "s", upstream=server.url) as egress:
        standing = []
        for _ in answers:
            ask(tmp_path / "s", FORMATS["gemini"][2], {})
            standing.append(egress.last_refused and egress.last_refused.status)
    assert standing == [429, None, 503]
