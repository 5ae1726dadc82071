"""A call that fails stops the run with its reason; nothing false is written, nothing is lost, and it goes on."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from itertools import product
from pathlib import Path

import pytest

from tests.proof import private
from tests.proof.dead_git import Death, on_path
from tests.proof.failing import ERRORS, FOR_EVER, failed, not_clean
from tests.proof.field import Field
from tests.proof.killing import finish
from tests.proof.outcome import always
from tests.proof.record import Record
from tests.proof.steps import Order

SAMPLE = (("ENOSPC", 300, FOR_EVER), pytest.param("EIO", 1500, 1, marks=pytest.mark.prove))
LASTING, SHARES = ("ENOSPC", "EROFS"), 10  # a full disk and a disk remounted read-only stay so until someone comes
CANNOT = private.why_not()
STRACE = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
MOUNTS = pytest.mark.skipif(bool(CANNOT), reason=f"nothing can be mounted here: {CANNOT}")


@pytest.mark.parametrize(("error", "step", "times"), SAMPLE)
def test_a_failing_call_stops_the_run_with_its_reason(where: Path, error: str, step: int, times: int) -> None:
    assert failed(where, Order(at=step, error=error, times=times)) == []


def test_a_git_that_cannot_be_started_is_not_called_absent(where: Path) -> None:
    field = Field.plant(where)
    place = "start git.repo:_git<git.repo:__init__<line.opening:hold<desk.writing:_shifts"
    ran = field.run(Order(at=1, error="EMFILE", place=place))
    field.close()
    assert (ran.code, ran.err) == (
        4,
        "factory: Too many open files: git version; allow more (`ulimit -n 1024`), then run again\n",
    )


def git_fails(under: Path, death: Death, reason: str = "") -> list[str]:
    """A git process whose call fails: the run stops in one line and says the reason, or it does without."""
    field = Field.plant(under)
    try:
        ran = field.run(extra={"PATH": f"{on_path(under, death)}:{os.environ['PATH']}"})
        return [*not_clean(ran, reason), *always(field)] or finish(field)
    finally:
        field.close()


@STRACE
@pytest.mark.parametrize(
    "death",
    [
        Death("update-ref", 1, "openat", 30, "error=ENOSPC"),
        pytest.param(Death("read-tree -m", 2, "openat", 12, "error=EIO"), marks=pytest.mark.prove),
    ],
    ids=str,
)
def test_a_git_that_fails_stops_the_run_with_its_reason(where: Path, death: Death) -> None:
    assert git_fails(where, death, ERRORS[death.how.removeprefix("error=")]) == []


@MOUNTS
@pytest.mark.parametrize("free_kb", ["70"])  # then it is git that finds the disk full, and it does not say so
def test_a_full_disk_stops_the_run_with_its_reason_and_it_goes_on_when_there_is_room(where: Path, free_kb: str) -> None:
    where.chmod(0o755)
    assert private.run("tests.proof.small_disk", where, free_kb) == []


@pytest.mark.prove
@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("share", range(SHARES))
def test_a_call_that_fails_at_any_place_of_this_share_hurts_nothing(
    where: Path, places: dict[str, int], share: int, error: str
) -> None:
    times = FOR_EVER if error in LASTING else 1

    def one_fails(place: str) -> list[str]:
        under = Path(tempfile.mkdtemp(dir=where))
        try:
            return failed(under, Order(at=1, error=error, times=times, place=place))
        finally:
            shutil.rmtree(under)

    points = {f"{error} at {place}": functools.partial(one_fails, place) for place in sorted(places)[share::SHARES]}
    assert Record("failing").prove(points) == {}


@pytest.mark.prove
@STRACE
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(("command", "calls", "at"), [
    *(("update-ref", calls, at) for calls, at in product(("openat", "rename", "fsync"), range(1, 60, 3))),
    *(("read-tree", calls, at) for calls, at in product(("write", "openat", "rename"), range(1, 16))),
    *(("merge-tree", calls, at) for calls, at in product(("write", "openat", "fsync"), range(1, 8))),
])  # fmt: skip
def test_a_git_that_fails_at_any_call_hurts_nothing(where: Path, command: str, calls: str, at: int, error: str) -> None:
    """In git's own words, which are other ones where it was only about to read something."""
    assert git_fails(where, Death(command, 1, calls, at, f"error={error}")) == []


@pytest.mark.prove
@MOUNTS
@pytest.mark.parametrize("free_kb", [*range(0, 200, 10), *range(200, 3000, 50)])
def test_a_disk_that_gets_full_at_any_point_hurts_nothing(where: Path, free_kb: int) -> None:
    where.chmod(0o755)
    assert private.run("tests.proof.small_disk", where, str(free_kb)) == []
