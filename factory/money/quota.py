"""What a model's server means by its refusal: wait a moment, wait for the day, or go and pay. Pure.

Sources: Google's `google.rpc.QuotaFailure` and `RetryInfo`, Anthropic's errors and `anthropic-ratelimit-*` headers,
OpenAI's error codes and `x-ratelimit-*` headers.
"""

from __future__ import annotations

import enum
import json
import math
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from factory.model import Value

DAY_LONG = 3600.0  # seconds: who is told to come back after more than an hour has met more than a minute's quota


class Wait(enum.StrEnum):
    """What would help."""

    MOMENT = "MOMENT"  # a per-minute quota or an overload: sleep, halve the pace
    DAY = "DAY"  # a per-day quota: stop until the day turns
    ACCOUNT = "ACCOUNT"  # no credit: waiting does not help, a person must look


class Refusal(Value):
    """A refusal that says nothing about the work: not an attempt."""

    wait: Wait
    delay: float | None = None  # seconds, where the server names them
    quota: str = ""  # the server's name for what is used up


_ACCOUNT = re.compile(r"insufficient_quota|credit balance is too low|billing_not_active|billing hard limit", re.I)
_DAY = re.compile(r"per[-_ ]?day|\b[RT]PD\b|daily (?:limit|quota)|reached your specified (?:API )?usage limits", re.I)
_AGAIN = re.compile(r"(?:try again|retry) in ((?:[\d.]+ ?(?:ms|h|m|s)[a-z]*\s?)+)", re.I)
_PART = re.compile(r"([\d.]+) ?(ms|h|m|s)", re.I)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LIMITS = (429, 503, 529)


def read_refusal(
    status: int, body: str | Mapping[str, object], headers: Mapping[str, str], now: float
) -> Refusal | None:
    """The refusal in an answer, or None where it is another error. `now`: seconds since the epoch, for HTTP dates."""
    data = _json(body) if isinstance(body, str) else dict(body)
    text = body if isinstance(body, str) else json.dumps(data)
    if status in (400, 402, 403, 429) and _ACCOUNT.search(text):
        return Refusal(wait=Wait.ACCOUNT, quota=_ACCOUNT.search(text)[0])  # type: ignore[index]
    if status not in _LIMITS and not (status in (400, 403) and _DAY.search(text)):
        return None
    quotas = [v for key, v in _pairs(data) if key == "quotaId"]
    delay = _delay(data, text, {k.lower(): v for k, v in headers.items()}, now)
    # Google names every quota that the call met: a day's among them decides.
    names = " ".join(quotas) or text
    day = bool(_DAY.search(names)) or (delay or 0) > DAY_LONG
    return Refusal(wait=Wait.DAY if day else Wait.MOMENT, delay=delay, quota=", ".join(quotas))


def _delay(data: object, text: str, headers: Mapping[str, str], now: float) -> float | None:
    for key, value in _pairs(data):
        if key == "retryDelay":
            return _seconds(value)
    if "retry-after-ms" in headers:
        return _number(headers["retry-after-ms"], 0.001)
    if "retry-after" in headers:
        return _retry_after(headers["retry-after"], now)
    if match := _AGAIN.search(text):
        return _seconds(match[1])
    spent = [k for k, v in headers.items() if k.startswith("x-ratelimit-remaining-") and v.strip() == "0"]
    waits = [_seconds(headers.get(k.replace("remaining", "reset"), "")) for k in spent]
    return max((w for w in waits if w is not None), default=None)


def _retry_after(value: str, now: float) -> float | None:
    """Seconds, or an HTTP date."""
    seconds = _number(value)
    if seconds is not None:
        return seconds
    try:
        return max(parsedate_to_datetime(value).timestamp() - now, 0.0)
    except (ValueError, OverflowError):
        return None


def _seconds(text: str) -> float | None:
    """`37s`, `1.5s`, `6m0s`, `120ms`."""
    parts = [_number(number, _SECONDS[unit.lower()]) for number, unit in _PART.findall(text)]
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None


def _number(text: str, unit: float = 1.0) -> float | None:
    try:
        value = float(text) * unit
    except ValueError:
        return None
    return max(value, 0.0) if math.isfinite(value) else None


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _pairs(data: object) -> Iterator[tuple[str, str]]:
    """Every key with a text, at any depth."""
    stack = [data]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield from ((str(k), v) for k, v in item.items() if isinstance(v, str))
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
