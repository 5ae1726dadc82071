from __future__ import annotations

from pathlib import Path

import pytest

from factory.cards.card import FailedFast
from factory.cards.run import run_card
from factory.errors import CouldNotRun
from tests.cards.plans import card


def test_an_output_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert run_card(card(paths=("a",)), tmp_path) == 1
    before = (tmp_path / "out/1.jsonl").read_bytes()
    with pytest.raises(FailedFast, match="No such file"):
        run_card(card(paths=("a", "gone")), tmp_path)
    assert (tmp_path / "out/1.jsonl").read_bytes() == before
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["1.jsonl"]


def test_a_card_run_twice_writes_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("def f(): pass\n")
    run_card(card(paths=("a",)), tmp_path)
    before = (tmp_path / "out/1.jsonl").read_bytes()
    run_card(card(paths=("a",)), tmp_path)
    assert (tmp_path / "out/1.jsonl").read_bytes() == before


def test_a_type_without_a_worker_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun):
        run_card(card("PATCH"), tmp_path)
    assert not list(tmp_path.rglob("*.*"))
