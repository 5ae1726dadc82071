"""Anthropic: /v1/messages, its stream, count_tokens."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.script import Ask, Json, Refusal, Reply, Tokens

STOP = {"stop": "end_turn", "length": "max_tokens", "safety": "refusal"}
KINDS = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error", 529: "overloaded_error"}
COUNTED = 42


def _blocks(body: Json) -> list[Json]:
    contents = [m.get("content") for m in body.get("messages", [])]
    return [b for c in contents for b in ([{"type": "text", "text": c}] if isinstance(c, str) else c or [])]


def _usage(tokens: Tokens) -> Json:
    return {
        "input_tokens": tokens.prompt - tokens.cached,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation_input_tokens": 0,
        "output_tokens": tokens.out + tokens.thought,
    }


class Anthropic:
    def ask(self, path: str, query: str, body: Json, headers: dict[str, str]) -> Ask | None:
        if path != "/v1/messages":
            return None
        blocks = _blocks(body)
        return Ask(
            path=path,
            model=body.get("model", ""),
            stream=bool(body.get("stream")),
            body=body,
            headers=headers,
            text="\n".join(b.get("text", "") for b in blocks),
            tools={t["name"]: t.get("input_schema") or {} for t in body.get("tools") or []},
            results=sum(b.get("type") == "tool_result" for b in blocks),
        )

    def other(self, method: str, path: str, body: Json) -> Json | None:
        return {"input_tokens": COUNTED} if path == "/v1/messages/count_tokens" else None

    def _block(self, ask: Ask, reply: Reply) -> Json:
        if reply.tool:
            return {"type": "tool_use", "id": f"toolu_{ask.results}", "name": reply.tool[0], "input": reply.tool[1]}
        return {"type": "text", "text": reply.text}

    def _stop(self, reply: Reply) -> str:
        return "tool_use" if reply.tool else STOP[reply.finish]

    def whole(self, ask: Ask, reply: Reply) -> Json:
        usage = {"usage": _usage(reply.said)} if reply.said else {}
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": ask.model,
            "content": [self._block(ask, reply)],
            "stop_reason": self._stop(reply),
            "stop_sequence": None,
            **usage,
        }

    def events(self, ask: Ask, reply: Reply) -> list[str]:
        start = {**self.whole(ask, reply), "content": [], "stop_reason": None}
        end: Json = {"type": "message_delta", "delta": {"stop_reason": self._stop(reply), "stop_sequence": None}}
        if reply.said:
            start["usage"] = {**start["usage"], "output_tokens": 1}
            end["usage"] = {"output_tokens": _usage(reply.said)["output_tokens"]}
        block = self._block(ask, reply)
        if reply.tool:
            opened, delta = (
                {**block, "input": {}},
                {"type": "input_json_delta", "partial_json": json.dumps(reply.tool[1])},
            )
        else:
            opened, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": reply.text}
        return [
            f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
            for event in (
                {"type": "message_start", "message": start},
                {"type": "content_block_start", "index": 0, "content_block": opened},
                {"type": "ping"},
                {"type": "content_block_delta", "index": 0, "delta": delta},
                {"type": "content_block_stop", "index": 0},
                end,
                {"type": "message_stop"},
            )
        ]

    def error(self, refusal: Refusal) -> tuple[dict[str, str], Json]:
        headers: dict[str, Any] = {} if refusal.retry is None else {"retry-after": f"{refusal.retry:g}"}
        kind = KINDS.get(refusal.status, "api_error")
        return headers, {"type": "error", "error": {"type": kind, "message": "stand-in"}}


WIRE = Anthropic()
