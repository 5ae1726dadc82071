"""What is written and removed below a folder stays below it, whatever is in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory.errors import CouldNotRun
from factory.git.below import Below
from factory.rooms.materialise import write
from factory.rooms.removal import remove, remove_below
from factory.tree import FILE, SUBMODULE, Entry
from tests.rooms.memory import MemorySource


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    at = tmp_path / "outside"
    (at / "folder").mkdir(parents=True)
    (at / "folder/kept").write_text("kept")
    return at


@pytest.fixture
def root(tmp_path: Path, outside: Path) -> Path:
    """A folder with a link that leads out of it."""
    at = tmp_path / "root"
    at.mkdir()
    (at / "link").symlink_to(outside)
    return at


def test_a_link_on_the_way_gives_way_to_a_folder(root: Path, outside: Path) -> None:
    source = MemorySource()
    new = Entry(FILE, source.write_blob(b"new"))
    write(source, {"link/folder/kept": new, "link/new": new, "other/new": new}, root)
    assert (root / "link/folder/kept").read_text() == (root / "link/new").read_text() == "new"
    assert not (root / "link").is_symlink()
    assert (outside / "folder/kept").read_text() == "kept"
    assert os.listdir(outside) == ["folder"]


def test_a_link_in_a_files_place_is_replaced(root: Path, outside: Path) -> None:
    source = MemorySource()
    (root / "to").symlink_to(outside / "folder/kept")
    write(source, {"to": Entry(FILE, source.write_blob(b"new"))}, root)
    assert (root / "to").read_text() == "new"
    assert (outside / "folder/kept").read_text() == "kept"


@pytest.mark.parametrize("path", ["../new", "a/../../new", "a//new", "./new", "", "a/.", ".."])
@pytest.mark.parametrize("mode", [FILE, SUBMODULE])
def test_a_path_that_climbs_is_refused(root: Path, path: str, mode: str) -> None:
    source = MemorySource()
    with pytest.raises(CouldNotRun):
        write(source, {path: Entry(mode, source.write_blob(b"new"))}, root)
    with Below(root) as below, pytest.raises((CouldNotRun, OSError)):
        remove_below(below, path)
    assert sorted(os.listdir(root.parent)) == ["outside", "root"]


def test_nothing_is_removed_through_a_link(root: Path, outside: Path) -> None:
    with Below(root) as below:
        with pytest.raises(OSError, match="Not a directory"):
            remove_below(below, "link/folder")
        remove_below(below, "link")
    assert (outside / "folder/kept").read_text() == "kept"
    assert os.listdir(root) == []


def test_a_folder_of_any_depth_and_mode_is_removed(root: Path, outside: Path) -> None:
    at = os.open(root, os.O_RDONLY)
    for number in range(500):
        os.mkdir("deep", 0o755, dir_fd=at)
        os.symlink(outside, "link2", dir_fd=at)
        below = os.open("deep", os.O_RDONLY, dir_fd=at)
        if number % 7 == 1:
            os.fchmod(at, 0)  # once its content is made: nobody but root could make it afterwards
        os.close(at)
        at = below
    os.close(at)
    (root / ".deep-0").mkdir()
    remove(root)
    remove(root)
    assert not root.exists()
    assert (outside / "folder/kept").read_text() == "kept"
