"""Refusals, requests and usage, read as values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.egress.meter import Meter, Reader, Usage, read_anthropic, read_gemini, read_openai
from factory.egress.providers import ANTHROPIC, GEMINI, OPENAI
from factory.egress.refusals import UpstreamRefusal
from factory.egress.request_body import model_of
from tests.servers import Ask, Reply, Tokens, anthropic, gemini, openai
from tests.servers.http import Wire

READERS = (read_gemini, read_anthropic, read_openai)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["usageMetadata", "usage", "candidates", "error", "message", "response", "type", "promptFeedback"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_answer_of_any_shape_stops_the_meter(document: Any) -> None:
    for read in READERS:
        for stream in (False, True):
            meter = Meter(read, stream=stream, model="m")
            meter.feed(b"data: " + json.dumps(document).encode() + b"\n" if stream else json.dumps(document).encode())
            usage = meter.usage()
            assert usage.calls == 1
            assert min(usage.tokens_in, usage.tokens_out) >= 0


@given(st.lists(st.integers(1, 400), max_size=12), st.sampled_from(["gemini", "anthropic", "responses"]))
def test_how_a_stream_is_cut_into_pieces_changes_nothing(cuts: list[int], name: str) -> None:
    formats: dict[str, tuple[Wire, Reader]] = {
        "gemini": (gemini.WIRE, read_gemini),
        "anthropic": (anthropic.WIRE, read_anthropic),
        "responses": (openai.WIRE, read_openai),
    }
    wire, read = formats[name]
    path = "/v1/responses" if name == "responses" else "/"
    tokens = Tokens(prompt=500, cached=100, out=40)
    text = "".join(wire.events(Ask(path, "m", True, {}, {}), Reply("häöü\u2028", tokens=tokens))).encode()
    meter = Meter(read, stream=True)
    for cut in cuts:
        meter.feed(text[:cut])
        text = text[cut:]
    meter.feed(text)
    assert meter.usage() == Usage(1, 500, 100, 40, 0, "m")


def test_usages_add_up_and_one_incomplete_makes_the_sum_so() -> None:
    one, other = Usage(1, 10, 2, 5, 1, "a", 3), Usage(1, 20, 0, 7, 0, "b", complete=False)
    assert one + other == Usage(2, 30, 2, 12, 1, "b", 3, complete=False)


def test_a_cache_that_was_written_is_part_of_what_went_in() -> None:
    usage = {
        "input_tokens": 10,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 1000,
        "output_tokens": 5,
    }
    meter = Meter(read_anthropic, stream=False)
    meter.feed(json.dumps({"type": "message", "model": "m", "usage": usage}).encode())
    assert meter.usage() == Usage(1, 1110, 100, 5, 0, "m", tokens_written=1000)


def test_a_gemini_stream_that_is_an_array_is_read_too() -> None:
    documents = [json.loads(e[6:]) for e in gemini.WIRE.events(Ask("/", "m", True, {}, {}), Reply())]
    meter = Meter(read_gemini, stream=False)
    meter.feed(json.dumps(documents).encode())
    assert meter.usage().tokens_in == 1000
    assert meter.usage().complete


def test_an_answer_too_large_to_hold_is_incomplete_not_wrong() -> None:
    meter = Meter(read_gemini, stream=False)
    for _ in range(33):
        meter.feed(b" " * (1024 * 1024))
    meter.feed(b'{"usageMetadata": {"promptTokenCount": 3}, "candidates": [{"finishReason": "STOP"}]}')
    assert not meter.usage().complete


def gemini_refusal(*details: dict[str, Any]) -> bytes:
    return json.dumps({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": list(details)}}).encode()


PER_DAY = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}
PER_MINUTE = {"violations": [{"quotaId": "GenerateContentInputTokensPerModelPerMinute-FreeTier"}]}


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (gemini_refusal({"retryDelay": "37s"}), {}, UpstreamRefusal(429, 37.0)),
        (gemini_refusal({"retryDelay": "0.5s"}, PER_MINUTE), {}, UpstreamRefusal(429, 0.5)),
        (gemini_refusal(PER_DAY, {"retryDelay": "41s"}), {}, UpstreamRefusal(429, 41.0, daily=True)),
        (b"[" + gemini_refusal(PER_DAY) + b"]", {}, UpstreamRefusal(429, None, daily=True)),
        (gemini_refusal(), {"Retry-After": "12"}, UpstreamRefusal(429, 12.0)),
        (gemini_refusal({"retryDelay": "soon"}), {}, UpstreamRefusal(429)),
        (b"<html>", {}, UpstreamRefusal(429)),
        (b'{"error": "text"}', {}, UpstreamRefusal(429)),
    ],
)
def test_gemini_says_when_to_come_back_and_whether_the_day_is_over(
    body: bytes, headers: dict[str, str], expected: UpstreamRefusal
) -> None:
    assert GEMINI.refused(429, headers, body) == expected


def test_a_retry_date_is_held_against_the_answers_own_clock() -> None:
    headers = {"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert ANTHROPIC.refused(429, headers, b"").retry == 30.0
    assert ANTHROPIC.refused(429, {"retry-after": headers["retry-after"]}, b"").retry is None
    assert OPENAI.refused(429, {"retry-after": "2", "retry-after-ms": "1500"}, b"").retry == 1.5


def test_an_empty_purse_at_the_provider_is_no_short_wait() -> None:
    assert OPENAI.refused(429, {}, b'{"error": {"code": "insufficient_quota"}}').daily
    assert ANTHROPIC.refused(402, {}, b'{"error": {"type": "billing_error"}}').daily


@pytest.mark.parametrize("provider", [GEMINI, ANTHROPIC, OPENAI], ids=lambda provider: provider.name)
def test_our_own_refusal_reads_as_the_providers(provider: Any) -> None:
    refused = provider.refused(429, {}, json.dumps(provider.error(429, "spent")).encode())
    assert refused.later
    assert "spent" in json.dumps(provider.error(403, "spent"))


def test_the_model_is_read_from_where_the_provider_reads_it() -> None:
    assert model_of("/v1beta/models/gemini-x:countTokens", {"model": "other"}) == "gemini-x"
    assert model_of("/v1/messages", {"model": "claude-x"}) == "claude-x"
