"""A card's own gate: is its output what the card accepts? The card's command is run by the gate, not here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from factory.cards.card import Accept, FailedFast, Span, WorkItem
from factory.cards.shapes import misfit
from factory.plain import many

MOST_REASONS = 20


def accept(card: WorkItem, output: Iterable[bytes]) -> list[str]:
    """Why an output (its lines; an open file will do) is refused; empty: accepted. Of bad lines, the first 20."""
    reasons: list[str] = []
    count = errors = 0
    for number, line in enumerate(output, 1):
        count += 1
        record, fault = _record(line)
        errors += isinstance(record, dict) and bool(record.get("error"))
        fault = fault or _shape(card.accept, record)
        if fault and len(reasons) < MOST_REASONS:
            reasons.append(f"{card.output}:{number}: {fault}")
    return [*reasons, *_counts(card, count), *_fast(card, count, errors)]


def watched(card: WorkItem, records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The records, until one of them meets a failfast condition: then FailedFast."""
    errors = 0
    for count, record in enumerate(records, 1):
        errors += bool(record.get("error"))
        for reason in _fast(card, count, errors):
            raise FailedFast(f"{card.id}: {reason}: {record.get('path', '')} {record.get('error', '')}".rstrip())
        yield record


def _record(line: bytes) -> tuple[Any, str]:
    if not line.endswith(b"\n"):
        return None, "the last line is cut off"
    try:
        return json.loads(line), ""
    except (ValueError, RecursionError):
        return None, "not JSON"


def _shape(wanted: Accept, record: Any) -> str:
    return misfit(record, wanted.shape) if wanted.shape else ""


def _counts(card: WorkItem, count: int) -> list[str]:
    match card.accept.count:
        case None:
            return []
        case Span(min=least, max=most):
            fits, wanted = (
                least <= count and (most is None or count <= most),
                f"{least} to {'any number' if most is None else most}",
            )
        case "inputs":
            fits, wanted = count == card.input.size, f"{card.input.size}, one an input"
        case number:
            fits, wanted = count == number, str(number)
    return [] if fits else [f"{card.output}: {many(count, 'record')}, accepted: {wanted}"]


def _fast(card: WorkItem, count: int, errors: int) -> list[str]:
    """The failfast conditions that these numbers meet."""
    fast = card.failfast
    reasons = [f"failfast: {many(errors, 'error')}, allowed: {fast.errors}"] if errors > fast.errors else []
    if fast.records is not None and count > fast.records:
        reasons.append(f"failfast: {many(count, 'record')}, allowed: {fast.records}")
    return reasons
