"""What an attempt left in git, read back: the one reader of it, for pages, panes and numbers alike.

A stranger may have written it, in any version past or to come: what is not of its kind counts as nothing. So does what
a shallow clone ends before, or a partial clone left at its server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from factory.git.store import Store
from factory.model import Event
from factory.records.attempts import place
from factory.records.evidence import REQUESTS

STAMP = "Factory-Stamp"  # the trailer of a `stamped` event
PLAN, RESULT, REPORT, LOG = "plan.json", "result.json", "evidence/verify_report.json", "evidence/gate.log"
CALLS = f"evidence/{REQUESTS}"
MOST_CALLS = 2000  # of one attempt
LARGEST = 1e15  # a number beyond it is nobody's measure
LARGEST_OF_ONE = 1e6  # a status, seconds or dollars of one request
MEASURES = (int, float)  # and no bool
SILENT = (502, 504)  # what the way out says for a provider that does not answer
KINDS = (  # of a request, by the end of its path: what a room asks for is its own word, and a label has few
    ("answer", re.compile(r"(?::(?:stream)?[gG]enerateContent|/messages|/chat/completions|/responses)$")),
    ("count", re.compile(r"(?::countTokens|/count_tokens)$")),
    ("list", re.compile(r"/models(?:/[^/]*)?$")),
)
UNKNOWN_KIND = "other"


# --- whose attempt, and where


def cards_named(event: Event) -> list[str]:
    """The cards that an event of a half names."""
    return [name.partition("#")[0] for name in event.trailers.get("Factory-Cards", "").split()]


def items_of(event: Event) -> list[str]:
    """The items that an event is about: the cards of a half, or one; none of an event about the run."""
    return cards_named(event) or ([event.ticket] if event.ticket else [])


def evidence_of(event: Event) -> str:
    """The evidence commit of the attempts that an event ended, as git is asked for it: the second parent of a `fail`
    event, or of the stamp that it tells of. Empty where it ended none."""
    told = event.trailers.get(STAMP) if event.name == "stamped" else event.oid if event.name == "fail" else ""
    return f"{told}^2" if told else ""


class Papers(NamedTuple):
    """What an attempt left, as its evidence commit holds it: by the file's name; None where it is not here."""

    item: str
    files: Mapping[str, bytes | None]

    def text(self, name: str) -> str:
        return (self.files[name] or b"").decode("utf-8", "replace")

    def told(self, name: str) -> dict[str, Any]:
        """A JSON document's keys; none of what is no document."""
        return parsed(self.files[name] or b"") or {}


def read(store: Store, wanted: Iterable[tuple[str, str]], names: Sequence[str]) -> Iterator[Papers]:
    """These files of some attempts, each (item, its commit in any way that git understands), in order. All of one name
    are asked in one breath."""
    asked = [(item, f"{commit}:{place(item)}") for item, commit in wanted]
    columns = [list(store.named(f"{at}/{name}" for _, at in asked)) for name in names]
    for (item, _), *row in zip(asked, *columns, strict=True):
        yield Papers(item, dict(zip(names, row, strict=True)))


# --- what it took


class ModelCall(NamedTuple):
    """One request to a model, as the controller saw it pass. `seconds`: None where they are not known."""

    time: float = 0.0
    method: str = ""
    path: str = ""
    model: str = ""
    status: int = 0
    seconds: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    why: str = ""  # it was denied
    usd: float | None = None  # that were booked for it; None: it is free, or not on record

    @property
    def failed(self) -> bool:
        return not 200 <= self.status < 400

    @property
    def took(self) -> float | None:
        """The seconds that the provider took; None where it was not asked: our own way out refused it."""
        return None if self.why and self.status not in SILENT else self.seconds

    @property
    def kind(self) -> str:
        """What was asked for, in one of a few words."""
        return next((kind for kind, pattern in KINDS if pattern.search(self.path)), UNKNOWN_KIND)


class Paid(NamedTuple):
    """What one attempt took, and what the gate counted."""

    item: str
    attempt: int = 0
    worker: str = ""
    model: str = ""  # that the worker names
    seconds: float = 0.0
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    tests: Mapping[str, int] = {}  # fate -> how many
    judged: bool = False  # by the gate, and not by the harvest or the worker
    passed: bool = False
    seen: tuple[ModelCall, ...] = ()

    @property
    def by(self) -> str:
        """The model, as the worker or its requests name it; else the worker."""
        return self.model or next((one.model for one in self.seen if one.model), "") or self.worker


def paid(papers: Papers) -> Paid | None:
    """What the result tells, and beside it the plan and the requests where they were read. None without a result."""
    result = parsed(papers.files[RESULT] or b"")
    if result is None:
        return None
    return Paid(
        item=papers.item,
        attempt=_int(result.get("attempt")),
        worker=text(papers.told(PLAN), "worker") if PLAN in papers.files else "",
        model=text(result, "model_used"),
        seconds=number(result.get("duration_seconds")) or 0.0,
        calls=_int(result.get("calls")),
        tokens_in=_int(result.get("tokens_in")),
        tokens_out=_int(result.get("tokens_out")),
        usd=number(result.get("cost_estimate_usd")) or 0.0,
        tests={fate: _int(count) for fate, count in within(result, "tests").items()},
        judged=bool(within(result, "guards")),
        passed=result.get("status") == "PASS",
        seen=calls(papers.files.get(CALLS) or b""),
    )


def calls(content: bytes) -> tuple[ModelCall, ...]:
    """The lines of `egress.jsonl`; what is no line of it is left out: the pack is bounded, and may have cut it."""
    return tuple(_calls(content))


def _calls(content: bytes) -> Iterator[ModelCall]:
    for line in content.decode("utf-8", "replace").split("\n")[:MOST_CALLS]:
        said = parsed(line)
        if said is None or (status := number(said.get("status"), LARGEST_OF_ONE)) is None:
            continue
        yield ModelCall(
            time=number(said.get("time")) or 0.0,
            method=text(said, "method"),
            path=text(said, "path"),
            model=text(said, "model"),
            status=int(status),
            seconds=number(said.get("seconds"), LARGEST_OF_ONE),
            tokens_in=_int(said.get("tokens_in")),
            tokens_out=_int(said.get("tokens_out")),
            bytes_in=_int(said.get("in")),
            bytes_out=_int(said.get("out")),
            why=text(said, "why"),
            usd=number(said.get("usd"), LARGEST_OF_ONE),
        )


# --- a stranger's JSON


def parsed(content: bytes | str) -> dict[str, Any] | None:
    """A JSON document; None of anything else."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def within(told: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The document below a key; empty where there is none."""
    found = told.get(key)
    return found if isinstance(found, dict) else {}


def listed(told: Mapping[str, Any], key: str) -> list[Any]:
    """The list below a key; empty where there is none."""
    found = told.get(key)
    return found if isinstance(found, list) else []


def text(told: Mapping[str, Any], key: str) -> str:
    """What stands below a key, as text; empty where there is nothing."""
    return str(told.get(key) or "")


def number(value: object, most: float = LARGEST) -> float | None:
    """A measure, from 0 up; None for anything else."""
    return float(value) if type(value) in MEASURES and 0 <= value < most else None  # type: ignore[operator, arg-type]


def _int(value: object) -> int:
    return int(number(value) or 0)
