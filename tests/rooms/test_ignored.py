"""What main's own .gitignore files name is left in the room; git itself says what they name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from factory.rooms import ignored as module
from factory.rooms.ignored import ignoring
from factory.rooms.rooms import Rooms
from factory.rooms.survey import Base, Ignored
from factory.tree import LINK
from tests.rooms.memory import MemorySource

FILES = {
    ".gitignore": "# a comment\n*.log\n!keep.log\n/only\nbuild/\nnode_modules\n*~\n[a-c].txt\ndeep/**/gone\n\\!odd\nx/*\n!x/y\n",
    "sub/.gitignore": "!*.log\nhere\n/local/\r\n",
    "sub/link/.gitignore": "elsewhere",
    "tracked.log": "",
    "build/tracked": "",
}
MODES = {"sub/link/.gitignore": LINK}
NAMED = {
    "a.log": True, "s/a.log": True, "keep.log": False, "s/keep.log": False, "only": True, "s/only": False,
    "build/": True, "b/build": False, "s/build/": True, "node_modules/": True, "node_modules": True, "s/node_modules/": True,
    "x~": True, "b.txt": True, "d.txt": False, "deep/gone": True, "deep/1/2/gone": True, "gone": False, "!odd": True,
    "x/a": True, "x/y": False, "x/": False, "sub/a.log": False, "sub/here": True, "here": False, "sub/local/": True,
    "sub/local/local": True, "local": False, "build/new": True, "sub/build/a.log": True, ":(top)a.log": True, ":!b": False, "*.log": True,
    "new\nline.log": True, "caf\udcff.log": True, "한글~": True, "-n": False, "sub/link/other": False,
}  # fmt: skip


@pytest.fixture
def base(source: MemorySource) -> Base:
    return Base(source.flat(source.tree("T", FILES, MODES)))


@pytest.fixture
def ask(base: Base, source: MemorySource, tmp_path: Path) -> Iterator[Ignored]:
    with ignoring(source, base.ignores, tmp_path / "aside") as ignored:
        yield ignored


def test_every_way_of_naming_is_gits_own(ask: Ignored) -> None:
    assert {path: ask(path.rstrip("/"), path.endswith("/")) for path in NAMED} == NAMED


def test_a_gitignore_that_is_a_link_names_nothing(base: Base) -> None:
    assert set(base.ignores) == {".gitignore", "sub/.gitignore"}


def test_nothing_of_the_machine_is_asked_and_nothing_stays(
    base: Base, source: MemorySource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home/git").mkdir(parents=True)
    (tmp_path / "home/git/ignore").write_text("*\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(tmp_path / "home/git/ignore"))
    with ignoring(source, base.ignores, tmp_path / "aside") as ignored:
        assert not (tmp_path / "aside").exists()
        assert not ignored("new.py", False)
        assert (tmp_path / "aside").exists()
    assert not (tmp_path / "aside").exists()


def test_an_ignored_folder_is_not_looked_into(
    rooms: Rooms, source: MemorySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    answer = module._answer

    def counting(git: module.Talk, path: bytes) -> bool:
        asked.append(path)
        return answer(git, path)

    monkeypatch.setattr(module, "_answer", counting)
    with rooms.open(source.tree("T", FILES, MODES)) as room:
        for number in range(300):
            at = room.path / f"node_modules/{number}/lib"
            at.mkdir(parents=True)
            os.mkfifo(at / "pipe")
        (room.path / "build/new").write_text("left behind")
        (room.path / "build/tracked").write_text("changed")
        (room.path / "new.py").write_text("new")
        harvest = room.harvest()
    assert (set(harvest.files), harvest.findings) == ({"build/tracked", "new.py"}, ())
    assert sorted(asked) == [b"build/new", b"new.py", b"node_modules"]


def test_where_nothing_is_ignored_nothing_is_asked(
    rooms: Rooms, source: MemorySource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_started", None)
    with rooms.open(source.tree("T", {"a": "a"})) as room:
        (room.path / "b").write_text("b")
        assert set(room.harvest().files) == {"b"}
    with rooms.open(source.tree("U", FILES, MODES)) as room:
        (room.path / "tracked.log").write_text("changed")
        (room.path / "build/tracked").unlink()
        assert set(room.harvest().files) == {"tracked.log", "build/tracked"}
