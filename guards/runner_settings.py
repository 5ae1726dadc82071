"""The parts of pyproject.toml that steer the test runner and the coverage that it measures."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from factory.model import Changed
from guards.case import Case, content

PARTS = (("tool", "pytest"), ("tool", "coverage"), ("project", "entry-points", "pytest11"))


def objections(case: Case, change: Changed) -> Iterator[str]:
    """Judges every pyproject.toml: the runner reads the one that is nearest to the tests."""
    if PurePosixPath(change.path).name.casefold() != "pyproject.toml":
        return
    before, after = content(case.base, change.path), content(case.tree, change.path)
    if before is not None and after is None:
        yield "is removed, and with it the test runner's settings and its root"
        return
    try:
        new = tomllib.loads((after or b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        yield f"is no valid TOML: {error}"
        return
    old = _parsed(before or b"")
    for keys in PARTS:
        if _part(old, keys) != _part(new, keys):
            yield f"[{'.'.join(keys)}] is protected, it steers the test runner; a person commits it to main first"


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}


def _part(document: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document
