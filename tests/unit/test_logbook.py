"""The JSON Lines beside the human ones."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from factory.line import logbook
from factory.line.logbook import KEPT_DAYS, Logbook, LogStep, trace
from factory.records.spans import span_id

DAY = 86400.0
NIGHT = 1795618800.0  # 2026-11-25 15:00 UTC: midnight in Seoul


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]


def test_a_line_has_time_level_and_ids(tmp_path: Path) -> None:
    book = Logbook(tmp_path / "logs", ZoneInfo("Asia/Seoul"), "run1")
    book.write(NIGHT, "it began", ticket="D-1", attempt=2)
    [line] = lines(tmp_path / "logs")
    assert {name: line[name] for name in ("time", "level", "run", "ticket", "attempt", "trace", "text")} == {
        "time": "2026-11-26T00:00:00.000+09:00", "level": "info", "run": "run1", "ticket": "D-1", "attempt": 2,
        "trace": trace("run1", "D-1", 2), "text": "it began",
    }  # fmt: skip


def test_a_line_has_the_fields_that_programs_look_for(tmp_path: Path) -> None:
    book, plan, main = Logbook(tmp_path, ZoneInfo("Asia/Seoul"), "run1"), "a" * 20 + "b" * 20, "c" * 40
    book.write(NIGHT + 1.5, "stamped", ticket="D-1", attempt=2, step=LogStep("stamped", plan, NIGHT, main))
    book.write(NIGHT + 2, "it broke", "warning", ticket="D-1", attempt=2, step=LogStep("gate", plan, NIGHT, main))
    book.write(NIGHT + 3, "the run ends")
    done, broke, last = lines(tmp_path)
    assert (done["ts"], done["tz"], done["app"]) == ("2026-11-25T15:00:01.500Z", "Asia/Seoul", "stampmill")
    assert (done["commit"], done["host"], done["pid"]) == (main, socket.gethostname(), os.getpid())
    assert (done["actor"], done["action"], done["result"], done["err"]) == ("lander", "stamped", "PASS", "")
    assert (done["latency_ms"], broke["latency_ms"]) == (1500, None)
    assert (broke["actor"], broke["action"], broke["result"], broke["err"]) == ("gate", "gate", "", "it broke")
    assert done["trace_id"] == broke["trace_id"] == plan[:32]  # which `git show` takes
    assert done["span_id"] == span_id(plan[:32], "stamp")
    assert broke["span_id"] == span_id(plan[:32], "gate")
    assert last["trace_id"] == last["trace"] == trace("run1")
    assert isinstance(last["monotonic"], float)
    assert float(str(done["monotonic"])) <= float(str(last["monotonic"]))


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


def test_a_full_file_is_followed_by_another_and_their_number_has_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logbook, "FILE_BYTES", 1000)
    monkeypatch.setattr(logbook, "KEPT_FILES", 5)
    book = Logbook(tmp_path, ZoneInfo("UTC"), "r")
    for number in range(100):
        book.write(NIGHT, f"{number} {'x' * 400}")
    kept = sorted(tmp_path.iterdir(), key=lambda path: int(path.name.split(".")[1]))
    assert len(kept) == 5
    assert all(path.stat().st_size < 1000 + 1200 for path in kept)
    assert json.loads(kept[-1].read_text().splitlines()[-1])["text"].startswith("99 ")
    again = Logbook(tmp_path, ZoneInfo("UTC"), "another")  # goes on in the newest one
    again.write(NIGHT, "short")
    assert sum(b"short" in path.read_bytes() for path in kept[-1:] + list(tmp_path.iterdir())) >= 1
    assert len(list(tmp_path.iterdir())) == 5


def test_the_first_file_of_a_day_has_the_name_that_it_always_had(tmp_path: Path) -> None:
    Logbook(tmp_path, ZoneInfo("UTC"), "r").write(NIGHT, "short")
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11-25.jsonl"]


def test_a_folder_that_cannot_be_written_takes_the_log_and_not_the_run(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    Logbook(tmp_path / "logs", ZoneInfo("UTC"), "r").write(NIGHT, "unheard")
    assert (tmp_path / "logs").read_text() == "a file where the folder should be"
