"""Whatever was there before, and whatever a worker does: rooms of every kind harvest the same, and all of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory.errors import CouldNotRun
from factory.rooms.rooms import Room, Rooms
from factory.tree import EXECUTABLE, FILE, LINK, Entry
from tests.rooms.conftest import KINDS
from tests.rooms.memory import MemorySource
from tests.rooms.test_conformance import content

Files = dict[str, tuple[str, bytes]]
FIRST: dict[str, bytes | str] = {"a": "1", "pkg/kept.py": "1"}
THEN: dict[str, bytes | str] = {**FIRST, "pkg/old.py": "old\n" * 9, "new/only.py": "only"}  # what a stamp added


@pytest.fixture
def laid(rooms: Rooms, source: MemorySource) -> Iterator[Room]:
    """A room on the ground of an earlier tree: what came after it is laid over that."""
    with rooms.open(source.tree("first", FIRST)):
        pass
    with rooms.open(source.tree("then", THEN)) as room:
        yield room


def test_what_a_stamp_of_this_run_added_can_be_deleted(laid: Room) -> None:
    (laid.path / "pkg/old.py").unlink()
    shutil.rmtree(laid.path / "new")
    harvest = laid.harvest()
    assert (harvest.files, harvest.findings) == ({"pkg/old.py": None, "new/only.py": None}, ())
    assert laid.written() == {"pkg/old.py", "new/only.py"}


def test_what_a_stamp_of_this_run_added_can_be_renamed(laid: Room, source: MemorySource) -> None:
    (laid.path / "pkg/old.py").rename(laid.path / "pkg/young.py")
    (laid.path / "new").rename(laid.path / "newer")
    assert laid.harvest().files == {
        "pkg/old.py": None,
        "pkg/young.py": Entry(FILE, source.blob_oid(b"old\n" * 9)),
        "new/only.py": None,
        "newer/only.py": Entry(FILE, source.blob_oid(b"only")),
    }


def test_what_a_stamp_of_this_run_took_away_can_come_back(rooms: Rooms, source: MemorySource) -> None:
    for name, files in (("then", THEN), ("first", FIRST)):
        with rooms.open(source.tree(name, files)) as room:
            if name == "then":
                continue
            assert room.harvest().files == {}
            (room.path / "new").mkdir()
            (room.path / "new/only.py").write_text("only")
            (room.path / "pkg/old.py").symlink_to("kept.py")
            assert room.harvest().files == {
                "new/only.py": Entry(FILE, source.blob_oid(b"only")),
                "pkg/old.py": Entry(LINK, source.blob_oid(b"kept.py")),
            }


# --- any history -----------------------------------------------------------------------------------------

NAMES = st.lists(st.sampled_from(["a", "b", "c.py", "d"]), min_size=1, max_size=3).map("/".join)
CONTENTS = st.one_of(
    st.tuples(st.sampled_from([FILE, EXECUTABLE]), st.sampled_from([b"", b"1", b"22"])), st.just((LINK, b"x"))
)
TREES = st.dictionaries(NAMES, CONTENTS, max_size=6).map(
    lambda found: {p: c for p, c in found.items() if not any(other.startswith(p + "/") for other in found)}
)
VERBS = ["write", "remove", "folder", "link", "mode", "move", "swap"]
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), NAMES, NAMES), max_size=10)


def act(root: Path, verb: str, name: str, other: str) -> None:
    """One thing that a worker may do; where it cannot be done, nothing."""
    at, to = root / name, root / other
    try:
        if verb in ("remove", "swap"):
            was_folder = at.is_dir() and not at.is_symlink()
            shutil.rmtree(at) if was_folder else at.unlink()
            if verb == "swap":
                at.write_text(other) if was_folder else at.mkdir()
                (at / "inside").write_text(other)
        elif verb == "write":
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_text(other)
        elif verb == "folder":
            at.mkdir(parents=True)
        elif verb == "link":
            at.symlink_to("x")
        elif verb == "mode":
            at.chmod(at.lstat().st_mode ^ 0o111 if at.is_file() and not at.is_symlink() else 0o755)
        else:
            shutil.move(at, to)
    except (OSError, shutil.Error):
        return


def lay(root: Path, files: Files) -> None:
    """A tree in a plain folder, made in the plainest way."""
    for path, (mode, what) in files.items():
        at = root / path
        at.parent.mkdir(parents=True, exist_ok=True)
        if mode == LINK:
            at.symlink_to(os.fsdecode(what))
        else:
            at.write_bytes(what)
            at.chmod(0o755 if mode == EXECUTABLE else 0o644)


def by_hand(before: Files, steps: list[tuple[str, str, str]]) -> dict[str, tuple[str, bytes] | None]:
    """What the steps come to in a folder that knows of no room."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay(root, before)
        for step in steps:
            act(root, *step)
        after = content(root)
    return {p: after.get(p) for p in before.keys() | after.keys() if after.get(p) != before.get(p)}


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Rooms, MemorySource]]]:
    made = {}
    for kind in KINDS:
        source = MemorySource()
        try:
            made[kind] = (Rooms(source, tmp_path_factory.mktemp(kind), kind=kind), source)  # type: ignore[arg-type]
        except CouldNotRun:
            continue
    yield made
    for rooms, _ in made.values():
        rooms.close()


def named(source: MemorySource, files: Files) -> str:
    contents: dict[str, bytes | str] = {path: what for path, (_, what) in files.items()}
    name = repr(sorted(files.items()))
    return source.tree(source.blob_oid(name.encode()), contents, {path: mode for path, (mode, _) in files.items()})


@settings(max_examples=80, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(first=TREES, then=TREES, steps=STEPS)
def test_every_kind_of_room_harvests_what_was_done_after_any_history(
    kinds: dict[str, tuple[Rooms, MemorySource]], first: Files, then: Files, steps: list[tuple[str, str, str]]
) -> None:
    wanted = by_hand(then, steps)
    for kind, (rooms, source) in kinds.items():
        with rooms.open(named(source, first)):
            pass
        with rooms.open(named(source, then)) as room:
            for step in steps:
                act(room.path, *step)
            harvest = room.harvest()
        found = {path: entry and (entry.mode, source.kept[entry.oid]) for path, entry in harvest.files.items()}
        assert (found, harvest.findings) == (wanted, ()), kind
