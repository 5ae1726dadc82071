"""kill -9 of the controller: at whatever it is, nothing of the room lives a second later, and the next run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from factory.git.repo import Repo
from tests.corpus.cases import STAMPED, Case
from tests.corpus.line import files
from tests.git.conftest import put

CLI = "from factory.cli import main; main()"
FIX = "python3 tools/fix.py\n"
TEST = "cat >> {file} <<'E'\nimport subprocess\n\n\ndef test_slow():\n    subprocess.run(['sh', '-c', '{script}'])\nE\n"
# What runs when the kill comes: the worker, a tier of the gate, a criterion's check.
MOMENTS = {
    "worker": "{script}\n",
    "tier": FIX + TEST.replace("{file}", "tests/test_slow.py"),
    "check": FIX + TEST.replace("{file}", "tests/test_discount.py"),
}


def alive(mark: str) -> list[int]:
    """The processes of this machine that sleep for `mark` seconds, whatever namespace they are in."""
    found = []
    for at in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if at.read_bytes() == f"sleep\0{mark}\0".encode():
                found.append(int(at.parent.name))
        except OSError:
            continue
    return found


def plant(at: Path, sandbox: str) -> None:
    at.mkdir()
    Repo.create(at)
    case = Case(name="killed", tries="", expected=STAMPED, settings={"timeout_minutes = 0.5": "timeout_minutes = 2"})
    with Repo(at) as repo:
        repo.call("read-tree", "-m", "-u", put(repo, files(case, sandbox=sandbox), "a shop"), cwd=at)


def start(at: Path, home: Path, script: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "HOME": str(home), "CORPUS_RUNNER": "sh -c", "CORPUS_SCRIPT": script, "CORPUS_API_KEY": ""}
    env["PYTHONPATH"] = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", CLI, "run", "--repo", str(at)]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.prove
@pytest.mark.timeout(300)
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("kind", ["bwrap", "none"])
def test_nothing_of_the_room_lives_a_second_after_the_controller(kind: str, moment: str, tmp_path: Path) -> None:
    mark = f"90.{uuid.uuid4().int}"
    daemon = "setsid " if kind == "bwrap" else ""  # without walls, what leaves its group is not reached
    script = f"{daemon}sleep {mark} & sleep {mark}"
    plant(tmp_path / "shop", kind)
    controller = start(tmp_path / "shop", tmp_path, MOMENTS[moment].format(script=script))
    try:
        until = time.monotonic() + 120
        while len(alive(mark)) < 2 and controller.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        assert len(alive(mark)) >= 2
        os.kill(controller.pid, signal.SIGKILL)
    finally:
        controller.kill()
        controller.wait()
    until = time.monotonic() + 1.0
    while alive(mark) and time.monotonic() < until:
        time.sleep(0.02)
    assert alive(mark) == []
    assert start(tmp_path / "shop", tmp_path, FIX).wait(120) == 0  # what is left is cleaned up, and the ticket done


CONTROLLER = """
import sys
from pathlib import Path
from factory.sandbox.probe import probe
from factory.sandbox.sandbox import Job

box = probe("bwrap")
print("ready", flush=True)
box.run(Job(("sleep", sys.argv[1]), Path(sys.argv[2]), 60.0))
"""


def test_a_controller_that_dies_while_a_box_is_made_leaves_nothing(tmp_path: Path) -> None:
    """Bubblewrap's init must not leave the tether's group before it asked to die with its parent."""
    tmp_path.chmod(0o755)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for turn in range(16):
        mark = f"91.{uuid.uuid4().int}"
        argv = [sys.executable, "-c", CONTROLLER, mark, str(tmp_path)]
        controller = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = controller.stdout, controller.stderr
        assert out is not None
        assert err is not None
        if not out.readline():
            pytest.skip(err.read().strip().splitlines()[-1])
        time.sleep(turn * 0.002)
        controller.kill()
        controller.communicate()
        assert lasting(mark) == []


def lasting(mark: str) -> list[int]:
    """Those that are still there after thirty seconds. A process has no command line in the moment of an exec, so one
    look that finds none is no proof that none is there."""
    until, empty, found = time.monotonic() + 30, 0, list[int]()
    while empty < 3 and time.monotonic() < until:
        found = named(mark)
        empty = 0 if found else empty + 1
        time.sleep(0.02)
    return found


def named(mark: str) -> list[int]:
    """The processes whose command line speaks of `mark`."""
    found = []
    for at in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [int(at.parent.name)] if mark.encode() in at.read_bytes() else []
        except OSError:
            continue
    return found
