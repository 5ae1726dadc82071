"""The power is cut under a run: no acknowledged stamp or event is lost, and the work is finished after it."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.proof import private
from tests.proof.record import Record

CUTS = 20


def why_not(kind: str) -> str:
    if shutil.which(f"mkfs.{kind}") is None:
        return f"mkfs.{kind} is not installed"
    if not Path("/dev/loop-control").exists():
        return "this machine has no loop devices"
    return private.why_not()


def on(kind: str, *more: pytest.MarkDecorator) -> object:
    return pytest.param(kind, marks=(pytest.mark.skipif(bool(why_not(kind)), reason=why_not(kind)), *more))


def cut(under: Path, kind: str, seed: int) -> list[str]:
    where = Path(tempfile.mkdtemp(dir=under))
    for folder in (under, where):
        folder.chmod(0o755)
    try:
        return private.run("tests.proof.cut_disk", where, kind, str(seed))
    finally:
        shutil.rmtree(where)


@pytest.mark.parametrize("kind", [on("ext4"), on("xfs", pytest.mark.prove)])
def test_nothing_acknowledged_is_lost_when_the_power_is_cut(tmp_path: Path, kind: str) -> None:
    assert cut(tmp_path, kind, 0) == []


@pytest.mark.prove
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", [on("ext4"), on("xfs")])
def test_nothing_acknowledged_is_lost_in_twenty_of_twenty_cuts(tmp_path: Path, kind: str) -> None:
    points = {f"{kind} {seed}": functools.partial(cut, tmp_path, kind, seed) for seed in range(CUTS)}
    assert Record("power").prove(points) == {}
