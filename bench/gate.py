"""What the gate costs over the bare test command, for a suite of many small tests."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import programs, worlds
from bench.clocks import cost
from bench.figures import Figure
from bench.size import Size
from factory.errors import CouldNotRun
from factory.gate.gate import Gate
from factory.gate.prepared import Kit
from factory.gate.trial import Trial
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.model import Conclusion
from factory.rooms.change import HeldBack
from factory.rooms.rooms import Rooms
from factory.sandbox.probe import probe
from factory.sandbox.sandbox import Sandbox
from factory.ssot.read_settings import read_settings
from guards.case import Case

NAME = "gate"
COMMAND = "python -m pytest -q -p no:cacheprovider"
SETTINGS = f"[gate]\ndoctor = []\nfast = []\nregression = [{json.dumps(COMMAND)}]\n"
IN_A_FILE = 50
SOURCE = """import time

import pytest


@pytest.mark.parametrize("number", range({count}))
def test_a_sum(number: int) -> None:
    time.sleep({pause})
    assert sum(range(number * 1000)) == number * 1000 * (number * 1000 - 1) // 2
"""


def measure(size: Size, where: Path) -> Iterator[Figure]:
    path = worlds.make(where, files=0)
    home, plain = where / "home", where / "plain"
    with Repo(path) as repo:
        tree = worlds.add(repo, _suite(size))
        sandbox = _sandbox()
        programs.git(path, home, "worktree", "add", "-q", "--detach", str(plain), "main")
        bare = cost(lambda: programs.run([sys.executable, *COMMAND.split()[1:]], home, plain))
        gated = cost(lambda: _gate(repo, sandbox, tree, where))
    case = f"{size.tests:,} tests, sandbox {sandbox.kind}"
    # no processor time: bubblewrap leaves before its children are reaped, and they are in nobody's sum
    yield Figure(NAME, case, gated.wall * 1e3, "ms", bare.wall * 1e3, COMMAND)


def _suite(size: Size) -> dict[str, bytes]:
    source = SOURCE.format(count=IN_A_FILE, pause=size.pause).encode()
    return {f"tests/test_sums_{n:03}.py": source for n in range(size.tests // IN_A_FILE)}


def _sandbox() -> Sandbox:
    """The best that works here; without one the figure is of the gate alone, and its row says so."""
    try:
        return probe("auto")
    except CouldNotRun:
        return probe("none")


def _gate(repo: Repo, sandbox: Sandbox, tree: str, where: Path) -> None:
    """From an idle machine to a verdict: rooms, the guards, the sandbox, the observer, the comparison."""
    settings, rooms = read_settings(SETTINGS.encode()), Rooms(HeldBack(repo.store), where / "rooms")
    trial = Trial(repo, settings, Kit(rooms, sandbox, os.environ), where / "results", 0.0)
    seen = GitTree(repo.store, tree)
    verdict = Gate(trial).by_hand(
        Case(seen, seen, ()), main=tree, tree=tree, steps=("guards", "regression"), say=lambda _: None
    )
    rooms.close()
    if verdict.status is not Conclusion.PASS:
        raise RuntimeError(f"the gate said {verdict.status}: {verdict.failed[:3]} {verdict.log[-800:]}")
