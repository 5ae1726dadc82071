"""Tools that a provider runs on its own side: web search, page fetching, code, remote tool servers.

A worker without a network must not get one through its model, so the egress proxy refuses requests that ask for these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def _listed(body: Json, name: str) -> list[Json]:
    found = body.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def gemini_tools(body: Json) -> tuple[str, ...]:
    ours = {"functionDeclarations", "function_declarations"}
    return tuple(sorted({name for tool in _listed(body, "tools") for name in tool if name not in ours}))


def _typed_tools(body: Json, ours: re.Pattern[str]) -> tuple[str, ...]:
    kinds = {str(tool.get("type", "custom")) for tool in _listed(body, "tools")}
    return tuple(sorted(kind for kind in kinds if not ours.fullmatch(kind)))


_ANTHROPIC_OURS = re.compile(r"custom|(bash|text_editor|memory|computer)_\d+")
_OPENAI_OURS = re.compile(r"function|custom|namespace|local_shell|apply_patch")


def anthropic_tools(body: Json) -> tuple[str, ...]:
    return (*_typed_tools(body, _ANTHROPIC_OURS), *(["mcp_servers"] if body.get("mcp_servers") else []))


def openai_tools(body: Json) -> tuple[str, ...]:
    return (*_typed_tools(body, _OPENAI_OURS), *(["web_search_options"] if "web_search_options" in body else []))
