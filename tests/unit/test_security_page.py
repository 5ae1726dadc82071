"""docs/security.md names a test for each boundary; each of them exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_boundary_names_a_test_that_exists() -> None:
    missing = [f"{path}::{name}" for path, name in NAMED if name not in functions(path)]
    assert missing == []


def test_every_row_of_the_boundaries_names_one() -> None:
    part = PAGE.partition("## Boundaries")[2].partition("\n## ")[0]
    rows = [line for line in part.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 25
    assert all(re.search(r"`tests/[\w/]+\.py::\w+` \|$", row) for row in rows)


def test_the_mechanism_alone_refuses_nine_of_ten_and_the_rest_is_named() -> None:
    page = (ROOT / "docs" / "security-mechanism.md").read_text(encoding="utf-8")
    found = re.search(r"\*\*(\d+) of (\d+) are refused\*\*", page)
    assert found is not None
    refused, every = int(found[1]), int(found[2])
    assert refused >= 0.9 * every
    missed, _, rest = page.partition("## What it does not refuse by itself")[2].partition("## What it refuses")
    assert (missed.count("\n| `"), rest.count("\n| `")) == (every - refused, refused)
