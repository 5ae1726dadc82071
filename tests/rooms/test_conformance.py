"""The same promises, whatever a room is made of."""

from __future__ import annotations

import fcntl
import mmap
import os
import shutil
import signal
import stat
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factory.errors import CouldNotRun
from factory.rooms.rooms import Room, Rooms
from factory.rooms.survey import walk
from factory.sandbox.process import run
from factory.sandbox.sandbox import Job, JobLimits, Sandbox
from factory.tree import EXECUTABLE, FILE, LINK, SUBMODULE, Entry
from tests.rooms.conftest import KINDS, PYTHON
from tests.rooms.memory import MemorySource

FILES: dict[str, bytes | str] = {
    "a.txt": "a\n",
    "dir/b.txt": "b\r\n",
    "dir/deep/c.bin": bytes(range(256)),
    "run.sh": "#!/bin/sh\n",
    "link": "dir/b.txt",
    "dir/up": "../a.txt",
    "secret/check.py": "assert 1\n",
    ".gitattributes": "* text=auto eol=crlf\n",
    "vendor/lib": "",
    "café/ü.txt": "ü",
    "odd\nname": "n",
    "back\\slash": "b",
    os.fsdecode(b"latin-\xe9"): "l",
    "empty": "",
}
MODES = {"run.sh": EXECUTABLE, "link": LINK, "dir/up": LINK, "vendor/lib": SUBMODULE}


@pytest.fixture
def tree(source: MemorySource) -> str:
    return source.tree("T", FILES, MODES)


def content(root: Path) -> dict[str, tuple[str, bytes]]:
    """What a folder holds, found the plain way."""
    out = {}
    for seen in walk(root, lambda path: path == ".git"):
        at = root / seen.path
        if stat.S_ISLNK(seen.stat.st_mode):
            out[seen.path] = (LINK, os.readlink(os.fsencode(at)))
        elif not seen.is_folder:
            out[seen.path] = (EXECUTABLE if seen.stat.st_mode & 0o100 else FILE, at.read_bytes())
    return out


def expected(source: MemorySource, tree: str, hidden: tuple[str, ...] = ()) -> dict[str, tuple[str, bytes]]:
    entries = source.flat(tree).items()
    return {p: (e.mode, source.kept[e.oid]) for p, e in entries if e.mode != SUBMODULE and p not in hidden}


def test_a_room_holds_the_tree_to_the_byte(rooms: Rooms, source: MemorySource, tree: str) -> None:
    with rooms.open(tree) as room:
        assert content(room.path) == expected(source, tree)
        assert (room.path / "vendor/lib").is_dir()
        assert (room.tree, room.kind) == (tree, rooms.kind)


def test_hidden_files_are_not_there_and_not_missed(rooms: Rooms, source: MemorySource, tree: str) -> None:
    hidden = ("secret/check.py", "dir/b.txt")
    with rooms.open(tree, hidden=hidden) as room:
        assert content(room.path) == expected(source, tree, hidden)
        assert not (room.path / "secret").exists()
        assert room.harvest().files == {}
        assert room.harvest().findings == ()


def test_nothing_done_is_nothing_harvested(rooms: Rooms, tree: str) -> None:
    with rooms.open(tree) as room:
        for path in FILES:
            os.stat(room.path / path)
        harvest = room.harvest()
    assert (harvest.files, harvest.findings) == ({}, ())


def change(room: Room) -> None:
    (room.path / "a.txt").write_text("A\n")
    (room.path / "new/er").mkdir(parents=True)
    (room.path / "new/er/file").write_text("new")
    (room.path / "dir/b.txt").unlink()
    (room.path / "run.sh").chmod(0o644)
    (room.path / "link").unlink()
    (room.path / "link").symlink_to("run.sh")


def test_what_was_written_removed_and_linked_is_harvested(rooms: Rooms, source: MemorySource, tree: str) -> None:
    with rooms.open(tree) as room:
        change(room)
        harvest = room.harvest()
    entries = source.flat(tree)
    assert harvest.findings == ()
    assert harvest.files == {
        "a.txt": Entry(FILE, source.blob_oid(b"A\n")),
        "new/er/file": Entry(FILE, source.blob_oid(b"new")),
        "dir/b.txt": None,
        "run.sh": Entry(FILE, entries["run.sh"].oid),
        "link": Entry(LINK, source.blob_oid(b"run.sh")),
    }
    assert source.kept[harvest.files["a.txt"].oid] == b"A\n"  # type: ignore[union-attr]


def test_a_change_that_was_undone_is_none(rooms: Rooms, tree: str) -> None:
    with rooms.open(tree) as room:
        shutil.copy2(room.path / "dir/deep/c.bin", room.path / "copy")
        shutil.rmtree(room.path / "dir/deep")
        (room.path / "dir/deep").mkdir()
        (room.path / "copy").rename(room.path / "dir/deep/c.bin")
        assert room.harvest().files == {}


def test_reset_goes_back_to_the_tree(rooms: Rooms, source: MemorySource, tree: str) -> None:
    with rooms.open(tree, hidden=("secret/check.py",)) as room:
        for _ in range(2):
            change(room)
            shutil.rmtree(room.path / "dir")
            (room.path / "dir").write_text("a file now")
            room.reset()
            assert content(room.path) == expected(source, tree, ("secret/check.py",))
            assert room.harvest().files == {}


def test_rooms_do_not_see_each_other(rooms: Rooms, source: MemorySource, tree: str) -> None:
    with rooms.open(tree) as one, rooms.open(tree) as two:
        change(one)
        assert content(two.path) == expected(source, tree)
        assert two.harvest().files == {}
        assert len(one.harvest().files) == 5


def test_a_room_is_gone_when_it_is_closed(rooms: Rooms, source: MemorySource, tree: str) -> None:
    with rooms.open(tree) as room:
        change(room)
    with rooms.open(tree) as again:
        assert content(again.path) == expected(source, tree)


def test_rooms_of_different_trees_follow_each_other(rooms: Rooms, source: MemorySource, tree: str) -> None:
    near = {**FILES, "a.txt": "other", "dir/b.txt/now/a/folder": "x"}
    del near["dir/deep/c.bin"], near["dir/b.txt"]
    del near["link"]
    source.tree("near", near, MODES)
    source.tree("far", {f"p{i % 9}/f{i}": str(i) for i in range(400)})
    for name in (tree, "near", "far", tree, "far", "near"):
        with rooms.open(name) as room:
            assert content(room.path) == expected(source, name)
            (room.path / "more").write_text("more")
            assert list(room.harvest().files) == ["more"]


def test_a_forged_time_hides_nothing(rooms: Rooms, tree: str) -> None:
    with rooms.open(tree) as room:
        at = room.path / "a.txt"
        before = at.stat()
        with at.open("r+b") as file:
            file.write(b"b")
        os.utime(at, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert list(room.harvest().files) == ["a.txt"]


def test_a_write_through_memory_hides_nothing(rooms: Rooms, tree: str) -> None:
    with rooms.open(tree) as room:
        with (room.path / "dir/deep/c.bin").open("r+b") as file, mmap.mmap(file.fileno(), 0) as view:
            view[0] = 99
        assert list(room.harvest().files) == ["dir/deep/c.bin"]


def test_a_job_works_in_its_room_and_its_work_is_harvested(
    rooms: Rooms, source: MemorySource, tree: str, box: Sandbox
) -> None:
    script = "ls secret; rm -r dir; mkdir dir; echo b > dir/b.txt; echo more >> a.txt; chmod -x run.sh; mv empty full"
    with rooms.open(tree, hidden=("secret/check.py",)) as room:
        finished = box.run(Job(("sh", "-c", script), room.path, 20.0))
        assert finished.code == 0, finished.stderr
        assert b"secret" in finished.stderr
        harvest = room.harvest()
        room.reset()
        assert content(room.path) == expected(source, tree, ("secret/check.py",))
    assert harvest.findings == ()
    assert {path: entry and source.kept[entry.oid] for path, entry in harvest.files.items()} == {
        "a.txt": b"a\nmore\n",
        "dir/b.txt": b"b\n",
        "dir/deep/c.bin": None,
        "dir/up": None,
        "run.sh": b"#!/bin/sh\n",
        "empty": None,
        "full": b"",
    }


def git(room: Room, *arguments: str) -> bytes:
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    finished = run(("git", "-c", "safe.directory=*", *arguments), cwd=room.path, env=env, timeout=30)
    assert finished.code == 0, finished.stderr
    return finished.stdout


def test_a_throw_away_repository_has_one_commit_and_no_hidden_file(rooms: Rooms, tree: str) -> None:
    with rooms.open(tree, hidden=("secret/check.py",), repository=True) as room:
        assert git(room, "rev-list", "--count", "--all") == b"1\n"
        assert git(room, "status", "--porcelain") == b""
        assert b"secret" not in git(room, "ls-tree", "-r", "HEAD")
        assert b"assert 1" not in git(room, "cat-file", "--batch", "--batch-all-objects")
        assert room.harvest().files == {}


def test_what_happens_in_the_throw_away_repository_has_no_effect(rooms: Rooms, tree: str) -> None:
    with rooms.open(tree, repository=True) as room:
        (room.path / "a.txt").write_text("committed")
        git(room, "-c", "user.name=w", "-c", "user.email=w@x", "commit", "-qam", "mine")
        (room.path / ".git/hooks").mkdir(exist_ok=True)
        (room.path / ".git/hooks/pre-commit").write_text("#!/bin/sh\nexit 1\n")
        git(room, "config", "core.fsmonitor", "false")
        harvest = room.harvest()
        assert (list(harvest.files), harvest.findings) == (["a.txt"], ())
        room.reset()
        assert git(room, "rev-list", "--count", "--all") == b"1\n"


def test_a_repository_in_the_place_of_ours_is_no_part_of_the_change(rooms: Rooms, tree: str) -> None:
    with rooms.open(tree, repository=True) as room:
        (room.path / ".git").rename(room.path / "was")
        shutil.copytree(room.path / "was", room.path / ".git")
        shutil.rmtree(room.path / "was")
        harvest = room.harvest()
    assert (harvest.files, harvest.findings) == ({}, ())


NAMES = st.lists(st.sampled_from(["a.txt", "dir", "deep", "b.txt", "c.bin", "x"]), min_size=1, max_size=3).map("/".join)
STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "remove", "folder", "link", "exec", "move"]), NAMES, NAMES), max_size=12
)


def act(root: Path, verb: str, name: str, other: str) -> None:
    at, to = root / name, root / other
    try:
        if verb == "write":
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_text(other)
        elif verb == "remove":
            shutil.rmtree(at) if at.is_dir() and not at.is_symlink() else at.unlink()
        elif verb == "folder":
            at.mkdir(parents=True)
        elif verb == "link":
            at.symlink_to("x")
        elif verb == "exec":
            at.chmod(0o755)
        else:
            shutil.move(at, to)
    except (OSError, shutil.Error):
        return


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_harvest_is_the_difference_of_the_whole_folder(rooms: Rooms, source: MemorySource, steps: list) -> None:  # type: ignore[type-arg]
    tree = source.tree("T", FILES, MODES)
    with rooms.open(tree) as room:
        for verb, name, other in steps:
            act(room.path, verb, name, other)
        now, harvest = content(room.path), room.harvest()
        before = expected(source, tree)
    refused = {finding.path for finding in harvest.findings}
    after = {path: entry and (entry.mode, source.kept[entry.oid]) for path, entry in harvest.files.items()}
    true = {p: now.get(p) for p in now.keys() | before.keys() if now.get(p) != before.get(p) and p not in refused}
    assert after == true


CONTROLLER = """
import sys, time
from pathlib import Path
from factory.rooms.rooms import Rooms
from tests.rooms.memory import MemorySource
source = MemorySource()
source.tree("T", {"a": "a"})
rooms = Rooms(source, Path(sys.argv[1]), kind=sys.argv[2])
with rooms.open("T") as room:
    (room.path / "big").write_bytes(b"x" * 100_000)
    print(rooms.kind, flush=True)
    time.sleep(60)
"""


def test_a_folder_that_a_live_controller_has_just_made_and_not_yet_locked_is_not_swept(tmp_path: Path) -> None:
    mine, dead = tmp_path / f"{os.getpid()}-7", tmp_path / f"{1 << 30}-0"
    mine.mkdir()
    dead.mkdir()
    rooms = Rooms(MemorySource(), tmp_path, kind="copy")
    try:
        rooms.sweep()
        assert (mine.exists(), dead.exists()) == (True, False)
    finally:
        rooms.close()


def test_a_folder_that_is_swept_before_its_lock_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, real, swept = Rooms(MemorySource(), tmp_path, kind="copy"), fcntl.flock, []

    def flock(handle: int, how: int) -> None:
        if how == fcntl.LOCK_EX and not swept:
            swept.append(1)
            other.sweep()
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    rooms = Rooms(MemorySource(), tmp_path, kind="copy")
    assert swept
    other.sweep()
    assert len([at for at in tmp_path.iterdir() if at.name.startswith(f"{os.getpid()}-")]) == 2
    for made in (rooms, other):
        made.close()


def test_two_commands_that_sweep_at_once_stand_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a kill: `run` and `gate` begin together, and both find what the dead controller left."""
    one, other = (Rooms(MemorySource(), tmp_path, kind="copy") for _ in range(2))
    dead = tmp_path / f"{1 << 30}-0"
    (dead / "room-0").mkdir(parents=True)
    for name in ("lock", "room-0/a", "room-0/b"):
        (dead / name).touch()
    real, beside = os.scandir, []

    def scandir(*at: Any) -> Any:
        found = real(*at)
        if not beside:
            beside.append(1)
            other.sweep()
        return found

    monkeypatch.setattr(os, "scandir", scandir)
    one.sweep()
    assert (beside, dead.exists()) == ([1], False)
    for made in (one, other):
        made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_killed_controller_left_is_swept_and_a_live_ones_stays(kind: str, tmp_path: Path) -> None:
    where = tmp_path / "rooms"
    ended = []
    for number in (signal.SIGKILL, 0):
        pid = os.posix_spawn(
            PYTHON,
            [PYTHON, "-c", CONTROLLER, str(where), kind],
            {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, str(tmp_path / "told"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            ],
        )
        ended.append(pid)
        until = time.monotonic() + 20
        while not (tmp_path / "told").read_text() and time.monotonic() < until:
            time.sleep(0.05)
            if os.waitpid(pid, os.WNOHANG)[0]:
                pytest.skip(f"no {kind} rooms here")
        if number:
            os.kill(pid, number)
            os.waitpid(pid, 0)
    left = {path.name.partition("-")[0] for path in where.iterdir()}
    assert {str(pid) for pid in ended} < left
    try:
        rooms = Rooms(MemorySource(), where, kind="copy")
        assert rooms.usage() > 0
        rooms.sweep()
        left = {path.name.partition("-")[0] for path in where.iterdir()}
        assert str(ended[0]) not in left
        assert str(ended[1]) in left
        rooms.close()
    finally:
        os.kill(ended[1], signal.SIGKILL)
        os.waitpid(ended[1], 0)


def touch(root: Path, count: int) -> None:
    for number in range(count):
        (root / f"{number}").touch()


def test_all_that_a_room_takes_is_bounded(source: MemorySource, tmp_path: Path) -> None:
    try:
        rooms = Rooms(source, tmp_path / "rooms", kind="overlay", limits=JobLimits(room_mb=2))
    except CouldNotRun as error:
        pytest.skip(str(error))
    tree = source.tree("T", FILES, MODES)
    with rooms.open(tree) as room:
        disk = rooms.usage()
        with pytest.raises(OSError, match="No space left"):
            (room.path / "big").write_bytes(bytes(3 << 20))
        assert rooms.usage() == disk
        room.reset()
        with pytest.raises(OSError, match="No space left"):
            touch(room.path, 5000)
    rooms.close()


def test_a_ground_that_was_swept_by_another_controller_is_made_again(source: MemorySource, tmp_path: Path) -> None:
    try:
        rooms = Rooms(source, tmp_path / "rooms", kind="overlay")
    except CouldNotRun as error:
        pytest.skip(str(error))
    tree = source.tree("T", FILES, MODES)
    other = Rooms(source, tmp_path / "rooms", kind="copy")
    with rooms.open(tree) as room:
        other.sweep()  # not while somebody stands on it
        assert content(room.path) == expected(source, tree)
    other.sweep()
    assert list((tmp_path / "rooms" / "grounds").iterdir()) == []
    with rooms.open(tree) as room:
        assert content(room.path) == expected(source, tree)
    for made in (rooms, other):
        made.close()


def test_auto_takes_the_best_kind_and_says_why_it_is_no_better(source: MemorySource, tmp_path: Path) -> None:
    rooms = Rooms(source, tmp_path / "rooms")
    try:
        assert rooms.kind in ("overlay", "warm")
        assert (rooms.kind == "overlay") == (rooms.reason == "")
    finally:
        rooms.close()


def test_a_kind_that_cannot_be_had_is_refused(source: MemorySource, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    import factory.rooms.rooms as rooms

    def fails(_: Path) -> None:
        raise CouldNotRun("not here")

    monkeypatch.setattr(rooms, "prepare", fails)
    with pytest.raises(CouldNotRun):
        Rooms(source, tmp_path / "rooms", kind="overlay")
    auto = Rooms(source, tmp_path / "rooms")
    assert (auto.kind, auto.reason) == ("warm", "not here")
    auto.close()


def test_rooms_that_are_closed_twice_close_nothing_of_somebody_elses(source: MemorySource, tmp_path: Path) -> None:
    rooms = Rooms(source, tmp_path / "rooms", kind="copy")
    rooms.close()
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(8)]  # the numbers that became free
    rooms.close()
    for descriptor in taken:
        os.close(descriptor)  # OSError where the second time took one of them
