"""When it is better to stop than to go on failing. Pure."""

from __future__ import annotations

import enum
from typing import Protocol

from pydantic import Field

from factory.model import Value


class Weather(enum.StrEnum):
    """How one attempt ended, as the storm guard sees it."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    RATE_LIMIT = "RATE_LIMIT"  # no attempt: nothing is learnt about the work


class Limits(Protocol):
    """The settings' `[storm]`: how many in a row are too many."""

    @property
    def failures(self) -> int: ...
    @property
    def rate_limits(self) -> int: ...
    @property
    def box_failures(self) -> int: ...


class Storm(Value):
    """How many in a row."""

    failures: int = 0
    rate_limits: int = 0
    box_failures: dict[str, int] = Field(default={}, description="by box; a box without failures is not listed")


def after(storm: Storm, weather: Weather, box: str) -> Storm:
    """The counts after one more attempt in the box."""
    boxes = storm.box_failures
    match weather:
        case Weather.RATE_LIMIT:
            return storm.model_copy(update={"rate_limits": storm.rate_limits + 1})
        case Weather.FAILURE:
            return Storm(failures=storm.failures + 1, box_failures={**boxes, box: boxes.get(box, 0) + 1})
        case Weather.SUCCESS:
            return Storm(box_failures={name: n for name, n in boxes.items() if name != box})


def reason(storm: Storm, limits: Limits) -> str | None:
    """Why to stop, in words for a person; None: go on."""
    if storm.failures >= limits.failures:
        return f"{storm.failures} attempts failed in a row"
    if storm.rate_limits >= limits.rate_limits:
        return f"the model's server refused {storm.rate_limits} calls in a row"
    for box, count in sorted(storm.box_failures.items()):
        if count >= limits.box_failures:
            return f"{count} attempts failed in a row in {box}"
    return None
