"""What the code of 2026-11 wrote reads the same for ever: its stamps are good, its ledger tells the same, its runs go on.

`python -m tests.frozen.make` made the bundles and the answers; where an answer is to change by intent, `answers` after
it writes those anew, and the difference is for a person to read.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frozen.kit import HERE, NAMES, SIGNED, answers
from tests.keygen import needs_keygen


@pytest.mark.parametrize("name", [*NAMES, pytest.param(SIGNED, marks=needs_keygen)])
def test_a_repository_of_then_gives_the_answers_of_then(name: str, tmp_path: Path) -> None:
    assert answers(name, tmp_path / name) == (HERE / f"{name}.txt").read_text(encoding="utf-8")
