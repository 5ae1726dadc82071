"""What a request may hold, API by API: the fields that are passed on, and how much one answer may be. Pure.

A list of what is known to be good, because what is not on it may cost or reach what nobody counts: a faster lane, a
fallback model, a plug-in that searches, a text that is kept at the provider.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from factory.egress.request_body import Denied

Json = Mapping[str, Any]
MOST = 1_000_000  # tokens; no model writes as many in one answer
TIERS = ("auto", "default", "standard", "standard_only")  # of the plain price


@dataclass(frozen=True)
class Form:
    """One API's requests; paths are dotted. A field that is not listed is refused, unless it says nothing."""

    fields: frozenset[str]
    limits: tuple[str, ...]  # how much may be written; where none is there, the first is put
    many: str = ""  # how many answers there shall be
    budget: str = ""  # how much of an answer may be thought: less than its limit
    inner: Mapping[str, frozenset[str]] = field(default_factory=dict)  # fields of a field
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # where any other value has another price
    home: Mapping[str, Any] = field(default_factory=dict)  # what is told to the provider itself, whatever was asked
    small: tuple[tuple[re.Pattern[str], int], ...] = ()  # models that refuse a limit as large as ours
    prepare: Callable[[Json], Json] = lambda body: body  # so that it can be read, and metered

    def fit(self, body: Json, cap: int, *, home: bool) -> tuple[Json, int]:
        """The request as it goes out, and the most tokens that its answers can have together: never more than `cap`,
        because that is written into it. `home`: it goes to the provider itself. Another server that speaks its language
        may refuse our limit: a request that names none gets none there, but for one that wants several answers."""
        body = {**self.known(self.prepare(body)), **(self.home if home else {})}
        count = _number(body, self.many) or 1
        each = cap // count
        if not each:
            raise Denied(400, f"{self.many} = {count}: more answers than this worker may have tokens ({cap})")
        held = {path: min(most, each) for path in self.limits if (most := _number(body, path))}
        if not held and (home or count > 1):
            held = {self.limits[0]: min([each, *(n for kind, n in self.small if kind.match(str(body.get("model"))))])}
        most = max(held.values(), default=each)
        if (thought := _number(body, self.budget, least=-1)) > 0:  # 0 is none, -1 what the limit lets it
            held[self.budget] = max(1, min(thought, each - 1))
        for path, n in held.items():
            body = _put(body, path.split("."), n)
        return body, count * max(most, *held.values(), 0)

    def known(self, body: Json) -> Json:
        """The listed fields alone. Denied where another one says something, or a listed one something dear."""
        found = dict(self._listed(body, self.fields, ""))
        for name, fields in self.inner.items():
            if found.get(name) is not None:
                found[name] = self._listed(_object(found[name], name), fields, f"{name}.")
        return found

    def _listed(self, part: Json, fields: frozenset[str], before: str) -> Json:
        for name, value in part.items():
            if value in (None, False, "", [], {}):
                continue
            if name not in fields:
                raise Denied(400, f"the field {(before + name)[:80]!r} is not passed on")
            priced, told = self.only.get(before + name), value if isinstance(value, list) else [value]
            if priced and not {str(one).lower() for one in told} <= set(priced):
                raise Denied(400, f"{before + name} = {str(value)[:80]!r} has a price that is not counted")
        return {name: value for name, value in part.items() if name in fields}


def _object(found: Any, name: str) -> Json:
    if not isinstance(found, Mapping):
        raise Denied(400, f"{name} is no JSON object")
    return found


def _number(body: Json, path: str, least: int = 1) -> int:
    """The number at a path; 0 where it is not there. Denied where it is none that a model takes."""
    found: Any = body
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if found is None:
        return 0
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= MOST:
        raise Denied(400, f"{path} = {str(found)[:40]!r} is no number from {least} to {MOST}")
    return found


def _put(body: Json, path: list[str], value: Any) -> Json:
    name, *rest = path
    return {**body, name: _put(body.get(name) or {}, rest, value) if rest else value}


def _with_usage(body: Json) -> Json:
    """A chat stream says what it used only where it is asked to."""
    if not body.get("stream"):
        return body
    options = body.get("stream_options")
    return {**body, "stream_options": {**(options if isinstance(options, Mapping) else {}), "include_usage": True}}


def _gemini(body: Json) -> Json:
    """Without the model, which the path names."""
    return {name: value for name, value in _camel(body).items() if name != "model"}


def _camel(body: Json) -> Json:
    """Google reads each name in two spellings; here it is one."""
    return {_one_spelling(name): _deeper(_one_spelling(name), value) for name, value in body.items()}


def _deeper(name: str, value: Any) -> Any:
    return _camel(value) if name in ("generationConfig", "thinkingConfig") and isinstance(value, Mapping) else value


def _one_spelling(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest) if first else name


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_OPENAI = _names(
    "model stream stream_options temperature top_p top_logprobs tools tool_choice parallel_tool_calls"
    " metadata store user safety_identifier prompt_cache_key prompt_cache_retention service_tier"
)
_SMALL = (
    (re.compile(r"(ft:)?((chat)?gpt-4o|gpt-5[\d.]*-chat)"), 16_384),
    (re.compile(r"(ft:)?gpt-(4$|4-|3\.5)"), 4_096),
)
CHAT = Form(
    fields=_OPENAI
    | _names(
        "messages max_tokens max_completion_tokens n stop seed logprobs logit_bias frequency_penalty presence_penalty"
        " response_format functions function_call reasoning_effort verbosity modalities"
        # and of other servers that speak it
        " reasoning thinking thinking_budget enable_thinking top_k min_p repetition_penalty chat_template_kwargs"
    ),
    limits=("max_completion_tokens", "max_tokens"),  # models that think take the first alone
    many="n",
    small=_SMALL,
    only={"service_tier": TIERS, "modalities": ("text",)},
    home={"service_tier": "default"},  # unsaid, it is what the project's settings say: up to twice the price
    prepare=_with_usage,
)
RESPONSES = Form(
    fields=_OPENAI
    | _names("input instructions max_output_tokens max_tool_calls text reasoning include truncation client_metadata"),
    limits=("max_output_tokens",),
    small=_SMALL,
    only={"service_tier": TIERS},
    home={"service_tier": "default"},
)
MESSAGES = Form(
    fields=_names(
        "model messages system max_tokens stream temperature top_p top_k stop_sequences tools tool_choice thinking"
        " metadata service_tier context_management output_config output_format cache_control"
    ),
    limits=("max_tokens",),
    budget="thinking.budget_tokens",
    only={"service_tier": TIERS},
)
GENERATE = Form(
    fields=_names("contents systemInstruction tools toolConfig safetySettings generationConfig"),
    inner={
        "generationConfig": _names(
            "maxOutputTokens candidateCount temperature topP topK seed stopSequences responseMimeType responseSchema"
            " responseJsonSchema _responseJsonSchema presencePenalty frequencyPenalty responseLogprobs logprobs"
            " thinkingConfig mediaResolution responseModalities"
        )
    },
    limits=("generationConfig.maxOutputTokens",),
    many="generationConfig.candidateCount",
    budget="generationConfig.thinkingConfig.thinkingBudget",
    only={"generationConfig.responseModalities": ("text",)},
    prepare=_gemini,
)
