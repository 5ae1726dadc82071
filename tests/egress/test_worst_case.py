"""Before a request goes out, the most that it can cost is known: what could make it more is held, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.egress.egress import ProxyLimits
from factory.egress.keys import Access
from factory.egress.providers import ANTHROPIC, GEMINI, OPENAI, Provider, Route
from factory.egress.request_body import Denied
from factory.egress.understood import understood
from tests.egress.sending import CAP, Sent

PROVIDERS = (GEMINI, ANTHROPIC, OPENAI)


def config(**fields: Any) -> dict[str, Any]:
    return {"generationConfig": fields}


@pytest.mark.parametrize(
    ("api", "body", "out"),
    [
        ("chat", {"max_tokens": 100}, 100),
        ("chat", {"max_completion_tokens": 100}, 100),
        ("chat", {"max_completion_tokens": 1, "max_tokens": 20_000}, 20_000),
        ("chat", {"max_completion_tokens": 1, "max_tokens": 400_000}, CAP),
        ("chat", {"max_tokens": None}, CAP),
        ("chat", {}, CAP),
        ("chat", {"n": 4, "max_tokens": 100}, 400),
        ("chat", {"n": 128}, CAP),
        ("chat", {"n": 128, "max_tokens": 400_000}, CAP),
        ("responses", {"max_output_tokens": 100}, 100),
        ("responses", {"max_output_tokens": 400_000}, CAP),
        ("responses", {}, CAP),
        ("messages", {"max_tokens": 100}, 100),
        ("messages", {"max_tokens": 64_000}, CAP),
        ("messages", {"max_tokens": 100, "thinking": {"type": "enabled", "budget_tokens": 20_000}}, 20_000),
        ("messages", {"max_tokens": 64_000, "thinking": {"type": "enabled", "budget_tokens": 60_000}}, CAP),
        ("gemini", config(maxOutputTokens=100), 100),
        ("gemini", {"generation_config": {"max_output_tokens": 100}}, 100),
        ("gemini", config(maxOutputTokens=100, candidateCount=8), 800),
        ("gemini", config(candidateCount=8), CAP),
        ("gemini", {"generation_config": {"candidate_count": 8, "max_output_tokens": 900_000}}, CAP),
        ("gemini", config(maxOutputTokens=100, thinkingConfig={"thinkingBudget": 24_576}), 24_576),
        ("gemini", config(thinkingConfig={"thinkingBudget": -1}), CAP),
        ("gemini", config(thinkingConfig={"thinkingBudget": 8_192}), CAP),
        ("gemini stream", {}, CAP),
    ],
)  # fmt: skip
def test_what_is_reserved_is_the_most_that_can_be_written(
    api: str, body: dict[str, Any], out: int, tmp_path: Path
) -> None:
    sent = Sent(tmp_path, api, body)
    assert (sent.answer.status, out // 8 * 8 <= sent.out <= out) == (200, True)


def limits_in(node: Any) -> dict[str, int]:
    """Every limit in a request, wherever it stands."""
    if not isinstance(node, dict):
        return {}
    here = {k: v for k, v in node.items() if ("max" in k and "okens" in k) or k in ("budget_tokens", "thinkingBudget")}
    return {**here, **{k: v for inner in node.values() for k, v in limits_in(inner).items()}}


@pytest.mark.parametrize(
    ("api", "body", "limits"),
    [
        ("chat", {"n": 2}, {"max_completion_tokens": CAP // 2}),
        ("chat", {"max_completion_tokens": 5, "max_tokens": 99_999}, {"max_completion_tokens": 5, "max_tokens": CAP}),
        ("responses", {"max_output_tokens": 99_999}, {"max_output_tokens": CAP}),
        ("messages", {"max_tokens": 64_000, "thinking": {"budget_tokens": 63_999}}, {"max_tokens": CAP, "budget_tokens": CAP - 1}),
        ("messages", {"max_tokens": 100}, {"max_tokens": 100}),
        ("gemini", config(candidateCount=2), {"maxOutputTokens": CAP // 2}),
        ("gemini", config(maxOutputTokens=99_999, thinkingConfig={"thinkingBudget": 99_999}), {"maxOutputTokens": CAP, "thinkingBudget": CAP - 1}),
    ],
)  # fmt: skip
def test_the_limit_is_written_into_the_request_so_that_it_holds(
    api: str, body: dict[str, Any], limits: dict[str, int], tmp_path: Path
) -> None:
    assert limits_in(Sent(tmp_path, api, body).body) == limits


def test_the_settings_say_how_much_one_request_may_write(tmp_path: Path) -> None:
    sent = Sent(tmp_path, "chat", {"max_tokens": 9_000}, tokens_out=4_000)
    assert (sent.out, sent.body["max_tokens"]) == (4_000, 4_000)


@pytest.mark.parametrize(
    ("api", "body", "why"),
    [
        ("chat", {"max_tokens": 2_000_001}, "max_tokens"),
        ("chat", {"max_completion_tokens": "400000"}, "max_completion_tokens"),
        ("chat", {"max_tokens": -1}, "max_tokens"),
        ("chat", {"max_tokens": True}, "max_tokens"),
        ("chat", {"n": 0.5}, "n"),
        ("chat", {"n": 100_000}, "more answers"),
        ("chat", {"best_of": 20}, "best_of"),
        ("chat", {"max_output_tokens": 400_000}, "max_output_tokens"),
        ("chat", {"service_tier": "priority"}, "service_tier"),
        ("chat", {"service_tier": "flex"}, "service_tier"),
        ("chat", {"modalities": ["text", "audio"]}, "modalities"),
        ("chat", {"prediction": {"type": "content", "content": "x"}}, "prediction"),
        ("chat", {"models": ["m", "dear"]}, "models"),
        ("responses", {"max_output_tokens": 2_000_001}, "max_output_tokens"),
        ("responses", {"service_tier": "priority"}, "service_tier"),
        ("responses", {"background": True}, "background"),
        ("responses", {"previous_response_id": "resp_1"}, "previous_response_id"),
        ("responses", {"conversation": "conv_1"}, "conversation"),
        ("responses", {"prompt": {"id": "pmpt_1"}}, "prompt"),
        ("messages", {"max_tokens": 2_000_001}, "max_tokens"),
        ("messages", {"max_tokens": 4e5}, "max_tokens"),
        ("messages", {"service_tier": "priority"}, "service_tier"),
        ("messages", {"speed": "fast"}, "speed"),
        ("messages", {"inference_geo": "us"}, "inference_geo"),
        ("messages", {"container": "container_1"}, "container"),
        ("messages", {"context_management": {"edits": [{"type": "compact_20260112"}]}}, "compact"),
        ("messages", {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]}, "ttl"),
        ("gemini", config(maxOutputTokens=2_000_001), "maxOutputTokens"),
        ("gemini", config(maxOutputTokens="400000"), "maxOutputTokens"),
        ("gemini", config(responseModalities=["IMAGE"]), "responseModalities"),
        ("gemini", config(speechConfig={"x": 1}), "speechConfig"),
        ("gemini", {"generationConfig": [1]}, "generationConfig"),
        ("gemini", {"serviceTier": "priority"}, "serviceTier"),
        ("gemini", {"cachedContent": "cachedContents/1"}, "cachedContent"),
        ("gemini", {"cached_content": "cachedContents/1"}, "cachedContent"),
        ("gemini stream", config(maxOutputTokens=2_000_001), "maxOutputTokens"),
    ],
)  # fmt: skip
def test_a_request_whose_cost_cannot_be_known_is_refused_in_the_apis_words_and_nothing_ends(
    api: str, body: dict[str, Any], why: str, tmp_path: Path
) -> None:
    sent = Sent(tmp_path, api, body)
    assert (sent.answer.status, sent.purse.asked, sent.served) == (400, [], [])
    error = sent.answer.json()["error"]
    assert why in error["message"]
    assert (error.get("type") or error["status"]).lower() in ("invalid_request_error", "invalid_argument")
    assert (sent.egress.stopped, sent.egress.broken, sent.egress.hopeless.is_set()) == (None, "", False)
    assert why in sent.egress.denied


def test_an_empty_field_that_is_not_on_the_list_is_left_out(tmp_path: Path) -> None:
    sent = Sent(tmp_path, "responses", {"background": False, "prompt": None, "plugins": []})
    assert (sent.answer.status, sent.body) == (200, {"model": "m"})


def test_at_home_the_plain_lane_is_asked_for_whatever_a_projects_settings_say() -> None:
    for route in OPENAI.routes:
        if route.form:
            assert route.form.fit({"service_tier": "auto"}, 9, home=True)[0]["service_tier"] == "default"
            assert route.form.fit({}, 9, home=False)[0].get("service_tier") is None


@pytest.mark.parametrize(
    ("path", "model", "limit"),
    [
        ("/v1/chat/completions", "gpt-5.1", {"max_completion_tokens": CAP}),
        ("/v1/chat/completions", "gpt-4o-mini", {"max_completion_tokens": 16_384}),
        ("/v1/chat/completions", "gpt-4-turbo", {"max_completion_tokens": 4_096}),
        ("/v1/responses", "gpt-5-chat-latest", {"max_output_tokens": 16_384}),
        ("/v1/responses", "gpt-5.1-codex", {"max_output_tokens": CAP}),
        ("/v1/messages", "claude-sonnet-4-5", {"max_tokens": CAP}),
        ("/v1beta/models/gemini-2.5-flash:generateContent", "", {"generationConfig": {"maxOutputTokens": CAP}}),
    ],
)
def test_at_home_a_limit_that_the_model_takes_is_put_where_there_is_none(
    path: str, model: str, limit: dict[str, Any]
) -> None:
    form = next(r.form for p in PROVIDERS for r in p.routes if r.form and r.path.fullmatch(path))
    body, out = form.fit({"model": model}, CAP, home=True)
    assert limit.items() <= body.items()
    assert str(out) in str(limit)


def test_a_server_that_may_refuse_our_limit_is_told_none_that_was_not_asked_for(tmp_path: Path) -> None:
    sent = Sent(tmp_path, "chat", {"messages": []})
    assert (sent.body, sent.out) == ({"model": "m", "messages": []}, CAP)


def test_a_request_nested_without_end_is_refused_and_breaks_nothing(tmp_path: Path) -> None:
    tools: list[Any] = []
    for _ in range(400):
        tools = [{"type": "namespace", "tools": tools}]
    sent = Sent(tmp_path, "responses", {"tools": tools})
    assert (sent.answer.status, sent.egress.broken, sent.purse.asked) == (400, "", [])


NAMES = [
    "model",
    "messages",
    "input",
    "contents",
    "system",
    "tools",
    "type",
    "source",
    "url",
    "image_url",
    "file_id",
    "data",
    "media_type",
    "n",
    "max_tokens",
    "stream",
    "max_completion_tokens",
    "max_output_tokens",
    "thinking",
    "budget_tokens",
    "generationConfig",
    "generation_config",
    "maxOutputTokens",
    "max_output_tokens",
    "candidateCount",
    "thinkingConfig",
    "thinkingBudget",
    "responseModalities",
    "service_tier",
    "cache_control",
    "ttl",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3_000_000) | st.floats() | st.sampled_from(["", "data:,x", "tool_use"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)
CALLS = [(provider, route) for provider in PROVIDERS for route in provider.routes if route.form]


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6), st.sampled_from(CALLS), st.booleans())
def test_whatever_a_room_sends_is_refused_or_held_and_breaks_nothing(
    body: dict[str, Any], call: tuple[Provider, Route], home: bool
) -> None:
    provider, route = call
    form = route.form
    assert form
    try:
        told = understood(Access(provider, "k", "" if home else "http://x"), route, "/v1/x", body, ProxyLimits())
    except Denied:
        return
    if route.kind == "call":
        sent = json.loads(told.body)
        most = max(at(sent, path) for path in (*form.limits, form.budget))
        assert max(1, at(sent, form.many)) * most <= told.ask.tokens_out <= CAP


def at(body: Any, path: str) -> int:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body or 0
