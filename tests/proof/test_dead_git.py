"""A git process killed in the middle of its work together with the controller: its locks and half files are mended."""

from __future__ import annotations

import os
import shutil
from itertools import product
from pathlib import Path

import pytest

from tests.proof.dead_git import Death, on_path
from tests.proof.field import Field
from tests.proof.killing import KILLED, finish
from tests.proof.outcome import always

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

FILES, OBJECTS = ("write", "rename", "unlink", "openat"), ("rename,link", "write", "fsync")
SAMPLE = (
    Death("read-tree -m", 2, "write", 3),  # a file of the checkout is half written
    pytest.param(Death("update-ref", 1, "unlink", 2), marks=pytest.mark.prove),  # a branch is half removed
)
EVERY = [
    *(Death("read-tree -m", turn, calls, at) for turn, calls, at in product((1, 2, 5), FILES, range(1, 7))),
    *(Death("read-tree -n", 2, calls, at) for calls, at in product(("openat", "write"), range(1, 4))),  # it only asks
    *(Death("update-ref", 1, calls, at) for calls, at in product(("rename", "unlink", "fsync"), range(1, 61))),
    *(Death("update-ref", 1, "write", at) for at in range(1, 241, 2)),
    *(Death("merge-tree", turn, calls, at) for turn, calls, at in product((1, 2), OBJECTS, range(1, 4))),
    *(Death("hash-object", turn, "write", 1) for turn in (1, 5)),
]


def faults_after(under: Path, death: Death) -> list[str] | None:
    """None where git made fewer such calls, and nobody died."""
    field = Field.plant(under)
    try:
        ran = field.run(extra={"PATH": f"{on_path(under, death)}:{os.environ['PATH']}"})
        if ran.code != KILLED:
            return None
        return [*always(field), *finish(field)]
    finally:
        field.close()


@pytest.mark.parametrize("death", SAMPLE, ids=str)
def test_what_a_dead_git_leaves_is_mended(where: Path, death: Death) -> None:
    assert faults_after(where, death) == []


@pytest.mark.prove
@pytest.mark.parametrize("death", EVERY, ids=str)
def test_a_git_that_dies_at_any_call_hurts_nothing(where: Path, death: Death) -> None:
    assert not faults_after(where, death)
