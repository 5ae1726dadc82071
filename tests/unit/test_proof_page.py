"""docs/proof.md: every long proof has a row, and every row says how to see it again."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| what ")
]
LONG = re.compile(r"^(?:@pytest\.mark|pytestmark\b.*pytest\.mark)\.(?:prove|clients)\b", re.MULTILINE)


def test_every_long_proof_has_a_row() -> None:
    proofs = {path for path in (ROOT / "tests").rglob("test_*.py") if LONG.search(path.read_text(encoding="utf-8"))}
    assert len(proofs) > 5
    named = " ".join(row[1] for row in ROWS)
    assert [name for path in sorted(proofs) if (name := path.relative_to(ROOT).as_posix()) not in named] == []


def test_every_row_has_a_command_a_figure_and_a_date() -> None:
    assert len(ROWS) > 5
    for row in ROWS:
        assert len(row) == 4, row
        assert re.search(r"`[^`]+`", row[1]), row
        assert re.search(r"\d", row[2]), row
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row[3]), row
