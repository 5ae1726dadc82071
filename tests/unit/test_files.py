"""Documents are put into their place whole."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from factory import files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_document_is_there_with_the_folders_above_it_and_nothing_beside_it(tmp_path: Path) -> None:
    files.put(tmp_path / "a" / "b.json", b"{}")
    assert (tmp_path / "a" / "b.json").read_bytes() == b"{}"
    assert names(tmp_path / "a") == ["b.json"]


def test_a_new_text_keeps_the_mode_of_the_old_one(tmp_path: Path) -> None:
    at = tmp_path / "table.md"
    at.write_bytes(b"old")
    at.chmod(0o640)
    files.put(at, b"new", durable=True)
    assert (at.read_bytes(), at.stat().st_mode & 0o777) == (b"new", 0o640)


def test_what_is_broken_off_leaves_the_old_document_alone(tmp_path: Path) -> None:
    at = tmp_path / "table.md"
    at.write_bytes(b"old")
    with pytest.raises(TypeError), files.beside(at) as aside, aside.open("wb") as half:
        half.writelines([b"ha", None])  # type: ignore[list-item]
    assert (at.read_bytes(), names(tmp_path)) == (b"old", ["table.md"])


def test_an_error_names_the_document_and_not_what_lay_beside_it(tmp_path: Path) -> None:
    at = tmp_path / "taken"
    at.mkdir()
    with pytest.raises(OSError, match=r"taken'$") as error:
        files.put(at, b"x")
    assert error.value.filename == str(at)
    assert names(tmp_path) == ["taken"]


def test_a_disk_that_is_full_is_told_by_its_errno(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "note").write_bytes(b"old")
    with pytest.raises(OSError, match=r"No space left on device: .*note'$") as error:
        files.put(tmp_path / "note", b"new", durable=True)
    assert (error.value.errno, (tmp_path / "note").read_bytes()) == (28, b"old")


def test_writers_at_the_same_time_leave_one_whole_document(tmp_path: Path) -> None:
    texts = [str(number).encode() * 10_000 for number in range(8)]
    threads = [threading.Thread(target=files.put, args=(tmp_path / "x", text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "x").read_bytes() in texts
    assert names(tmp_path) == ["x"]
