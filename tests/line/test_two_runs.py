"""One controller a repository, and any number of readers beside it: they write nothing and get no error."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from factory.errors import Busy
from factory.git import lock
from factory.git.places import private_dir
from factory.git.repo import Repo
from factory.sandbox import process
from factory.sandbox.process import Finished
from tests.line.conftest import RIGHT, SETTINGS, Shop

Make = Callable[..., Shop]
PATIENCE = 60.0  # seconds for anything that has to happen once
READS = (
    ("status",), ("status", "--json"), ("verify",), ("verify", "--json"), ("log",), ("log", "--json"), ("dry",),
    ("dry", "--json"),
)  # fmt: skip


def factory(path: Path, *args: str) -> Finished:
    """The command as a process of its own."""
    argv = [sys.executable, "-c", "from factory.cli import main; main()", *args, "--repo", str(path)]
    root = Path(__file__).resolve().parents[2]
    return process.run(argv, cwd=root, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, timeout=PATIENCE)


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def listing(*roots: Path) -> dict[str, tuple[int, int]]:
    """Every file below the roots, with its size and the time of its last change."""
    found = {}
    for root in roots:
        for at in root.rglob("*"):
            stat = at.lstat()
            found[str(at)] = (stat.st_size if at.is_file() else 0, stat.st_mtime_ns)
    return found


@pytest.fixture
def slow(make: Make, tmp_path: Path) -> Shop:
    """A shop whose worker waits until the file `go` is there."""
    (tmp_path / "door").mkdir()
    settings = SETTINGS + f'\n[sandbox]\nread = ["{tmp_path / "door"}"]\n'
    wait = f"n=0; while [ ! -e {tmp_path / 'door'}/go ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done\n"
    return make("D-1 A ticket", settings=settings, worker=wait + RIGHT)


@contextmanager
def running(shop: Shop, door: Path) -> Iterator[list[Finished]]:
    """A run whose worker works while the block runs; afterwards its end is in the list."""
    ended: list[Finished] = []
    thread = threading.Thread(target=lambda: ended.append(factory(shop.path, "run")))
    thread.start()
    try:
        until(lambda: "refs/factory/attempts/D-1/1" in shop.git("for-each-ref", "--format=%(refname)"))
        until(lambda: _is_still(shop.path))
        yield ended
    finally:
        (door / "go").touch()
        thread.join(PATIENCE)


def _is_still(path: Path) -> bool:
    """Whether the run wrote nothing for a second: its worker waits now."""
    try:
        before = listing(path)
        time.sleep(1)
        return listing(path) == before
    except FileNotFoundError:  # something went while it was listed
        return False


def _holder(shop: Shop) -> int:
    with Repo(shop.path) as repo:
        return lock.holder(private_dir(repo))


def test_of_two_runs_one_works_and_the_other_names_its_pid(slow: Shop, tmp_path: Path) -> None:
    with running(slow, tmp_path / "door") as ended:
        pid = _holder(slow)
        second = factory(slow.path, "run")
        submit = factory(slow.path, "submit", "D-1")
    assert second.code == submit.code == 4
    for refused in (second, submit):
        assert refused.stderr.decode().count("\n") == 1
        assert f"pid {pid}" in refused.stderr.decode()
    assert ended[0].code == 0, ended[0]
    assert slow.subjects()[0] == "stamp(D-1): A ticket"
    assert _holder(slow) == 0


def test_sixteen_reads_beside_a_run_find_no_error_and_write_nothing(slow: Shop, tmp_path: Path) -> None:
    home = Path(os.environ["HOME"])
    with running(slow, tmp_path / "door") as ended:
        before = listing(slow.path, home)
        with ThreadPoolExecutor(16) as pool:
            reads = list(pool.map(lambda args: factory(slow.path, *args), READS * 2))
        after = listing(slow.path, home)
    for read in reads:
        assert (read.code, read.stderr) == (0, b""), read
    assert b"RUNNING" in reads[0].stdout
    assert after == before
    assert ended[0].code == 0, ended[0]


def test_reads_write_nothing_where_the_factory_never_ran(make: Make) -> None:
    shop = make("D-1 A ticket")
    home = Path(os.environ["HOME"])
    before = listing(shop.path, home)
    for args in (*READS, ("guard",), ("docops",)):
        done = shop.run(*args)
        assert (done.code, done.err) == (0, ""), args
    assert listing(shop.path, home) == before


def test_a_reader_that_looks_at_the_lock_does_not_keep_a_run_from_starting(tmp_path: Path) -> None:
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            lock.holder(tmp_path)

    readers = [threading.Thread(target=look) for _ in range(8)]
    with lock.hold(tmp_path):
        pass
    for reader in readers:
        reader.start()
    try:
        for _ in range(2000):
            with lock.hold(tmp_path):
                pass
    finally:
        stop.set()
        for reader in readers:
            reader.join()


def test_the_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    script = "import pathlib, sys, time; from factory.git import lock\nwith lock.hold(pathlib.Path(sys.argv[1])): time.sleep(60)"
    root = Path(__file__).resolve().parents[2]
    stop = threading.Event()
    argv = [sys.executable, "-c", script, str(tmp_path)]
    thread = threading.Thread(
        target=lambda: process.run(argv, cwd=root, env=dict(os.environ), timeout=PATIENCE, stop=stop)
    )
    thread.start()
    until(lambda: lock.holder(tmp_path) > 0)
    pid = lock.holder(tmp_path)
    with pytest.raises(Busy, match=f"pid {pid}"), lock.hold(tmp_path):
        pass
    os.kill(pid, 9)
    thread.join(PATIENCE)
    with lock.hold(tmp_path) as before:
        assert before == pid
