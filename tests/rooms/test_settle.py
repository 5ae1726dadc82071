"""The file system's clock is waited for in a folder that other rooms share."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from factory.rooms.materialise import settle


def test_rooms_that_settle_in_one_folder_at_once_are_not_in_each_others_way(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(settle, [tmp_path] * 200))
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_after_it_has_a_later_ctime(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"a{number}").touch()
        settle(tmp_path)
        (tmp_path / f"b{number}").touch()
        before, after = (os.stat(tmp_path / f"{name}{number}").st_ctime_ns for name in "ab")
        assert before < after <= time.time_ns()
