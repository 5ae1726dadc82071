"""What git holds of an event beyond the event itself: the time of its stamp, and what the attempts' evidence says.

A stamp's event may be written by the run after a kill, hours later: the stamp's own commit has the true time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from factory.cards.card import is_card
from factory.git import objects
from factory.git.store import Store
from factory.model import Event, Oid
from factory.records.attempts import folder
from factory.records.evidence import REQUESTS
from factory.records.plans import RESERVED
from factory.reports.trail import cards_named

MOST_CALLS = 2000  # of one attempt
STAMP = "Factory-Stamp"  # the trailer of a `stamped` event
KINDS = (  # of a request, by the end of its path: what a room asks for is its own word, and a label has few
    ("answer", re.compile(r"(?::(?:stream)?[gG]enerateContent|/messages|/chat/completions|/responses)$")),
    ("count", re.compile(r"(?::countTokens|/count_tokens)$")),
    ("list", re.compile(r"/models(?:/[^/]*)?$")),
)
UNKNOWN_KIND = "other"
SILENT = (502, 504)  # what the way out says for a provider that does not answer


class ProviderCall(NamedTuple):
    """One request to a model's provider."""

    op: str
    model: str
    status: int
    seconds: float


class EvidenceSaid(NamedTuple):
    """What one attempt's evidence says."""

    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    fingerprint: str = ""
    gated: bool = False  # the gate judged it, and not the harvest or the worker
    tests: Mapping[str, int] = {}  # fate -> how many
    calls: tuple[ProviderCall, ...] = ()


class Beyond(NamedTuple):
    """`said`: by item; an item without its evidence in this clone is not in it."""

    time: int | None = None  # of the stamp's own commit
    said: Mapping[str, EvidenceSaid] = {}


class _Result(BaseModel):
    """The part of result.json that is counted; of any version, past and to come."""

    model_config = ConfigDict(extra="ignore")

    fingerprint: str = ""
    guards: dict[str, str] = {}
    tests: dict[str, int] = {}
    model_used: str = ""
    tokens_in: int = Field(0, ge=0)
    tokens_out: int = Field(0, ge=0)


def read(store: Store, events: Iterable[Event]) -> dict[Oid, Beyond]:
    """What git holds beyond these events, by the event's id; of those that say all there is, nothing."""
    judged = [event for event in events if event.name in ("fail", "stamped")]
    asked = [(event.oid, item, at) for event in judged for item, at in _evidence(event)]
    stamps = dict.fromkeys(stamp for event in judged if (stamp := event.trailers.get(STAMP)))
    times = dict(zip(stamps, map(_time, store.named(f"{stamp}^{{commit}}" for stamp in stamps)), strict=True))
    results = list(store.named(f"{at}/result.json" for *_, at in asked))
    lines = list(store.named(f"{at}/evidence/{REQUESTS}" for *_, at in asked))
    found: dict[Oid, dict[str, EvidenceSaid]] = {event.oid: {} for event in judged}
    for (event, item, _), result, told in zip(asked, results, lines, strict=True):
        if result is not None and (said := _said(result, told or b"")):
            found[event][item] = said
    return {e.oid: Beyond(times.get(e.trailers.get(STAMP, "")), found[e.oid]) for e in judged}


def _evidence(event: Event) -> Iterator[tuple[str, str]]:
    """(item, the folder that git knows its result by) of each attempt that an event ends."""
    commit = f"{event.oid if event.name == 'fail' else event.trailers.get(STAMP)}^2"
    for item in cards_named(event) or [event.ticket]:
        yield item, f"{commit}:{folder(item) if is_card(item) else RESERVED}"


def _time(commit: bytes | None) -> int | None:
    return None if commit is None else objects.parse_commit(commit).time


def _said(result: bytes, lines: bytes) -> EvidenceSaid | None:
    try:
        told = _Result.model_validate_json(result)
    except ValidationError:
        return None  # of another hand, or cut
    return EvidenceSaid(
        model=told.model_used,
        tokens_in=told.tokens_in,
        tokens_out=told.tokens_out,
        fingerprint=told.fingerprint,
        gated=bool(told.guards),
        tests={fate: max(0, count) for fate, count in told.tests.items()},
        calls=tuple(calls(lines)),
    )


def calls(lines: bytes) -> Iterator[ProviderCall]:
    """The requests that a file of the evidence tells of. What our own way out refused never came to a model."""
    for line in lines.splitlines()[:MOST_CALLS]:
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            continue  # the pack is bounded, and may have cut it
        if isinstance(told, dict) and (call := _call(told)):
            yield call


def _call(told: dict[str, Any]) -> ProviderCall | None:
    status, seconds = _number(told.get("status")), _number(told.get("seconds"))
    if status is None or seconds is None or ("why" in told and status not in SILENT):
        return None
    return ProviderCall(_kind(str(told.get("path", ""))), str(told.get("model", "")), int(status), seconds)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 1e6 else None


def _kind(path: str) -> str:
    return next((kind for kind, pattern in KINDS if pattern.search(path)), UNKNOWN_KIND)
