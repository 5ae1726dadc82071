"""The shape of one output record: named ones for the built-in workers, or keys with their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "any": object,
}


def _fields(text: str) -> dict[str, str]:
    """`a b: string; c: integer` -> each name's type, in this order."""
    rows = (row.partition(":") for row in text.split(";"))
    return {name: kind.strip() for names, _, kind in rows for name in names.split()}


_TAG = _fields("rule path sha256 encoding: string; line start end: integer; error: string?")
NAMED: Mapping[str, Mapping[str, str]] = {
    "index": _fields(
        "path: string; size: integer; sha256 kind encoding: string; lines blank longest: integer; definitions: array;"
        "unparsed error: string?"
    ),
    "tag": {**_TAG, "text": "string"},
    "strike": {**_TAG, "action": "string", "before": "string", "after": "string?", "report": "string?"},
    "verify": _fields("path root sha256 found: string; error: string?"),
    "seal": _fields("path root: string; size: integer; sha256: string; error: string?"),
}


def shape_fault(shape: str | Mapping[str, str]) -> str:
    """Why a shape cannot be used, or an empty string."""
    if isinstance(shape, str):
        return f"there is no {shape}; known: {', '.join(NAMED)}" if shape and shape not in NAMED else ""
    wrong = [key for key, kind in shape.items() if kind.removesuffix("?") not in _TYPES]
    return f"{wrong[0]} is of no known type; known: {', '.join(_TYPES)}" if wrong else ""


def misfit(record: Any, shape: str | Mapping[str, str]) -> str:
    """Why a record is not of a shape, or an empty string. A named shape allows no other keys."""
    if not isinstance(record, dict):
        return "not an object"
    keys = NAMED[shape] if isinstance(shape, str) else shape
    for key, kind in keys.items():
        if key not in record:
            if not kind.endswith("?"):
                return f"{key} is missing"
        elif not _is(record[key], kind.removesuffix("?")):
            return f"{key} is no {kind.removesuffix('?')}"
    unknown = sorted(record.keys() - keys.keys()) if isinstance(shape, str) else []
    return f"unknown key {unknown[0]}" if unknown else ""


def _is(value: Any, kind: str) -> bool:
    if kind in ("integer", "number") and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES[kind])
