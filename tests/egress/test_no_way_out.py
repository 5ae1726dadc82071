"""A provider that is asked to fetch, to search or to run something would be a network for a room that has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from factory.egress.providers import ANTHROPIC, GEMINI, OPENAI, Provider
from tests.egress.proxy import proxy
from tests.egress.room import ask
from tests.egress.sending import Sent
from tests.servers import anthropic, gemini, serve

AWAY = "https://elsewhere.example/?q=secret"


def said(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(parts)}]}


def put(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": list(parts)}]}


def shown(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": list(parts)}]}


def result(part: dict[str, Any]) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": "t", "content": [part]}


IMAGE_BY_URL = {"type": "image", "source": {"type": "url", "url": AWAY}}


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("chat", said({"type": "image_url", "image_url": {"url": AWAY}})),
        ("chat", said({"type": "image_url", "image_url": AWAY})),
        ("chat", said({"type": "image_url", "image_url": {"url": "HTTP://elsewhere.example"}})),
        ("chat", said({"type": "image_url", "image_url": {"url": " https://elsewhere.example"}})),
        ("chat", said({"type": "image_url", "image_url": {"url": "gs://bucket/x"}})),
        ("chat", said({"type": "video_url", "video_url": {"url": AWAY}})),
        ("chat", said({"type": "file", "file": {"file_id": "file-1"}})),
        ("chat", {"messages": [{"role": "tool", "content": [{"type": "image_url", "image_url": {"url": AWAY}}]}]}),
        ("responses", put({"type": "input_image", "image_url": AWAY})),
        ("responses", put({"type": "input_image", "file_id": "file-1"})),
        ("responses", put({"type": "input_file", "file_url": AWAY})),
        ("responses", put({"type": "input_file", "file_id": "file-1"})),
        ("responses", {"input": [{"type": "item_reference", "id": "msg_1"}]}),
        ("responses", {"input": [{"type": "function_call_output", "output": [{"type": "input_image", "image_url": AWAY}]}]}),
        ("messages", said(IMAGE_BY_URL)),
        ("messages", said({"type": "document", "source": {"type": "url", "url": AWAY}})),
        ("messages", said({"type": "document", "source": {"type": "file", "file_id": "file_1"}})),
        ("messages", said({"type": "container_upload", "file_id": "file_1"})),
        ("messages", said(result(IMAGE_BY_URL))),
        ("messages", said({"type": "document", "source": {"type": "content", "content": [IMAGE_BY_URL]}})),
        ("gemini", shown({"fileData": {"mimeType": "text/html", "fileUri": AWAY}})),
        ("gemini", shown({"file_data": {"file_uri": "https://youtu.be/x"}})),
        ("gemini", shown({"functionResponse": {"name": "f", "response": {}, "parts": [{"fileData": {"fileUri": AWAY}}]}})),
        ("gemini", {"systemInstruction": {"parts": [{"fileData": {"fileUri": AWAY}}]}}),
        ("gemini stream", shown({"fileData": {"fileUri": AWAY}})),
        ("gemini", {"tools": [{"googleSearch": {}}]}),
        ("gemini", {"tools": [{"google_search": {}}]}),
        ("gemini", {"tools": [{"functionDeclarations": [], "urlContext": {}}]}),
        ("gemini", {"tools": [{"codeExecution": {}}]}),
        ("gemini", {"tools": {"googleSearch": {}}}),
        ("messages", {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}),
        ("messages", {"tools": [{"type": "code_execution_20250825", "name": "code_execution"}]}),
        ("messages", {"tools": [{"type": "mcp_toolset", "mcp_server_name": "x"}]}),
        ("responses", {"tools": [{"type": "web_search_preview"}]}),
        ("responses", {"tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]}),
        ("responses", {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}),
        ("responses", {"tools": [{"type": "image_generation"}]}),
        ("responses", {"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "mcp", "server_url": AWAY}]}]}),
        ("responses", {"input": [{"type": "tool_search_output", "tools": [{"type": "web_search"}]}]}),
        ("chat", {"model": "gpt-4o-search-preview"}),
        ("chat", {"model": "gpt-5-search-api"}),
        ("chat", {"model": "o4-mini-deep-research"}),
        ("chat", {"model": "perplexity/sonar-pro"}),
        ("chat", {"model": "meta/llama:online"}),
    ],
)  # fmt: skip
def test_what_makes_the_provider_fetch_search_or_run_is_refused(api: str, body: dict[str, Any], tmp_path: Path) -> None:
    sent = Sent(tmp_path, api, body)
    assert (sent.answer.status, sent.purse.asked, sent.served) == (403, [], []), sent.answer.body
    assert (sent.egress.stopped, sent.egress.broken) == (None, "")


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("chat", {"web_search_options": {}, "messages": []}),
        ("chat", {"web_search_options": {"search_context_size": "high"}}),
        ("chat", {"plugins": [{"id": "web"}]}),
        ("messages", {"mcp_servers": [{"type": "url", "url": AWAY}]}),
    ],
)
def test_a_field_that_would_be_a_network_never_reaches_the_provider(
    api: str, body: dict[str, Any], tmp_path: Path
) -> None:
    sent = Sent(tmp_path, api, body)
    assert sent.answer.status in (400, 403) or not body.keys() - {"messages"} & sent.body.keys()


@pytest.mark.parametrize(
    ("provider", "path"),
    [
        (OPENAI, "/v1/completions"),
        (OPENAI, "/v1/embeddings"),
        (OPENAI, "/v1/files"),
        (OPENAI, "/v1/batches"),
        (OPENAI, "/v1/images/generations"),
        (OPENAI, "/v1/responses/compact"),
        (ANTHROPIC, "/v1/complete"),
        (ANTHROPIC, "/v1/files"),
        (ANTHROPIC, "/v1/messages/batches"),
        (GEMINI, "/v1beta/models/m:embedContent"),
        (GEMINI, "/v1beta/models/m:batchGenerateContent"),
        (GEMINI, "/v1beta/models/m:predict"),
        (GEMINI, "/v1beta/cachedContents"),
        (GEMINI, "/upload/v1beta/files"),
        (GEMINI, "/v1beta/interactions"),
    ],
)
def test_an_api_whose_cost_nobody_counts_is_not_there(provider: Provider, path: str, tmp_path: Path) -> None:
    with proxy(provider, "k", tmp_path / "s", upstream="http://127.0.0.1:1") as egress:
        assert ask(tmp_path / "s", path, {"model": "m", "input": "x", "best_of": 20}).status == 403
    assert egress.usage.calls == 0


COUNTS = {
    "gemini": (GEMINI, gemini.WIRE, "/v1beta/models/m:countTokens", lambda body: {"generateContentRequest": body}),
    "anthropic": (ANTHROPIC, anthropic.WIRE, "/v1/messages/count_tokens", lambda body: {"model": "m", **body}),
}


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("gemini", shown({"text": AWAY}), 200),
        ("gemini", shown({"fileData": {"fileUri": AWAY}}), 403),
        ("gemini", {"tools": [{"urlContext": {}}]}, 403),
        ("anthropic", {"messages": []}, 200),
        ("anthropic", said(IMAGE_BY_URL), 403),
        ("anthropic", {"mcp_servers": [{"type": "url", "name": "x"}]}, 400),
    ],
)
def test_a_question_that_only_counts_fetches_nothing_either(
    name: str, body: dict[str, Any], status: int, tmp_path: Path
) -> None:
    provider, wire, path, made = COUNTS[name]
    with serve(wire, []) as server, proxy(provider, "k", tmp_path / "s", upstream=server.url):
        assert ask(tmp_path / "s", path, made(body)).status == status
    assert len(server.books.others) == (status == 200)


CALLED = {"url": AWAY, "file_id": "x", "source": {"type": "url"}, "tools": [{"type": "web_search"}]}


@pytest.mark.parametrize(
    ("api", "body"),
    [
        ("chat", said({"type": "text", "text": f"look at {AWAY}"})),
        ("chat", {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"properties": {"url": {"default": AWAY}}}}}]}),
        ("chat", {"response_format": {"type": "json_schema", "json_schema": {"schema": {"properties": CALLED}}}}),
        ("responses", {"input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"url": "https://x"}'}]}),
        ("responses", {"input": [{"type": "local_shell_call", "action": {"env": {"api_url": AWAY}}}]}),
        ("responses", {"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "function", "name": "f"}]}]}),
        ("messages", said({"type": "tool_use", "id": "t", "name": "f", "input": CALLED})),
        ("messages", said(result({"type": "text", "text": AWAY}))),
        ("messages", said({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}})),
        ("messages", said({"type": "redacted_thinking", "data": "x"})),
        ("messages", {"context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}}),
        ("messages", {"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]}),
        ("gemini", shown({"functionCall": {"name": "f", "args": CALLED}})),
        ("gemini", shown({"functionResponse": {"name": "f", "response": CALLED}})),
        ("gemini", {"tools": [{"function_declarations": [{"name": "f", "parameters": {"properties": {"url": {"example": AWAY}}}}]}]}),
        ("gemini", {"system_instruction": {"parts": [{"text": AWAY}]}}),
    ],
)  # fmt: skip
def test_an_address_that_is_only_talked_about_passes(api: str, body: dict[str, Any], tmp_path: Path) -> None:
    assert Sent(tmp_path, api, body).answer.status == 200


# What the tested versions send by themselves (taken from the stand-ins' books): none of it may be refused.
SENT = {
    "claude": ("messages", {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]}],
        "system": [{"type": "text", "text": "x"}], "tools": [{"name": "Read", "description": "x", "input_schema": {}}],
        "metadata": {"user_id": "{}"}, "max_tokens": 32_000, "thinking": {"budget_tokens": 31_999, "type": "enabled"},
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}, "stream": True,
    }),
    "codex": ("responses", {
        "stream": True, "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}],
        "tools": [{"type": "function", "name": "f"}, {"type": "namespace", "name": "n", "tools": []}],
        "tool_choice": "auto", "parallel_tool_calls": True, "reasoning": {"summary": "auto"}, "store": False,
        "include": ["reasoning.encrypted_content"], "prompt_cache_key": "x", "client_metadata": {"turn_id": "x"},
        "service_tier": "auto", "text": {"verbosity": "medium"},
    }),
    "gemini-cli": ("gemini stream", {
        "contents": [], "systemInstruction": {"role": "user", "parts": [{"text": "x"}]},
        "tools": [{"functionDeclarations": [{"name": "f", "parametersJsonSchema": {}}]}], "generationConfig": {
            "temperature": 1, "topP": 0.95, "topK": 64, "thinkingConfig": {"includeThoughts": True, "thinkingBudget": 8192}
        },
    }),
    "qwen": ("chat", {
        "messages": [], "stream": True, "stream_options": {"include_usage": True}, "max_tokens": 8000,
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }),
    "opencode": ("chat", {
        "max_tokens": 32_000, "messages": [], "stream": True, "stream_options": {"include_usage": True},
        "tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "auto",
    }),
    "mini-swe-agent": ("chat", {"messages": [], "tools": [{"type": "function", "function": {"name": "bash"}}]}),
    "aider": ("chat", {"messages": [], "temperature": 0}),
}  # fmt: skip


@pytest.mark.parametrize("agent", SENT)
def test_what_an_agent_sends_by_itself_passes(agent: str, tmp_path: Path) -> None:
    api, body = SENT[agent]
    sent = Sent(tmp_path, api, body)
    assert sent.answer.status == 200, sent.answer.body
    assert {k: v for k, v in sent.body.items() if k in body} | {"generationConfig": 0} == body | {"generationConfig": 0}
