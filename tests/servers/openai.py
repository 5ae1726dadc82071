"""OpenAI: /v1/chat/completions and /v1/responses, whole and as streams."""

from __future__ import annotations

import json

from tests.servers import openai_responses
from tests.servers.script import Ask, Json, Refusal, Reply, Tokens

FINISH = {"stop": "stop", "length": "length", "safety": "content_filter"}


def _usage(tokens: Tokens) -> Json:
    out = tokens.out + tokens.thought
    return {
        "prompt_tokens": tokens.prompt,
        "completion_tokens": out,
        "total_tokens": tokens.prompt + out,
        "prompt_tokens_details": {"cached_tokens": tokens.cached},
        "completion_tokens_details": {"reasoning_tokens": tokens.thought},
    }


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(p.get("text", "") for p in content) if isinstance(content, list) else ""


def _chat(path: str, body: Json, headers: dict[str, str]) -> Ask:
    messages = body.get("messages", [])
    functions = [t["function"] for t in body.get("tools") or [] if t.get("type") == "function"]
    return Ask(
        path=path,
        model=body.get("model", ""),
        stream=bool(body.get("stream")),
        body=body,
        headers=headers,
        text="\n".join(_text(m.get("content")) for m in messages),
        tools={f["name"]: f.get("parameters") or {} for f in functions},
        results=sum(m.get("role") == "tool" for m in messages),
    )


class OpenAI:
    def ask(self, path: str, query: str, body: Json, headers: dict[str, str]) -> Ask | None:
        if path == "/v1/chat/completions":
            return _chat(path, body, headers)
        return openai_responses.ask(path, body, headers) if path == "/v1/responses" else None

    def other(self, method: str, path: str, body: Json) -> Json | None:
        model = {"id": "stand-in", "object": "model", "created": 1, "owned_by": "tests"}
        return {"object": "list", "data": [model], "models": []} if path == "/v1/models" else None

    def whole(self, ask: Ask, reply: Reply) -> Json:
        if ask.path == "/v1/responses":
            return openai_responses.whole(ask, reply)
        message: Json = {"role": "assistant", "content": None if reply.tool else reply.text}
        if reply.tool:
            message["tool_calls"] = [self._call(ask, reply)]
        choice = {"index": 0, "message": message, "finish_reason": self._finish(reply)}
        usage = {"usage": _usage(reply.said)} if reply.said else {}
        return {
            "id": "c-1",
            "object": "chat.completion",
            "created": 1,
            "model": ask.model,
            "choices": [choice],
            **usage,
        }

    def _call(self, ask: Ask, reply: Reply) -> Json:
        name, arguments = reply.tool or ("", {})
        return {
            "id": f"call_{ask.results}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }

    def _finish(self, reply: Reply) -> str:
        return "tool_calls" if reply.tool else FINISH[reply.finish]

    def events(self, ask: Ask, reply: Reply) -> list[str]:
        if ask.path == "/v1/responses":
            return openai_responses.events(ask, reply)
        delta: Json = {"role": "assistant"}
        delta |= {"tool_calls": [{**self._call(ask, reply), "index": 0}]} if reply.tool else {"content": reply.text}
        base = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": ask.model}
        chunks = [
            {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
            {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": self._finish(reply)}]},
        ]
        if reply.said and (ask.body.get("stream_options") or {}).get("include_usage"):
            chunks.append({**base, "choices": [], "usage": _usage(reply.said)})
        return [*(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks), "data: [DONE]\n\n"]

    def error(self, refusal: Refusal) -> tuple[dict[str, str], Json]:
        headers = {} if refusal.retry is None else {"retry-after": f"{refusal.retry:g}"}
        code = "insufficient_quota" if refusal.daily else "rate_limit_exceeded" if refusal.status == 429 else None
        return headers, {"error": {"message": "stand-in", "type": "error", "param": None, "code": code}}


WIRE = OpenAI()
