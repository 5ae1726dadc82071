"""Usage, read out of what a model answered, whole or as a stream. Pure, but for what the meter has been fed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

WHOLE_LIMIT = 32 * 1024 * 1024  # bytes of an answer that is not a stream
AROUND = 1_000  # tokens that a provider puts around a request, of its own
LINE_LIMIT = 8 * 1024 * 1024  # bytes of one event


@dataclass(frozen=True)
class Usage:
    """What calls cost, in tokens. Parts are contained: `tokens_cached` and `tokens_written` are a part of
    `tokens_in`, `tokens_thought` of `tokens_out`; so in + out is all that is billed, for every provider."""

    calls: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    tokens_thought: int = 0
    model: str = ""
    tokens_written: int = 0  # put into the provider's cache, at the price of that
    complete: bool = True  # False: an answer ended before it said what it used; book what was reserved

    def within(self, tokens_in: int, tokens_out: int) -> bool:
        """Whether it can be true of a call that was to have so many at the most. Some texts have more tokens than we
        reckon, and a small server may write past a limit: twice as many is no usage."""
        return self.tokens_in <= 2 * (tokens_in + AROUND) and self.tokens_out <= 2 * tokens_out

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_cached + other.tokens_cached,
            self.tokens_out + other.tokens_out,
            self.tokens_thought + other.tokens_thought,
            other.model or self.model,
            self.tokens_written + other.tokens_written,
            self.complete and other.complete,
        )


@dataclass(frozen=True)
class Reading:
    """What one document says of usage. Counts in a stream are running totals: the largest of each is the last."""

    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    tokens_thought: int = 0
    tokens_written: int = 0
    model: str = ""
    counted: bool = False  # it held the counts of what was written
    ended: bool = False  # the answer is whole

    def usage(self) -> Usage:
        """One call's usage. Parts that are more than their whole tell nothing that could be booked."""
        fits = self.tokens_cached + self.tokens_written <= self.tokens_in and self.tokens_thought <= self.tokens_out
        return Usage(
            1,
            self.tokens_in,
            self.tokens_cached,
            self.tokens_out,
            self.tokens_thought,
            self.model,
            self.tokens_written,
            self.counted and fits,
        )

    def merge(self, other: Reading) -> Reading:
        return Reading(
            max(self.tokens_in, other.tokens_in),
            max(self.tokens_cached, other.tokens_cached),
            max(self.tokens_out, other.tokens_out),
            max(self.tokens_thought, other.tokens_thought),
            max(self.tokens_written, other.tokens_written),
            other.model or self.model,
            self.counted or other.counted,
            self.ended or other.ended,
        )


Reader = Callable[[Mapping[str, Any]], Reading]


def _count(of: Any, *names: str) -> int:
    """The sum of the named counts; absent and null count nothing. TypeError for what is no count, as a text or -1."""
    found = [of.get(name) for name in names] if isinstance(of, Mapping) else []
    counts = [n for n in found if n is not None]
    if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in counts):
        raise TypeError("no count")
    return sum(counts)


def read_gemini(document: Mapping[str, Any]) -> Reading:
    """generateContent, and each event of its stream. Thoughts are beside candidates there, and billed as output."""
    usage = document.get("usageMetadata")
    thought = _count(usage, "thoughtsTokenCount")
    candidates = document.get("candidates")
    blocked = (document.get("promptFeedback") or {}).get("blockReason")
    return Reading(
        tokens_in=_count(usage, "promptTokenCount", "toolUsePromptTokenCount"),
        tokens_cached=_count(usage, "cachedContentTokenCount"),
        tokens_out=_count(usage, "candidatesTokenCount") + thought,
        tokens_thought=thought,
        model=str(document.get("modelVersion") or ""),
        counted=bool(_count(usage, "promptTokenCount")),
        ended=bool(blocked or any(c.get("finishReason") for c in candidates or [])),
    )


def read_anthropic(document: Mapping[str, Any]) -> Reading:
    """A message, and each event of its stream. `input_tokens` leaves the cache out there; here it is put back."""
    message = document.get("message") if document.get("type") == "message_start" else document
    message = message if isinstance(message, Mapping) else {}
    usage = message.get("usage")
    cached, written = _count(usage, "cache_read_input_tokens"), _count(usage, "cache_creation_input_tokens")
    kind = document.get("type")
    return Reading(
        tokens_in=_count(usage, "input_tokens") + cached + written,
        tokens_cached=cached,
        tokens_written=written,
        tokens_out=_count(usage, "output_tokens"),
        model=str(message.get("model") or ""),
        counted=isinstance(usage, Mapping) and kind in ("message", "message_delta"),
        ended=kind in ("message", "message_stop"),
    )


def read_openai(document: Mapping[str, Any]) -> Reading:
    """Chat completions and responses, whole and each event of their streams."""
    inner = document.get("response")
    body = inner if isinstance(inner, Mapping) else document
    usage = body.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    chat_in, chat_out = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    counted = bool(_count(usage, "prompt_tokens", "input_tokens"))
    return Reading(
        tokens_in=_count(usage, "prompt_tokens", "input_tokens"),
        tokens_cached=_count(chat_in or usage.get("input_tokens_details"), "cached_tokens"),
        tokens_out=_count(usage, "completion_tokens", "output_tokens"),
        tokens_thought=_count(chat_out or usage.get("output_tokens_details"), "reasoning_tokens"),
        model=str(body.get("model") or ""),
        counted=counted,
        ended=counted,  # both formats say usage last, and once
    )


def safely(read: Reader, document: Mapping[str, Any]) -> Reading:
    """A document of a shape that no provider documents says nothing; it must not stop the answer."""
    try:
        return read(document)
    except (AttributeError, TypeError):
        return Reading()


class Meter:
    """Fed the bytes of one answer as they pass; afterwards says what it used."""

    def __init__(self, read: Reader, *, stream: bool, model: str = "") -> None:
        """`model` is what was asked for; what the answer names takes its place."""
        self._read, self._stream, self._reading = read, stream, Reading(model=model)
        self._held = bytearray()
        self._overfull = False
        self.error: Mapping[str, Any] | None = None  # an error that was told inside an answer of status 200

    def feed(self, piece: bytes) -> None:
        self._held += piece
        if self._stream:
            *lines, rest = bytes(self._held).split(b"\n")
            self._held = bytearray(rest)
            for line in lines:
                self._line(line)
        if len(self._held) > (LINE_LIMIT if self._stream else WHOLE_LIMIT):
            self._held.clear()
            self._overfull = True

    def _line(self, line: bytes) -> None:
        name, _, data = line.partition(b":")
        if name == b"data":
            self._document(data)

    def _document(self, text: bytes) -> None:
        try:
            found = json.loads(text)
        except ValueError:  # `[DONE]`, or a broken answer: it says nothing
            return
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, Mapping):
                self._reading = self._reading.merge(safely(self._read, one))
                response = one.get("response")
                told = [d for d in (one, response) if isinstance(d, Mapping) and isinstance(d.get("error"), Mapping)]
                self.error = told[0] if told else self.error

    def usage(self) -> Usage:
        """One call's usage; to be asked once, after the last byte."""
        if self._stream:
            self._line(bytes(self._held))
        else:
            self._document(bytes(self._held))
        found = self._reading.usage()
        return replace(found, complete=found.complete and self._reading.ended and not self._overfull)
