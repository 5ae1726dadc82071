"""The words that passed to and from the model in an attempt, where they were kept."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any, NamedTuple

from factory.desk.panes.viewport import viewport
from factory.egress.keys import DEFAULT
from factory.model import Oid
from factory.records.exchanges import MESSAGES, Exchange, read

SHOWN = 20  # of them with their words; the file has all
CUT = "bytes left out here; sha256 of the whole"
MASKED = "[redacted:"
BODY = 'import json, sys; print(json.dumps(json.loads(sys.stdin.buffer.readlines()[{line}])["request"]))'


class Said(NamedTuple):
    """One side's words."""

    role: str
    text: str


class ShownExchange(NamedTuple):
    """A question and what came of it, as the page shows it."""

    number: int
    exchange: Exchange
    asked: tuple[Said, ...]
    answer: str
    again: str  # what to type, so that the same is asked again; empty where nobody was asked
    whole: bool  # nothing was cut or masked: it is the very same question


def shown(content: bytes, evidence: Oid, folder: str) -> tuple[ShownExchange, ...]:
    """The exchanges of `messages.jsonl`, that lies in this folder of an evidence commit."""
    found = read(content)[:SHOWN]
    return tuple(_shown(n, one, f"{evidence[:12]}:{folder}/evidence/{MESSAGES}") for n, one in enumerate(found))


def _shown(line: int, one: Exchange, at: str) -> ShownExchange:
    said = tuple(_said(one.request))
    marks = any(mark in words.text for words in said for mark in (CUT, MASKED))
    return ShownExchange(
        number=line + 1,
        exchange=one,
        asked=tuple(words._replace(text=_window(words.text)) for words in said),
        answer=_window(one.answer),
        again=_again(one, at, line) if one.url and one.request else "",
        whole=not marks,
    )


def _said(request: dict[str, Any]) -> Iterator[Said]:
    """The instructions, then each turn; of a body of any other shape what there is of it."""
    instructions, turns = request.get("systemInstruction"), request.get("contents")
    if isinstance(instructions, dict):
        yield Said("system", _text(instructions))
    for turn in turns if isinstance(turns, list) else ():
        if isinstance(turn, dict):
            yield Said(str(turn.get("role", "")), _text(turn))


def _text(turn: dict[str, Any]) -> str:
    parts = turn.get("parts")
    found = [part.get("text") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return "".join(text for text in found if isinstance(text, str))


def _window(text: str) -> str:
    return viewport(text.encode("utf-8", "replace"), 0).text


def _again(one: Exchange, at: str, line: int) -> str:
    """The request out of git, sent by curl with the reader's own key."""
    return (
        f"git show {shlex.quote(at)} |\n  python3 -c {shlex.quote(BODY.format(line=line))} |\n"
        f'  curl -sS -H "x-goog-api-key: ${DEFAULT["gemini"]}" -H "Content-Type: application/json" '
        f"--data-binary @- {shlex.quote(one.url)}"
    )
