"""What a request's content would make the provider do or read beside its words: fetch, search, run, look at. Pure.

A worker without a network must not get one through its model, and what it sends is paid by its true size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from factory.egress.meter import AROUND
from factory.egress.request_body import Denied

Json = Mapping[str, Any]
Kinds = Callable[[Json], Iterable[str]]
BYTES_A_TOKEN = 2  # few texts have less; of a JSON body most tokens have four
MOST = 2_000_000  # tokens; no model reads more
DOCUMENT = 1_048_576  # tokens, at the most, of a paper, a sound or a film: in a few bytes can be hours
ADDRESS = re.compile(r".*(url|uri|Url|Uri)")
SEARCHES = re.compile(r".*-search\b.*|.*deep-research.*|.*:online|(.*/)?sonar.*", re.I)
OURS = re.compile(
    r"functionDeclarations|function_declarations"
    r"|function|custom|namespace|local_shell|apply_patch|(bash|text_editor|memory|computer)_\d+"
)  # the tools that a client runs itself
KEPT = ("file_id", "fileId", "item_reference")
# What a tool is called with or described by, and where an answer came from, is data: it may hold any name.
DATA = {"args", "response", "arguments", "action", "parameters", "schema", "metadata", "annotations", "citations"}


def check(model: str, body: Json, kinds: Kinds) -> None:
    """Denied where the provider would fetch, search, run something, or go by what it keeps. `kinds`: of a tool."""
    if SEARCHES.fullmatch(model):
        raise Denied(403, f"{model[:80]!r} searches the web; that would be a network")
    for key, value, node in _fields(body):
        if key == "tools" and (others := _others(value, kinds)):
            raise Denied(
                403, f"{', '.join(others)[:80]}: tools that the provider runs are off; they would be a network"
            )
        if ADDRESS.fullmatch(key) and isinstance(value, str) and value and not _kind(key, value, node):
            raise Denied(403, f"{key}: the provider would fetch an address; that would be a network. Send the data")
        if (key in KEPT and value) or (key == "type" and value in KEPT):
            raise Denied(403, f"{key}: what the provider keeps is not counted; send it in the request")
        if key == "ttl" and value != "5m":
            raise Denied(400, f"ttl = {str(value)[:20]!r} has a price that is not counted")
        if key == "type" and str(value).startswith("compact_"):
            raise Denied(400, f"{str(value)[:40]}: a call of the provider's own is not counted")


def tokens_in(body: Json, size: int, image: int) -> int:
    """The most tokens that a request of `size` bytes can have: its text by its bytes, what it shows by its kind.
    Denied where its text is more than any model reads."""
    shown = list(_shown(body))
    text = (size - sum(len(value) for value, _ in shown)) // BYTES_A_TOKEN + AROUND
    if text > MOST:
        raise Denied(413, f"more than {MOST} tokens")
    return min(MOST, text + sum(image if kind.startswith("image/") else DOCUMENT for _, kind in shown))


def _fields(body: Json) -> Iterator[tuple[str, Any, Json]]:
    """Every field of the content, at any depth (a stack: a room may nest as deep as it likes), with what it is in."""
    left: list[Any] = [body]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += node
        elif isinstance(node, Mapping):
            called = str(node.get("type", "")).endswith("tool_use")
            for key, value in node.items():
                if key not in DATA and not (called and key == "input"):
                    yield key, value, node
                    if key != "tools":
                        left.append(value)


def _others(tools: Any, kinds: Kinds) -> list[str]:
    """The tools that the client does not run itself, by their kinds."""
    if not isinstance(tools, list):
        return ["tools"] if tools else []
    found = {kind for tool in tools if isinstance(tool, Mapping) for kind in kinds(tool)}
    return sorted(kind for kind in found if not OURS.fullmatch(kind))


def by_type(tool: Json) -> tuple[str, ...]:
    """How a tool says what it is; with those inside of it."""
    return str(tool.get("type", "custom")), *(["tools"] if _others(tool.get("tools"), by_type) else [])


def _shown(body: Json) -> Iterator[tuple[str, str]]:
    """What the content shows beside text, as it is sent, with its kind."""
    for key, value, node in _fields(body):
        if isinstance(value, str) and (kind := _kind(key, value, node)) and not kind.startswith("text/"):
            yield value, kind


def _kind(key: str, value: str, node: Json) -> str:
    if key == "data":
        told = [node.get(name) for name in ("mimeType", "mime_type", "media_type", "format")]
        return next((str(kind) for kind in told if kind), "")
    kind = re.match(r"data:([^;,]*)", value[:100], re.I) if key == "file_data" or ADDRESS.fullmatch(key) else None
    return kind[1].lower() or "text/plain" if kind else "unknown" if key == "file_data" else ""
