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
_TAG = {
    "rule": "string", "path": "string", "sha256": "string", "encoding": "string", "line": "integer",
    "start": "integer", "end": "integer", "error": "string?",
}  # fmt: skip
NAMED: Mapping[str, Mapping[str, str]] = {
    "index": {
        "path": "string", "size": "integer", "sha256": "string", "kind": "string", "encoding": "string",
        "lines": "integer", "blank": "integer", "longest": "integer", "definitions": "array",
        "unparsed": "string?", "error": "string?",
    },
    "tag": {**_TAG, "text": "string"},
    "strike": {**_TAG, "action": "string", "before": "string", "after": "string?", "report": "string?"},
    "verify": {"path": "string", "root": "string", "sha256": "string", "found": "string", "error": "string?"},
    "seal": {"path": "string", "root": "string", "size": "integer", "sha256": "string", "error": "string?"},
}  # fmt: skip


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
