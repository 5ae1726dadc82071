"""Rooms of every kind that this machine can make, and the sandbox around them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory.errors import CouldNotRun
from factory.rooms.rooms import Rooms
from factory.sandbox.probe import probe
from factory.sandbox.process import Finished
from factory.sandbox.sandbox import Job, JobLimits, Sandbox
from tests.rooms.memory import MemorySource

# The interpreter that runs the tests may lie below another user's home, where only root could start it.
PYTHON = sys.executable if os.access(os.path.realpath(sys.executable), os.X_OK) else "/usr/bin/python3"
KINDS = ("overlay", "warm", "copy")


@pytest.fixture
def source() -> MemorySource:
    return MemorySource()


@pytest.fixture(params=KINDS)
def rooms(request: pytest.FixtureRequest, source: MemorySource, tmp_path: Path) -> Iterator[Rooms]:
    try:
        made = Rooms(source, tmp_path / "rooms", kind=request.param)
    except CouldNotRun as error:
        pytest.skip(f"no {request.param} here: {error}")
    yield made
    made.close()


@pytest.fixture(scope="session")
def box() -> Sandbox:
    try:
        return probe("bwrap")
    except CouldNotRun as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def python() -> Path:
    """An interpreter that this user may start."""
    return Path(PYTHON)


Inside = Callable[..., Finished]


@pytest.fixture
def inside(box: Sandbox, tmp_path: Path, python: Path) -> Inside:
    """Runs a Python script in the sandbox, in a room of its own."""
    room = tmp_path / "room"
    room.mkdir()
    os.chmod(room, 0o777)

    def run(script: str, *, limits: JobLimits | None = None, timeout: float = 30.0, **more: object) -> Finished:
        job = Job(("python3", "-c", script), room, timeout, python=python, limits=limits or JobLimits(), **more)  # type: ignore[arg-type]
        return box.run(job)

    return run
