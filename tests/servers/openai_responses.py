"""The half of the OpenAI stand-in that speaks /v1/responses."""

from __future__ import annotations

import json

from tests.servers.script import Ask, Json, Reply, Tokens

STATUS = {"stop": "completed", "length": "incomplete", "safety": "incomplete"}
REASON = {"length": "max_output_tokens", "safety": "content_filter"}


def _usage(tokens: Tokens) -> Json:
    out = tokens.out + tokens.thought
    return {
        "input_tokens": tokens.prompt,
        "input_tokens_details": {"cached_tokens": tokens.cached},
        "output_tokens": out,
        "output_tokens_details": {"reasoning_tokens": tokens.thought},
        "total_tokens": tokens.prompt + out,
    }


def _tools(body: Json) -> dict[str, Json]:
    out: dict[str, Json] = {}
    for tool in body.get("tools") or []:
        nested = tool.get("tools") or [] if tool.get("type") == "namespace" else [tool]
        out |= {t["name"]: t.get("parameters") or {} for t in nested if t.get("type") == "function"}
    return out


def ask(path: str, body: Json, headers: dict[str, str]) -> Ask:
    given = body.get("input")
    items = given if isinstance(given, list) else [{"content": given}]
    contents = [i.get("content") for i in items]
    texts = [c if isinstance(c, str) else "\n".join(p.get("text", "") for p in c or []) for c in contents]
    return Ask(
        path=path,
        model=body.get("model", ""),
        stream=bool(body.get("stream")),
        body=body,
        headers=headers,
        text="\n".join([body.get("instructions") or "", *texts]),
        tools=_tools(body),
        results=sum(i.get("type") in ("function_call_output", "custom_tool_call_output") for i in items),
    )


def _item(ask: Ask, reply: Reply) -> Json:
    if reply.tool:
        call = {"call_id": f"call_{ask.results}", "name": reply.tool[0], "arguments": json.dumps(reply.tool[1])}
        return {"type": "function_call", "id": f"fc_{ask.results}", "status": "completed", **call}
    content = [{"type": "output_text", "text": reply.text, "annotations": []}]
    return {"type": "message", "id": "m_1", "role": "assistant", "status": "completed", "content": content}


def whole(ask: Ask, reply: Reply) -> Json:
    why = {"reason": REASON[reply.finish]} if reply.finish in REASON else None
    return {
        "id": "r_1",
        "object": "response",
        "created_at": 1,
        "status": STATUS[reply.finish],
        "model": ask.model,
        "output": [_item(ask, reply)],
        "usage": _usage(reply.said) if reply.said else None,
        "error": None,
        "incomplete_details": why,
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
    }


def events(ask: Ask, reply: Reply) -> list[str]:
    final, item = whole(ask, reply), _item(ask, reply)
    place: Json = {"output_index": 0, "item_id": item["id"]}
    empty_part: Json = {"arguments": ""} if reply.tool else {"content": []}
    opened = {**item, "status": "in_progress", **empty_part}
    out: list[Json] = [
        {"type": "response.created", "response": {**final, "status": "in_progress", "output": [], "usage": None}},
        {"type": "response.output_item.added", "output_index": 0, "item": opened},
    ]
    if reply.tool:
        kind = "response.function_call_arguments"
        out.append({"type": f"{kind}.delta", **place, "delta": item["arguments"]})
        out.append({"type": f"{kind}.done", **place, "arguments": item["arguments"]})
    else:
        place["content_index"] = 0
        empty = {"type": "output_text", "text": "", "annotations": []}
        out.append({"type": "response.content_part.added", **place, "part": empty})
        out.append({"type": "response.output_text.delta", **place, "delta": reply.text})
        out.append({"type": "response.output_text.done", **place, "text": reply.text})
    out.append({"type": "response.output_item.done", "output_index": 0, "item": item})
    out.append({"type": f"response.{final['status']}", "response": final})
    return [f"event: {e['type']}\ndata: {json.dumps({**e, 'sequence_number': i})}\n\n" for i, e in enumerate(out)]
