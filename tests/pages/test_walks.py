"""The three walks of the architecture page are what really is called, in that order, and no file is passed thrice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.pages.walks import TITLES, in_order, listed, walked


@pytest.mark.parametrize("walk", TITLES)
def test_a_walk_is_what_is_called(walk: str, tmp_path: Path) -> None:
    wanted = listed(walk)
    assert len(wanted) > 8
    assert in_order(walked(walk, tmp_path), wanted) == wanted


@pytest.mark.parametrize("walk", TITLES)
def test_no_file_is_passed_more_than_twice(walk: str) -> None:
    counts = Counter(file for file, _ in listed(walk))
    assert {file: times for file, times in counts.items() if times > 2} == {}
