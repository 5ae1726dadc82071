from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from factory.cards.backlog import write_backlog
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


def ended(room: Path, *paths: str, cards: int = 1) -> subprocess.CompletedProcess[str]:
    """A card run as a process of its own, as it is in the sandbox."""
    given = [card(serial=serial, paths=paths) for serial in range(1, cards + 1)]
    (room / "card.jsonl").write_bytes(write_backlog(given))
    command = [sys.executable, "-m", "factory.cards", "card.jsonl"]
    root = str(Path(__file__).parents[2])
    return subprocess.run(command, cwd=room, env={"PYTHONPATH": root}, capture_output=True, text=True, check=False)


def test_a_card_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    done = ended(tmp_path, "a")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out/1.jsonl").is_file()


def test_a_process_ends_with_the_code_and_the_line_of_its_error(tmp_path: Path) -> None:
    failed = ended(tmp_path, "gone")
    assert (failed.returncode, failed.stderr.count("\n")) == (1, 1)
    assert "failfast: 1 error" in failed.stderr
    twice = ended(tmp_path, "gone", cards=2)
    assert (twice.returncode, twice.stderr) == (2, "card.jsonl: 2 cards; give a file with one\n")
