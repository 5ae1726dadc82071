"""How a model provider refuses, and how we refuse in its words. Pure."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class UpstreamRefusal:
    """An upstream answer that is no answer. `retry` is in seconds; None where the provider named no delay."""

    status: int
    retry: float | None = None
    daily: bool = False  # a quota that a short wait will not bring back
    key: bool = False  # it is the key that is refused

    @property
    def later(self) -> bool:
        """Whether to try again is right: a limit or an overload, and no mistake of ours."""
        return self.status in (408, 425, 429, 529) or self.status >= 500


def _error(document: Any) -> Json:
    if isinstance(document, list) and document:  # Gemini's stream without alt=sse
        document = document[0]
    found = document.get("error") if isinstance(document, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _retry_after(headers: Json) -> float | None:
    """Retry-After in seconds; a date in it is held against the answer's own Date, not this machine's clock."""
    if (exact := _seconds(str(headers.get("retry-after-ms", "")))) is not None:
        return exact / 1000
    text = str(headers.get("retry-after", ""))
    if (plain := _seconds(text)) is not None:
        return plain
    try:
        then = email.utils.parsedate_to_datetime(text)
        now = email.utils.parsedate_to_datetime(str(headers["date"]))
        return max(0.0, (then - now).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text) else None


def gemini_limit(headers: Json, document: Any) -> tuple[float | None, bool]:
    details = [d for d in _error(document).get("details") or [] if isinstance(d, Mapping)]
    delays = [_seconds(str(d.get("retryDelay", "")).removesuffix("s")) for d in details]
    quotas = [v.get("quotaId", "") for d in details for v in d.get("violations") or [] if isinstance(v, Mapping)]
    told = [delay for delay in delays if delay is not None]
    return max(told) if told else _retry_after(headers), any("perday" in str(q).lower() for q in quotas)


def anthropic_limit(headers: Json, document: Any) -> tuple[float | None, bool]:
    return _retry_after(headers), _error(document).get("type") == "billing_error"


def openai_limit(headers: Json, document: Any) -> tuple[float | None, bool]:
    return _retry_after(headers), _error(document).get("code") == "insufficient_quota"


_GEMINI_STATUS = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    504: "DEADLINE_EXCEEDED",
}
_ANTHROPIC_TYPE = {
    400: "invalid_request_error",
    403: "permission_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
}


def gemini_error(status: int, why: str) -> Json:
    return {"error": {"code": status, "message": why, "status": _GEMINI_STATUS.get(status, "UNAVAILABLE")}}


def anthropic_error(status: int, why: str) -> Json:
    return {"type": "error", "error": {"type": _ANTHROPIC_TYPE.get(status, "api_error"), "message": why}}


def openai_error(status: int, why: str) -> Json:
    kind = "insufficient_quota" if status == 429 else "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": why, "type": kind, "param": None, "code": kind}}
