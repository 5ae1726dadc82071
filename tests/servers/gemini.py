"""Gemini: generateContent, streamGenerateContent?alt=sse, countTokens, the list of models."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.servers.script import Ask, Json, Refusal, Reply, Tokens

FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "safety": "SAFETY"}
STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
STATUS |= {500: "INTERNAL", 503: "UNAVAILABLE"}
COUNTED = 42


def _parts(body: Json) -> list[Json]:
    return [part for content in body.get("contents", []) for part in content.get("parts", [])]


def _tools(body: Json) -> dict[str, Json]:
    declared = [d for tool in body.get("tools") or [] for d in tool.get("functionDeclarations") or []]
    return {d["name"]: d.get("parametersJsonSchema") or d.get("parameters") or {} for d in declared}


def _usage(tokens: Tokens) -> Json:
    counts: Json = {"promptTokenCount": tokens.prompt, "candidatesTokenCount": tokens.out}
    if tokens.cached:
        counts["cachedContentTokenCount"] = tokens.cached
    if tokens.thought:
        counts["thoughtsTokenCount"] = tokens.thought
    return {**counts, "totalTokenCount": tokens.prompt + tokens.out + tokens.thought}


class Gemini:
    def ask(self, path: str, query: str, body: Json, headers: dict[str, str]) -> Ask | None:
        found = re.fullmatch(r"/v1(?:beta)?/models/([^/:]+):(generateContent|streamGenerateContent)", path)
        if not found:
            return None
        system = (body.get("systemInstruction") or {}).get("parts", [])
        parts = _parts(body)
        return Ask(
            path=path,
            model=found[1],
            stream=found[2] == "streamGenerateContent",
            body=body,
            headers=headers,
            text="\n".join(p.get("text", "") for p in [*system, *parts]),
            tools=_tools(body),
            results=sum("functionResponse" in p for p in parts),
        )

    def other(self, method: str, path: str, body: Json) -> Json | None:
        if path.endswith(":countTokens"):
            return {"totalTokens": COUNTED}
        if method == "GET" and re.fullmatch(r"/v1(beta)?/models", path):
            return {"models": [{"name": "models/gemini-2.5-flash", "displayName": "stand-in"}]}
        return None

    def _candidate(self, parts: list[Json], finish: str | None) -> Json:
        ended = {"finishReason": finish} if finish else {}
        return {"content": {"role": "model", "parts": parts}, "index": 0, **ended}

    def _document(self, ask: Ask, reply: Reply, candidates: list[Json]) -> Json:
        usage = {"usageMetadata": _usage(reply.said)} if reply.said else {}
        return {"candidates": candidates, "modelVersion": ask.model, "responseId": "r-1", **usage}

    def whole(self, ask: Ask, reply: Reply) -> Json:
        if reply.finish == "safety" and not reply.text:
            document = self._document(ask, reply, [])
            del document["candidates"]
            return {**document, "promptFeedback": {"blockReason": "SAFETY"}}
        parts = [] if reply.finish == "safety" else self._content(ask, reply)
        return self._document(ask, reply, [self._candidate(parts, FINISH[reply.finish])])

    def _content(self, ask: Ask, reply: Reply) -> list[Json]:
        if reply.tool:
            name, args = reply.tool
            return [
                {"functionCall": {"id": f"f-{ask.results}", "name": name, "args": args}, "thoughtSignature": "c2ln"}
            ]
        return [{"text": reply.text}]

    def events(self, ask: Ask, reply: Reply) -> list[str]:
        first: list[Json] = [{"text": "I think.", "thought": True}]
        documents = [
            {**self._document(ask, reply, [self._candidate(first, None)])},
            {**self._document(ask, reply, [self._candidate(self._content(ask, reply), None)])},
            self._document(ask, reply, [self._candidate([{"text": ""}], FINISH[reply.finish])]),
        ]
        if reply.said:  # as the real one does, a count grows while the stream runs
            documents[0]["usageMetadata"] = {"promptTokenCount": reply.said.prompt}
        return [f"data: {json.dumps(document)}\r\n\r\n" for document in documents]

    def error(self, refusal: Refusal) -> tuple[dict[str, str], Json]:
        details: list[dict[str, Any]] = []
        if refusal.status == 429:
            quota = "GenerateRequestsPerDayPerProjectPerModel-FreeTier" if refusal.daily else "RequestsPerMinute"
            kind = "type.googleapis.com/google.rpc."
            details.append({"@type": kind + "QuotaFailure", "violations": [{"quotaId": quota}]})
            if refusal.retry is not None:
                details.append({"@type": kind + "RetryInfo", "retryDelay": f"{refusal.retry:g}s"})
        status = STATUS.get(refusal.status, "UNKNOWN")
        return {}, {"error": {"code": refusal.status, "message": "stand-in", "status": status, "details": details}}


WIRE = Gemini()
