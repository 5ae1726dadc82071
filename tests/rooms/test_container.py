"""What a container engine would be asked for, as a value: no engine need run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory.sandbox.container import Container
from factory.sandbox.sandbox import SANDBOX_UID, Job, JobLimits

JOB = Job(
    ("python", "-m", "pytest"),
    Path("/rooms/1"),
    60.0,
    env={"FACTORY_TICKET": "D-001"},
    socket=Path("/run/model.sock"),
    read=(Path("/data"),),
    files={"/factory/plan.json": Path("/tmp/plan.json")},
    write={"/factory/out": Path("/tmp/out")},
    limits=JobLimits(memory_mb=100, processes=7),
)


def after(argv: list[str], option: str) -> list[str]:
    return [argv[at + 1] for at, part in enumerate(argv) if part == option]


@pytest.fixture(params=["docker", "podman"])
def engine(request: pytest.FixtureRequest) -> Container:
    return Container(request.param, f"/usr/bin/{request.param}", image="image")


def test_it_has_no_network_no_rights_and_bounds(engine: Container) -> None:
    argv = engine.argv(JOB, "name")
    assert argv[:2] == [f"/usr/bin/{engine.kind}", "run"]
    assert after(argv, "--network") == ["none"]
    assert after(argv, "--cap-drop") == ["ALL"]
    assert after(argv, "--security-opt") == ["no-new-privileges"]
    assert after(argv, "--memory") == ["100m"]
    assert after(argv, "--pids-limit") == ["7"]
    assert {"--rm", "--init", "--read-only"} <= set(argv)
    user = str(SANDBOX_UID) if os.getuid() == 0 else str(os.getuid())
    assert after(argv, "--user")[0].split(":")[0] == user


def test_the_network_is_there_only_when_asked_for(engine: Container) -> None:
    assert after(engine.argv(Job(("x",), Path("/r"), 1.0, network="full"), "n"), "--network") == ["bridge"]


def test_it_sees_the_room_and_what_it_was_given(engine: Container) -> None:
    mounts = after(engine.argv(JOB, "name"), "--mount")
    assert "type=bind,source=/rooms/1,target=/room" in mounts
    assert "type=bind,source=/data,target=/data,readonly" in mounts
    assert "type=bind,source=/tmp/plan.json,target=/factory/plan.json,readonly" in mounts
    assert "type=bind,source=/tmp/out,target=/factory/out" in mounts
    assert "type=bind,source=/run/model.sock,target=/run/factory.sock,readonly" in mounts
    assert len(mounts) == 5
    assert engine.inside(JOB, Path("/rooms/1/src/a.py")) == "/room/src/a.py"
    assert engine.inside(JOB, Path("/run/model.sock")) == "/run/factory.sock"


def test_its_environment_is_built_and_its_command_is_last(engine: Container) -> None:
    argv = engine.argv(JOB, "name")
    assert set(after(argv, "--env")) == {
        "PATH=/usr/local/bin:/usr/bin:/bin",
        "HOME=/home/worker",
        "LANG=C.UTF-8",
        "TMPDIR=/tmp",
        "USER=worker",
        "FACTORY_TICKET=D-001",
    }
    assert argv[-5:] == ["--entrypoint", "python", "image", "-m", "pytest"]
