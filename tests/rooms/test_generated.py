"""What an installation wrote into the checkout is in every room, wins over no tree, and is no part of a change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from factory.errors import CouldNotRun, Mistake
from factory.git.repo import Repo
from factory.rooms import generated
from factory.rooms.rooms import Rooms
from tests.git.conftest import put
from tests.rooms.conftest import KINDS
from tests.rooms.memory import MemorySource

IGNORED = "src/p/_version.py\n*.so\nsecret\n"
FILES = {".gitignore": IGNORED, "src/p/__init__.py": "", "src/p/own.so": "the tree's own", "src/q.so": "a file"}


@pytest.fixture
def repo(tmp_path: Path) -> Iterator[Repo]:
    """A checkout in which an installation has written, and whose tree wins in three places."""
    (tmp_path / "repo").mkdir()
    Repo.create(tmp_path / "repo")
    with Repo(tmp_path / "repo") as repo:
        put(repo, {".gitignore": IGNORED.encode(), "src/p/__init__.py": b""}, "code")
        repo.call("read-tree", "-m", "-u", "HEAD", cwd=tmp_path / "repo")
        for path in ("src/p/_version.py", "src/p/own.so", "src/p/x.so", "src/q.so/inner.so", "src/p.so", "secret"):
            (tmp_path / "repo" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "repo" / path).write_text(f"made: {path}")
        yield repo


@pytest.fixture(params=KINDS)
def rooms(request: pytest.FixtureRequest, repo: Repo, source: MemorySource, tmp_path: Path) -> Iterator[Rooms]:
    found = generated.find(repo, ("src/**/*.so", "src/p/_version.py"))
    try:
        made = Rooms(source, tmp_path / "rooms", kind=request.param, generated=found)
    except CouldNotRun as error:
        pytest.skip(f"no {request.param} here: {error}")
    yield made
    made.close()


def test_it_lies_in_every_room_and_is_no_part_of_what_changed(rooms: Rooms, source: MemorySource) -> None:
    tree = source.tree("T", {**FILES, "src/p.so/x": "a folder"})
    for _ in range(2):  # a warm folder is taken again
        with rooms.open(tree) as room:
            found = {
                path: (room.path / path).read_text() for path in ("src/p/_version.py", "src/p/own.so", "src/p/x.so")
            }
            assert found == {
                "src/p/_version.py": "made: src/p/_version.py",
                "src/p/own.so": "the tree's own",
                "src/p/x.so": "made: src/p/x.so",
            }
            assert (room.path / "src/q.so").read_text() == "a file"
            assert (room.path / "src/p.so").is_dir()
            assert not (room.path / "secret").exists()
            assert (room.harvest().files, room.written()) == ({}, frozenset())
            (room.path / "src/p/_version.py").write_text("a worker's")
            (room.path / "src/p/x.so").unlink()
            (room.path / "src/new.py").write_text("new")
            assert set(room.harvest().files) == {"src/new.py"}
            room.reset()
            assert (room.path / "src/p/_version.py").read_text() == "made: src/p/_version.py"


def test_its_content_tells_results_apart_and_its_size_is_bounded(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    first = generated.find(repo, ("src/p/_version.py",)).digest
    (Path(repo.work_tree or "") / "src/p/_version.py").write_text("another")
    assert generated.find(repo, ("src/p/_version.py",)).digest not in (first, "")
    assert generated.find(repo, ()).digest == ""
    with pytest.raises(CouldNotRun, match=r"names src/p/_build\.py, and this checkout has no such file: build"):
        generated.find(repo, ("src/p/_version.py", "src/p/_build.py"))
    assert generated.find(repo, ("src/p/__init__.py",)).files == {}, "main has it by now"
    monkeypatch.setattr(generated, "MOST", 5)
    with pytest.raises(Mistake, match=r"names more than 0 MB, src/p/_version\.py among them"):
        generated.find(repo, ("src/p/_version.py",))
