"""The JSON Lines beside the human ones."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from factory.line import logbook
from factory.line.logbook import KEPT_DAYS, Logbook, trace

DAY = 86400.0
NIGHT = 1795618800.0  # 2026-11-25 15:00 UTC: midnight in Seoul


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]


def test_a_line_has_time_level_and_ids(tmp_path: Path) -> None:
    book = Logbook(tmp_path / "logs", ZoneInfo("Asia/Seoul"), "run1")
    book.write(NIGHT, "it began", ticket="D-1", attempt=2)
    assert lines(tmp_path / "logs") == [
        {
            "time": "2026-11-26T00:00:00.000+09:00", "level": "info", "run": "run1", "ticket": "D-1", "attempt": 2,
            "trace": trace("run1", "D-1", 2), "text": "it began",
        }
    ]  # fmt: skip


def test_one_attempt_has_one_trace_and_another_has_another() -> None:
    assert trace("r", "D-1", 1) == trace("r", "D-1", 1)
    assert len({trace("r", "D-1", 1), trace("r", "D-1", 2), trace("s", "D-1", 1), trace("r")}) == 4


def test_a_file_a_day_and_the_oldest_go(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("a person's own file")
    book = Logbook(tmp_path, ZoneInfo("UTC"), "r")
    for day in range(20):
        book.write(NIGHT + day * DAY, f"day {day}")
    days = sorted(p.name for p in tmp_path.glob("*.jsonl"))
    assert len(days) == KEPT_DAYS
    assert days[-1] == "2026-12-14.jsonl"
    assert (tmp_path / "notes.txt").exists()


def test_a_day_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "DAY_BYTES", 1000)
    book = Logbook(tmp_path, ZoneInfo("UTC"), "r")
    for _ in range(100):
        book.write(NIGHT, "x" * 100)
    assert next(tmp_path.iterdir()).stat().st_size < 1400


def test_a_folder_that_cannot_be_written_takes_the_log_and_not_the_run(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    Logbook(tmp_path / "logs", ZoneInfo("UTC"), "r").write(NIGHT, "unheard")
    assert (tmp_path / "logs").read_text() == "a file where the folder should be"
